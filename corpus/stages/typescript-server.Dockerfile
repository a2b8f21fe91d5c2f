FROM golang:1.25
RUN go install example.com/unused@v1

FROM node:22 AS build
WORKDIR /app
COPY . .
RUN npm ci
RUN npm run build

FROM node:22-slim
WORKDIR /app
COPY --from=1 /app /app
EXPOSE 8080
CMD ["node", "dist/server.js"]
