FROM debian:13-slim AS seed
FROM debian:13-slim
RUN --mount=type=cache,target=/root/.cache true
RUN --mount=type=cache,id=apt,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=lists,target=/var/lib/apt,sharing=private \
    apt-get update
RUN --mount=type=cache,id=seeded,target=/seeded,from=seed,source=/etc,sharing=shared,mode=0750,uid=1000,gid=1000,ro true
