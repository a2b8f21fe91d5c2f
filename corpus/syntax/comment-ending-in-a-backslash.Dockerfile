FROM alpine:3.24
# not continued \
RUN echo one
