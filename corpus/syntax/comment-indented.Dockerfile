  # before the first instruction
FROM alpine:3.24
	# after a tab
    RUN echo one
#
#no space
