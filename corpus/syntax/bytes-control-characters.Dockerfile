FROM alpine:3.24
RUNecho one
RUN echo [31mred[0m 
