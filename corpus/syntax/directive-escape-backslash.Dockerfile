# escape=\
FROM alpine:3.24
RUN echo `date` && \
    echo `hostname`
