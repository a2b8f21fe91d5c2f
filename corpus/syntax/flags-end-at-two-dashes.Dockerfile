FROM alpine:3.24
RUN --network=none -- echo --network=host
