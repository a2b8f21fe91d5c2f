FROM debian:13-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates restic \
    && rm -rf /var/lib/apt/lists/*
# `docker run IMAGE backup /data` replaces the CMD and keeps the ENTRYPOINT.
USER backup
ENTRYPOINT ["restic", "--repo", "/repo"]
CMD ["snapshots"]
