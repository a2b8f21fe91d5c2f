FROM node:24-slim

ARG NPM_TOKEN
ARG GITHUB_TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ012345
ENV AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
ENV AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
ENV DB_PASSWORD hunter2
WORKDIR /app
COPY . .
COPY id_rsa /root/.ssh/id_rsa
COPY .env .npmrc ./
RUN echo "//registry.npmjs.org/:_authToken=${NPM_TOKEN}" > .npmrc && npm ci
RUN rm .npmrc /root/.ssh/id_rsa
RUN git clone https://deploy:${GITHUB_TOKEN}@github.com/example/templates.git
RUN curl -u admin:hunter2 https://dl.example.com/licence.key -o licence.key
CMD ["node", "server.js"]
