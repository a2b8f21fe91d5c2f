FROM --platform=$BUILDPLATFORM golang:1.27 AS build
ARG TARGETOS TARGETARCH
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH go version
FROM --platform=linux/arm64/v8 alpine:3.24 AS arm
FROM --platform=${TARGETPLATFORM:-linux/amd64} alpine:3.24
COPY --from=build /usr/local/go/VERSION /
