FROM alpine:3.24
RUN echo one \\
RUN echo two \\ 
ENV BACKSLASH=\\
