FROM alpine:3.24
CMD cat <<EOF
text
EOF
