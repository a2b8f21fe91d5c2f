FROM alpine:3.24
RUN <<EOF
echo one
EOF