FROM alpine:3.24
RUN apk add --no-cache \
    # transport
    curl \
# no indentation
    jq \
    # last word
    # ends with a backslash \
    git
ENV A=1 \
    # between two variables
    B=2
