FROM ruby:3.4-slim-trixie

WORKDIR /app
COPY Gemfile Gemfile.lock ./
RUN bundle install && rm -rf /usr/local/bundle/cache
COPY . .
RUN cp config/database.yml.example config/database.yml \
    && bundle exec rake assets:precompile

USER nobody
CMD ["bundle", "exec", "puma"]
