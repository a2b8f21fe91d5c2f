//! Elixir: a release holds the program, its packages and the Erlang machine.
//!
//! The machine needs libraries of the image that Erlang's authors chose, so that the new stage starts from the slim
//! image of Elixir, not from the bare distribution.

use crate::ir::Command;

use super::deeds::Deeds;
use super::ecosystem::{Ecosystem, Maker, Product, Runtime};
use super::program::Program;
use super::single_stage::SingleStage;
use super::{Refusal, start};

pub const ELIXIR: Ecosystem = Ecosystem {
    images: &["elixir"],
    builds,
    product: Maker::OfProgram(product),
    is_source: |_| false,
    runtime: Runtime::Interpreter,
};

fn builds(command: &Command<'_>) -> bool {
    command.manager.as_ref().is_some_and(|it| it.manager.name == "mix")
}

fn product(single: &SingleStage<'_>, program: &Program<'_>, _: &Deeds<'_>) -> Result<Product, Refusal> {
    let not_built = || Refusal::NotBuilt(program.word.to_owned());
    let makes_release =
        |command: &Command<'_>| builds(command) && command.arguments().iter().any(|word| word.value == Some("release"));
    let path = program.path(single)?.filter(|_| single.build_commands().any(makes_release)).ok_or_else(not_built)?;
    // A release is started by `bin/NAME` in its folder.
    let (folder, _) = path.rsplit_once("/bin/").filter(|(folder, _)| folder.contains('/')).ok_or_else(not_built)?;
    Ok(Product {
        artifacts: vec![folder.to_owned()],
        has_all_files: true,
        assumptions: start::scripts(single),
        ..Product::default()
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    const APP: &str = "FROM elixir:1.14\nENV MIX_ENV=prod\nWORKDIR /app\nCOPY . .\nRUN mix release\n";

    #[test]
    fn a_release_is_all_that_is_needed() {
        let stage = new_stage(&format!("{APP}CMD _build/prod/rel/a/bin/a start\n"), None);
        let expected = "elixir:1.14-slim\nENV MIX_ENV=prod\nWORKDIR /app\n\
                        COPY --from=build /app/_build/prod/rel/a /app/_build/prod/rel/a\n\
                        CMD _build/prod/rel/a/bin/a start\n";
        assert_eq!(stage, expected);
    }

    #[test]
    fn without_a_release_the_program_starts_by_building() {
        let mix = refusal(&format!("{APP}CMD mix phx.server\n"));
        assert_eq!(mix, Refusal::BuildToolAtStart("mix".to_owned()));
        let other = refusal(&format!("{}CMD ./bin/a\n", APP.replace("mix release", "mix compile")));
        assert_eq!(other, Refusal::NotBuilt("./bin/a".to_owned()));
    }
}
