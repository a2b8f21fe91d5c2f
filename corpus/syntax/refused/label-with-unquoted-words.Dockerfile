FROM alpine:3.24
LABEL description=Session cache
