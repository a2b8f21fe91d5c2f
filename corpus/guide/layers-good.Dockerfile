# syntax=docker/dockerfile:1
FROM debian:13-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates \
        curl \
        python3 \
        python3-pip \
    && pip3 install --no-cache-dir --break-system-packages numpy==2.3.5 \
    && apt-get purge -y --auto-remove python3-pip \
    && rm -rf /var/lib/apt/lists/*
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN curl -fsSL https://dl.example.com/model.tar.gz | tar -xz -C /opt
RUN --mount=type=bind,source=predict,target=/opt/predict,rw \
    apt-get update \
    && apt-get install -y --no-install-recommends build-essential \
    && make -C /opt/predict install \
    && apt-get purge -y --auto-remove build-essential \
    && rm -rf /var/lib/apt/lists/*

USER nobody
CMD ["predict"]
