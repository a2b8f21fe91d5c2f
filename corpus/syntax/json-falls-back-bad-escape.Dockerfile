FROM alpine:3.24
CMD ["C:\program files\tool.exe"]
