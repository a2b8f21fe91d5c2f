FROM alpine:3.24
ONBUILD RUN <<EOF
echo building a child
EOF
ONBUILD COPY <<built.txt /srv/
built from a parent
built.txt
