FROM \
    --platform=linux/amd64 \
    alpine:3.24
RUN \
    --mount=type=cache,target=/root/.cache \
    # why no network
    --network=none \
    echo one
COPY \
    --chown=1000:1000 \
    one /
