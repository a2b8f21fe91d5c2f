defmodule Harbour.MixProject do
  use Mix.Project

  def project do
    [app: :harbour, version: "1.0.0", elixir: "~> 1.14", start_permanent: Mix.env() == :prod, deps: []]
  end

  def application do
    [extra_applications: [:logger], mod: {Harbour, []}]
  end
end
