FROM node:24-slim

ARG GIT_COMMIT
ENV GIT_COMMIT=$GIT_COMMIT
LABEL org.opencontainers.image.revision=$GIT_COMMIT

WORKDIR /app
COPY . .
RUN npm ci
RUN npm run build
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg && rm -rf /var/lib/apt/lists/*
RUN npm install -g pm2@6.0.13

EXPOSE 3000
USER node
CMD ["pm2-runtime", "dist/server.js"]
