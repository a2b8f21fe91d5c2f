FROM ruby:3.4

RUN mkdir /app
RUN cd /app
WORKDIR app
COPY Gemfile* ./
RUN bundle install
WORKDIR ..
RUN cd /app/config && cp database.yml.example database.yml
WORKDIR ~/logs
RUN cd /app && bundle exec rake assets:precompile
COPY . /app
CMD cd /app && bundle exec puma
