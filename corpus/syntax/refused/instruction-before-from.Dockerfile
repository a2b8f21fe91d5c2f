RUN echo one
FROM alpine:3.24
