ARG TAG=3.24 REGISTRY
FROM ${REGISTRY:-docker.io}/library/alpine:${TAG} AS base
FROM localhost:5000/team/tool@sha256:45b23dee08af5e43a7fea6c4cf9c25ccf269ee113168c19722f87876677c5cb2 AS pinned
FROM registry.example.com:443/a/b_c/d.e:v1.0@sha256:45b23dee08af5e43a7fea6c4cf9c25ccf269ee113168c19722f87876677c5cb2 As Mixed-Case_1.0
FROM base
FROM scratch AS last
COPY --from=Mixed-Case_1.0 /etc/hostname /
