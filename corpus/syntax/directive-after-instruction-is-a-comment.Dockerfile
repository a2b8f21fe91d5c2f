FROM alpine:3.24
# escape=`
RUN echo one && \
    echo two
