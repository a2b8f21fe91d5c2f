# syntax=docker/dockerfile:1
ARG PYTHON_VERSION=3.13
FROM python:${PYTHON_VERSION}-slim-trixie

ENV VENV=/opt/venv
ENV PATH=$VENV/bin:$PATH \
    APP_MODE=production
RUN python -m venv "$VENV"

ARG APP_VERSION=1.4.0
RUN --mount=type=secret,id=pip-conf,target=/etc/pip.conf \
    pip install --no-cache-dir "app==$APP_VERSION"

USER nobody
CMD ["app", "serve"]
