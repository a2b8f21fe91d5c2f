FROM eclipse-temurin:21-jre

ADD app.jar /opt/app/
ADD config /opt/app/config
COPY assets.tar.gz /opt/app/
RUN cd /opt/app && tar xzf assets.tar.gz && rm assets.tar.gz
ADD https://repo.example.com/agents/metrics-1.2.jar /opt/app/
ADD http://repo.example.com/plugins.zip /opt/app/plugins.zip
RUN wget https://repo.example.com/geo/cities.tar.gz
RUN tar -xzf cities.tar.gz -C /opt/app
RUN rm cities.tar.gz
COPY ../shared/logback.xml /opt/app/
COPY run.sh tuning.conf /opt/app
CMD java -jar /opt/app/app.jar
