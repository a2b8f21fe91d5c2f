FROM alpine:3.24
RUN <<EOF
echo one
EOF
COPY <<two.txt /
two
two.txt
