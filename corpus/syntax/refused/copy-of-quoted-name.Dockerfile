FROM alpine:3.24
COPY "two words.txt" /srv/
