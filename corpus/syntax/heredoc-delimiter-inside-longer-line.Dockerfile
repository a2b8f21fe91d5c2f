FROM alpine:3.24
RUN <<EOF
echo EOF
 EOF=1
EOFEOF() { :; }
EOF
