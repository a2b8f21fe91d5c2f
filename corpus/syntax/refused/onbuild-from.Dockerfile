FROM alpine:3.24
ONBUILD FROM alpine:3.24
