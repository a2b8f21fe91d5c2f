FROM debian:13-slim

RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl xz-utils
# /bin/sh is dash in this image: it refuses or misreads the next five commands
RUN set -o pipefail && curl https://dl.example.com/tool.tar.xz | tar xJ -C /opt
RUN source /opt/tool/env.sh
RUN if [[ -d /opt/tool/bin ]]; then echo "installed"; fi
RUN mkdir -p /opt/tool/{cache,logs}
RUN echo $'first\nsecond' > /opt/tool/list
SHELL ["/bin/bash", "-c"]
RUN curl https://dl.example.com/key.asc | tee /opt/tool/key.asc
CMD /opt/tool/bin/tool
