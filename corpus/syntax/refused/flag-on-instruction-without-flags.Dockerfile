FROM alpine:3.24
WORKDIR --chown=1 /srv
