# syntax=docker/dockerfile:1
FROM eclipse-temurin:21-jre-noble

WORKDIR /opt/app
# ADD unpacks local archives and fetches URLs; a checksum holds the download fixed.
ADD assets.tar.gz ./
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d \
    https://repo.example.com/agents/metrics-1.2.jar ./
COPY config/ ./config/
COPY logback.xml tuning.conf run.sh app.jar ./

USER nobody
CMD ["java", "-jar", "app.jar"]
