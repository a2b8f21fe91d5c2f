# syntax=docker/dockerfile:1
# dfx in an image of its own: docker run --rm -v "$PWD":/work:ro dfx

FROM rust:1.95-slim-trixie AS build
# The library for compressed layers is written in C.
RUN rm -f /etc/apt/apt.conf.d/docker-clean
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY benches benches
COPY rules rules
COPY src src
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked && cp target/release/dfx /usr/local/bin/dfx

FROM gcr.io/distroless/cc-debian13:nonroot
WORKDIR /work
COPY --from=build /usr/local/bin/dfx /usr/local/bin/dfx
ENTRYPOINT ["dfx"]
CMD ["lint"]
