FROM node:24-alpine
ONBUILD ARG NODE_ENV=production
onbuild copy --chown=node:node package*.json ./
ONBUILD RUN --mount=type=cache,target=/root/.npm \
    npm ci
ONBUILD CMD ["node", "server.js"]
ONBUILD HEALTHCHECK NONE
