FROM debian:13-slim

SHELL ["/bin/bash", "-o", "errexit", "-o", "pipefail", "-c"]
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl xz-utils \
    && rm -rf /var/lib/apt/lists/*
RUN curl -fsSL https://dl.example.com/tool.tar.xz | tar -xJ -C /opt \
    && mkdir -p /opt/tool/{cache,logs} \
    && if [[ ! -x /opt/tool/bin/tool ]]; then exit 1; fi

USER nobody
CMD ["/opt/tool/bin/tool"]
