# author=Jane
# escape=`
FROM alpine:3.24
RUN echo one && \
    echo two
