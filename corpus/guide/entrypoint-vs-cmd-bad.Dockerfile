FROM debian:13

RUN apt-get update && apt-get install -y restic
COPY backup.sh /backup.sh
# /bin/sh is process 1: `docker stop` waits ten seconds, then kills
ENTRYPOINT restic --repo /repo
# appended to a shell-form ENTRYPOINT, CMD is ignored
CMD ["snapshots"]
ENTRYPOINT /backup.sh && restic --repo /repo
CMD ['backup', '/data']
