FROM alpine:3.24
COPY ['one', 'two', '/srv/']
VOLUME ['/data']
