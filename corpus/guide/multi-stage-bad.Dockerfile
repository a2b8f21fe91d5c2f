FROM golang:1.26

WORKDIR /src
RUN apt-get update && apt-get install -y git make protobuf-compiler
COPY . .
RUN go mod download
RUN go build -o /usr/local/bin/orders ./cmd/orders
RUN go test ./...

EXPOSE 8080
CMD /usr/local/bin/orders
