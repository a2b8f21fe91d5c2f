FROM alpine:3.24
ENV ONE=1 \
    TWO="begins here \
ends there" \
    THREE='single \
quoted'
