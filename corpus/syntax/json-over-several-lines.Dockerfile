FROM alpine:3.24
CMD [ \
    "echo", \
    # the last one
    "two" \
]
