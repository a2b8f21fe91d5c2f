FROM alpine:3.24
CMD ["sleep", 5]
