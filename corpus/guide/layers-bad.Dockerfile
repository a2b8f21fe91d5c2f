FROM debian:13

RUN apt-get update
RUN apt-get install -y build-essential
RUN apt-get install -y python3-pip git wget
RUN pip3 install --break-system-packages numpy==2.3.5
RUN wget https://dl.example.com/model.tar.gz
RUN tar xzf model.tar.gz
RUN rm model.tar.gz
RUN git clone https://git.example.com/tools/predict.git /opt/predict
RUN make -C /opt/predict install
RUN rm -rf /opt/predict
RUN apt-get remove -y build-essential
RUN apt-get autoremove -y
RUN rm -rf /var/lib/apt/lists/*
RUN rm -rf /root/.cache
CMD predict
