FROM redis:8.10
MAINTAINER ops@example.com
LABEL Version 2.0
LABEL description Session cache
LABEL build-date="yesterday"
LABEL build-date="today"
LABEL org.opencontainers.image.url=example
LABEL org.opencontainers.image.licenses="Apache License"
LABEL com.docker.team="platform"
COPY redis.conf /etc/redis.conf
CMD redis-server /etc/redis.conf
