FROM alpine:3.24
ARG NAME=world
COPY <<'single' /single
$NAME stays
single
COPY <<"double" /double
$NAME stays
double
COPY <<plain /plain
$NAME is expanded, \$NAME is not
plain
RUN cat <<"two words" > /words
text
two words
