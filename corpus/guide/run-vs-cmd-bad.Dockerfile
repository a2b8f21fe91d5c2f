FROM node:24

WORKDIR /app
COPY . .

# installs when the container starts, every time
CMD npm install
RUN npm run build
# starts the server while the image is built
RUN npm start &
CMD npm run build
CMD npm start
