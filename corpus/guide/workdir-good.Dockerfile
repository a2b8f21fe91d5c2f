FROM ruby:3.4-slim-trixie

WORKDIR /app
COPY Gemfile Gemfile.lock ./
RUN bundle install
COPY . .
RUN cp config/database.yml.example config/database.yml \
    && bundle exec rake assets:precompile

USER nobody
CMD ["bundle", "exec", "puma"]
