# syntax=docker/dockerfile:1
FROM golang:1.26-trixie AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -o /usr/local/bin/orders ./cmd/orders

FROM build AS test
RUN go test ./...

FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=build /usr/local/bin/orders /usr/local/bin/orders
EXPOSE 8080
CMD ["/usr/local/bin/orders"]
