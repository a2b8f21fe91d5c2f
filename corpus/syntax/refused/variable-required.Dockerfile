FROM alpine:3.24
ARG TOKEN
ENV TOKEN="${TOKEN:?is needed}"
