# FROM alpine:3.24

# nothing else
