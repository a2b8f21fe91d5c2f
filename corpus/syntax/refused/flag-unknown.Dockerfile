FROM alpine:3.24
COPY --form=build one /
