FROM alpine:3.24
SHELL ["/bin/sh", "-e", "-c"]
RUN ["/bin/echo", "one"]
ADD ["one file.txt", "/srv/one file.txt"]
COPY --chmod=644 ["two files", "three, files", "/srv/"]
VOLUME ["/data", "/more data"]
HEALTHCHECK CMD ["/bin/true"]
ENTRYPOINT [ "/bin/echo" ,"a"  ]   
CMD []
