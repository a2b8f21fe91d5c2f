FROM alpine:3.24
RUN cat \
    # which file
    <<EOF \
    > /one
backslashes stay \
  # and so do comments

and blank lines
EOF
