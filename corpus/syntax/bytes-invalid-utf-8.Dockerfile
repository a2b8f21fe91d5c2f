FROM alpine:3.24
# café in Latin-1
LABEL author="José ÿþ"
RUN echo Ã(
