FROM node AS assets
WORKDIR /src
COPY . .
RUN npm ci && npm run build

FROM openjdk:8 AS api
WORKDIR /src
COPY . .
RUN ./mvnw package

FROM --platform=linux/amd64 centos:7
RUN yum install -y java-1.8.0-openjdk httpd
COPY --from=Assets /src/dist /var/www/html
COPY --from=api /src/target/api.jar /opt/api.jar
COPY --from=busybox:latest /bin/busybox /bin/busybox
CMD httpd && java -jar /opt/api.jar
