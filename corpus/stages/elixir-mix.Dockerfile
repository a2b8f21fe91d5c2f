FROM elixir:1.18 AS build
ENV MIX_ENV=prod
WORKDIR /app
COPY . .
RUN mix release

FROM elixir:1.18-slim
COPY --from=build /app /app
CMD ["/app/_build/prod/rel/app/bin/app", "start"]
