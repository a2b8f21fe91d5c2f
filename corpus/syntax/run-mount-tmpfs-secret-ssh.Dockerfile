FROM alpine:3.24
RUN --mount=type=tmpfs,target=/tmp,size=64m true
RUN --mount=type=secret,id=token cat /run/secrets/token
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc,required=true,mode=0400,uid=0,gid=0 true
RUN --mount=type=secret,id=key,env=API_KEY test -n "$API_KEY"
RUN --mount=type=ssh true
RUN --mount=type=ssh,id=deploy,target=/tmp/agent.sock,required,mode=0600,uid=1000,gid=1000 true
