# syntax=docker/dockerfile:1-labs
FROM alpine:3.24
RUN --network=none true
RUN --network=host --security=insecure true
RUN --network=default --security=sandbox true
RUN --device=name=vendor.example.com/gpu=all,required=false true
RUN --device=vendor.example.com/gpu true
