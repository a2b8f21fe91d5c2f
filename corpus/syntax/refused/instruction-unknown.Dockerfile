FROM alpine:3.24
RUNN echo one
RUN echo two
