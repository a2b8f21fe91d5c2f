FROM alpine:3.24
ENV ONE first
ENV TWO several words = one value
ENV THREE "quoted" 'words'   
ENV FOUR   after spaces
ENV FIVE \
    on the next line
LABEL maintainer Jane Miller
