FROM alpine:3.24
RUN cat /dev/fd/3 3<<EOF
read from descriptor three
EOF
RUN 3<<A 4<<B cat /dev/fd/3 /dev/fd/4
three
A
four
B
