FROM node:24-trixie-slim

WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build

USER node
CMD ["node", "dist/server.js"]
