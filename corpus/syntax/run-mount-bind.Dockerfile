FROM alpine:3.24 AS tools
FROM alpine:3.24
RUN --mount=target=/context ls /context
RUN --mount=type=bind,source=src,target=/src,rw touch /src/one
RUN --mount=type=bind,from=tools,src=/etc,dst=/other,readonly cat /other/hostname
RUN --mount=from=busybox:1.37,source=/bin,destination=/busybox,readwrite=false /busybox/true
