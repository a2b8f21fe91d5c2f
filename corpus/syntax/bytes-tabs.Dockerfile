FROM	alpine:3.24	AS	base
	RUN	echo one &&	\
		echo two
ENV	ONE=1	TWO=2
CMD	["sh"	]
