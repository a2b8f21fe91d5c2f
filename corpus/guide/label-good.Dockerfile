FROM redis:8.10-trixie

COPY redis.conf /etc/redis.conf
USER redis
CMD ["redis-server", "/etc/redis.conf"]

ARG REVISION
LABEL org.opencontainers.image.title="Session cache" \
      org.opencontainers.image.authors="ops@example.com" \
      org.opencontainers.image.source="https://git.example.com/ops/session-cache" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="2.0.0" \
      org.opencontainers.image.revision="$REVISION"
