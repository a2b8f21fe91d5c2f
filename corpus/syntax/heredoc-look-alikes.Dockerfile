FROM alpine:3.24
RUN echo $((1<<2))
RUN echo "<<EOF" '<<EOF'
RUN echo \<<EOF
RUN echo one<<EOF
CMD cat <<EOF
