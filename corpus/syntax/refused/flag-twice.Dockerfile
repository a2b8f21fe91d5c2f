FROM alpine:3.24
COPY --chown=1 --chown=2 one /
