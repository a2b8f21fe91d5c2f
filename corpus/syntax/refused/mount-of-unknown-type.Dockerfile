FROM alpine:3.24
RUN --mount=type=volume,target=/data true
