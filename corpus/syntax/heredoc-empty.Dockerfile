FROM alpine:3.24
RUN <<EOF
EOF
COPY <<empty.txt /
empty.txt
