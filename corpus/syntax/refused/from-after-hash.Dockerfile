FROM alpine:3.24 # the base
