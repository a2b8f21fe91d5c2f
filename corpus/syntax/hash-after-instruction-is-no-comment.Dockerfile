FROM alpine:3.24
RUN echo one # the shell's comment
WORKDIR /srv # the directory's name goes on
CMD echo two # the shell's comment
