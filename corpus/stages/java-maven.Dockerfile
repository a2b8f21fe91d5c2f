FROM maven:3-eclipse-temurin-21 AS build
WORKDIR /build
COPY . .
RUN mvn -B package

FROM eclipse-temurin:21-jre
RUN useradd --system app
COPY --from=build --chown=app /build /srv
USER app
CMD ["java", "-jar", "/srv/target/app.jar"]
