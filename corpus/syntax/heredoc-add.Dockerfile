FROM alpine:3.24
ADD <<motd.txt /etc/motd
Welcome to $HOSTNAME
motd.txt
