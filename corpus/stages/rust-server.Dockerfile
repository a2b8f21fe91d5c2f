FROM rust:1.90-trixie AS build
WORKDIR /app
COPY . .
RUN cargo build --release

FROM debian:trixie-slim
COPY --from=build /app /app
CMD ["/app/target/release/server"]
