FROM ubuntu:24.04

RUN apt-get update && apt-get install -y sudo python3
RUN useradd -m worker
RUN echo "worker ALL=(ALL) NOPASSWD: ALL" >> /etc/sudoers
RUN echo "worker:worker" | chpasswd
USER worker
COPY . /home/worker/app
RUN sudo chown -R worker:worker /home/worker/app && sudo chmod -R 777 /home/worker/app
USER appuser
WORKDIR /home/worker/app
USER root
CMD sudo -u worker python3 worker.py
