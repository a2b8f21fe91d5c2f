FROM alpine:3.24
ENV ONE="two words" TWO=two\ words THREE='single $ONE' FOUR=plain"joined"'parts'
ENV EMPTY= QUOTED_EMPTY="" EQUALS=a=b=c
ENV ESCAPED=\$ONE INNER="say \"hello\"" BACKSLASH="a\\b"
ENV "QUOTED_NAME"=value
ENV PATH=/opt/bin:$PATH
