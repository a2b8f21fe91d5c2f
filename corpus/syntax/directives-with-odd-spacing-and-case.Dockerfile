#Syntax = docker/dockerfile:1
#	ESCAPE	=	`
 #   check = error=false
FROM alpine:3.24
RUN echo C:\ && `
    echo D:\
