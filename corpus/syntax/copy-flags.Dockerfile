FROM alpine:3.24 AS tools
FROM alpine:3.24
ARG OWNER=1000
COPY --from=tools /etc/hostname /one
COPY --from=0 /etc/hostname /two
COPY --from=busybox:1.37 /bin/busybox /bin/
COPY --chown=nobody:nogroup three /
COPY --chown=$OWNER:${OWNER} --chmod=u=rwX,go=rX four /
COPY --link --chmod=0755 five /
COPY --link=false six /
COPY --parents ./a/./b/*.txt ./**/package.json /tree/
COPY --exclude=*.md --exclude=**/*_test.go . /srv/
