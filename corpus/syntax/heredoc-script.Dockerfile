FROM alpine:3.24
RUN <<EOF
set -e
apk add --no-cache curl
cd /tmp
echo "not an instruction:"
FROM=scratch
EOF
