FROM node:24-trixie-slim

WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build

USER node
CMD ["node", "dist/server.js"]
