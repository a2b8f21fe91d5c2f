# syntax=docker/dockerfile:1
FROM alpine:3.24

RUN echo one && \
    # comment
    echo two
CMD ["sh"]
