FROM golang:1.25 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o server .

FROM debian:trixie-slim
WORKDIR /src
COPY --from=build /src /src
EXPOSE 8080
CMD ["./server"]
