FROM alpine:3.24
<<<<<<< HEAD
RUN echo one
=======
RUN echo two
>>>>>>> other
