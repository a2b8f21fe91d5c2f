# check=skip=all
FROM alpine:3.24 as Tools
MAINTAINER nobody@example.com
