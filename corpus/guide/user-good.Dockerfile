FROM ubuntu:24.04

RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 worker \
    && useradd --system --uid 10001 --gid worker --no-log-init --create-home worker

WORKDIR /home/worker/app
COPY . .
# A numeric id lets Kubernetes check `runAsNonRoot`.
USER 10001:10001
CMD ["python3", "worker.py"]
