FROM python:3.14-slim-trixie

WORKDIR /srv
COPY site .
USER nobody
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s --start-interval=1s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://localhost:8000/', timeout=2)"]
CMD ["python", "-m", "http.server"]
