FROM alpine:3.24
ARG CACHE=/root/.cache
RUN --mount=type=cache,target=$CACHE/tool true
RUN --mount='type=bind,"source=two words",target=/words' true
