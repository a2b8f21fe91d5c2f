FROM alpine:3.24
MAINTAINER Jane Miller <jane@example.com>
