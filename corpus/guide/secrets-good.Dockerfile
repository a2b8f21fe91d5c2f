# syntax=docker/dockerfile:1
FROM node:24-trixie AS build

WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci
ADD --keep-git-dir=false git@github.com:example/templates.git#v1.2.0 templates/
RUN --mount=type=secret,id=licence-token,env=LICENCE_TOKEN \
    curl -fsS -H "Authorization: Bearer $LICENCE_TOKEN" https://dl.example.com/licence.key -o licence.key
COPY server.js ./

FROM node:24-trixie-slim
WORKDIR /app
COPY --from=build /app ./
USER node
CMD ["node", "server.js"]
