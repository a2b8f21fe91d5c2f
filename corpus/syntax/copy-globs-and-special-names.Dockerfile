FROM alpine:3.24
COPY *.json [a-m]?.txt dir/**/*.md /srv/
COPY [[]0].txt /srv/
# a backslash does not join words: two sources
COPY two\ words.txt /srv/
COPY . .
COPY ./ ./
COPY / /
