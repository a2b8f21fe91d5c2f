FROM debian:13-slim
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --network=default <<EOF
apt-get update
apt-get install -y --no-install-recommends curl
EOF
