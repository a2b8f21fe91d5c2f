ARG TAG=3.24
FROM alpine:$TAG AS base
MAINTAINER nobody@example.com
LABEL one="1"
ENV TWO=2
ARG THREE=3
SHELL ["/bin/sh", "-e", "-c"]
WORKDIR /srv
RUN echo one
COPY one ./
ADD two ./
VOLUME /data
EXPOSE 80
USER nobody
STOPSIGNAL SIGTERM
HEALTHCHECK CMD true
ONBUILD RUN echo two
ENTRYPOINT ["echo"]
CMD ["three"]
