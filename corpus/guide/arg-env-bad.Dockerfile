ARG PYTHON_VERSION=3.13
ARG APP_VERSION=1.4.0
FROM python:${PYTHON_VERSION}-slim

ENV APP_HOME /srv/app
ENV DEBIAN_FRONTEND=noninteractive
# the global ARG is not visible here: empty
ENV APP_VERSION=$APP_VERSION
# both names are set at once, so PATH gets the old value of VENV
ENV VENV=/opt/venv PATH=$VENV/bin:$PATH
ENV PIP_INDEX_TOKEN=
ARG PIP_INDEX_TOKEN
ARG BUILD_DATE
RUN export APP_MODE=production
RUN python -m venv $VENV
RUN pip install --index-url https://build:${PIP_INDEX_TOKEN}@pypi.example.com/simple app==$VERSION
CMD $APP_HOME/start.sh
