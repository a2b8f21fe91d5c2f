FROM alpine:3.24
ENV NAME=world DIRECTORY=/srv
COPY ["$DIRECTORY/one", "${DIRECTORY}/two/"]
CMD ["echo", "$NAME is not expanded"]
