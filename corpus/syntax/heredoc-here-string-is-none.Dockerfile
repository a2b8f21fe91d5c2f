FROM debian:13-slim
SHELL ["/bin/bash", "-c"]
RUN cat <<<word
RUN read -r first rest <<< "one two" && echo "$first"
