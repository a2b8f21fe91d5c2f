FROM alpine:3.24
COPY --chown one /
