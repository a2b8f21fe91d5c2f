//! Elixir: a release holds the program, its packages and the Erlang machine.
//!
//! The machine needs libraries of the image that Erlang's authors chose, so that the new stage starts from the slim
//! image of Elixir, not from the bare distribution.

use crate::ir::{Command, lies_in};

use super::deeds::Deeds;
use super::ecosystem::{Ecosystem, Maker, Product, Runtime};
use super::program::Program;
use super::single_stage::SingleStage;
use super::{Refusal, start};

pub const ELIXIR: Ecosystem = Ecosystem {
    images: &["elixir"],
    builds,
    product: Maker::OfProgram(product),
    is_source,
    runtime: Runtime::Interpreter,
};

fn builds(command: &Command<'_>) -> bool {
    command.manager.as_ref().is_some_and(|it| it.manager.name == "mix")
}

fn is_source(name: &str) -> bool {
    const ENDINGS: &[&str] = &[".eex", ".erl", ".ex", ".exs", ".heex", ".hrl", ".leex"];
    ENDINGS.iter().any(|ending| name.ends_with(ending)) || name == "mix.lock"
}

/// Folders of a project of which the release holds what it needs.
const IN_RELEASE: &[&str] = &["apps", "assets", "config", "deps", "lib", "priv", "rel"];

fn product(single: &SingleStage<'_>, program: &Program<'_>, deeds: &Deeds<'_>) -> Result<Product, Refusal> {
    let not_built = || Refusal::NotBuilt(program.word.to_owned());
    let makes_release =
        |command: &Command<'_>| builds(command) && command.arguments().iter().any(|word| word.value == Some("release"));
    let path = program.path(single)?.filter(|_| single.build_commands().any(makes_release)).ok_or_else(not_built)?;
    // A release is started by `bin/NAME` in its folder.
    let (folder, _) = path.rsplit_once("/bin/").ok_or_else(not_built)?;
    let releases = single.build_commands().filter(|command| makes_release(command));
    let is_told = releases.filter_map(|command| told_folder(single, command)).any(|told| told == folder);
    let is_made = is_told || folder.contains("/_build/") && folder.contains("/rel/");
    let artifacts = match deeds.brought.iter().any(|brought| lies_in(&path, brought)) {
        true => Vec::new(),
        false if is_made => vec![folder.to_owned()],
        false => return Err(not_built()),
    };
    Ok(Product {
        artifacts,
        embedded: IN_RELEASE.iter().map(|folder| (*folder).to_owned()).collect(),
        assumptions: start::scripts(single),
        ..Product::default()
    })
}

/// The folder of `mix release --path FOLDER`, absolute.
fn told_folder(single: &SingleStage<'_>, command: &Command<'_>) -> Option<String> {
    let words: Vec<&str> = command.arguments().iter().filter_map(|word| word.value).collect();
    let at = words.iter().position(|word| *word == "--path")?;
    single.build.path_of(command, words.get(at + 1)?)
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
    fn files_beside_the_sources_come_along() {
        let text = format!("{APP}CMD [\"/app/_build/prod/rel/a/bin/a\", \"start\"]\n");
        let files = [("mix.exs", ""), ("lib/a.ex", ""), ("priv/static/a.css", ""), ("data/a.json", "")];
        let stage = new_stage(&text, Some(&files));
        let copies = "WORKDIR /app\nCOPY --from=build /app/_build/prod/rel/a /app/_build/prod/rel/a\nCOPY --from=build /app/data /app/data\nCMD";
        assert!(stage.contains(copies), "{stage}");
    }

    #[test]
    fn a_release_lies_where_mix_or_the_file_puts_it() {
        let release = |release: &str| APP.replace("mix release", release);
        let told = new_stage(
            &format!("{}CMD [\"/srv/out/bin/a\", \"start\"]\n", release("mix release --path /srv/out")),
            None,
        );
        assert!(told.contains("COPY --from=build /srv/out /srv/out\n"), "{told}");
        let moved = release("mix release && cp -r _build/prod/rel/a /srv/a");
        let moved = new_stage(&format!("{moved}CMD [\"/srv/a/bin/a\", \"start\"]\n"), None);
        assert!(moved.contains("COPY --from=build /srv/a /srv/a\n"), "{moved}");
        let other = refusal(&format!("{APP}CMD [\"/usr/local/bin/a\", \"start\"]\n"));
        assert_eq!(other, Refusal::NotBuilt("/usr/local/bin/a".to_owned()));
    }

    #[test]
    fn without_a_release_the_program_starts_by_building() {
        let mix = refusal(&format!("{APP}CMD mix phx.server\n"));
        assert_eq!(mix, Refusal::BuildToolAtStart("mix".to_owned()));
        let other = refusal(&format!("{}CMD ./bin/a\n", APP.replace("mix release", "mix compile")));
        assert_eq!(other, Refusal::NotBuilt("./bin/a".to_owned()));
    }
}
