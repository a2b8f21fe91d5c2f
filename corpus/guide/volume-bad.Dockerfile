FROM postgres:17

VOLUME /var/lib/postgresql/data /backup
# classic builders drop whatever is written into a volume after its declaration
RUN mkdir -p /backup/daily && chown -R postgres:postgres /backup
COPY seed.sql /backup/seed.sql
VOLUME ["/docker-entrypoint-initdb.d"]
COPY init/ /docker-entrypoint-initdb.d/
VOLUME ['/var/log/postgresql']
VOLUME /
