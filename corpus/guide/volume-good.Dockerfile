FROM postgres:17-trixie

COPY init/ /docker-entrypoint-initdb.d/
COPY --chown=postgres:postgres seed.sql /backup/seed.sql
RUN install -d -o postgres -g postgres /backup/daily
VOLUME ["/backup"]
