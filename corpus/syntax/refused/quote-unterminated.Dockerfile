FROM alpine:3.24
ENV ONE="one
RUN echo two
