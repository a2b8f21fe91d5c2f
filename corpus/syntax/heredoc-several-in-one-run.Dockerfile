FROM alpine:3.24
RUN cat <<ONE > /one && cat <<TWO > /two
first
ONE
second
TWO
RUN <<SETUP <<CHECK
echo setup
SETUP
echo check
CHECK
