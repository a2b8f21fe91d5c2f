//! The final image gets the whole folder of a build, not what comes out of it.
//!
//! ## Why
//! `COPY --from=build /app /app` takes along what only the build needs: the sources, and beside the program whatever the
//! compiler keeps for the next time. Cargo's `target` alone is often a hundred times as large as the program. The second
//! stage then saves the compiler, and ships its leftovers.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM rust:1.90-trixie AS build
//! WORKDIR /app
//! COPY . .
//! RUN cargo build --release
//!
//! FROM debian:trixie-slim
//! WORKDIR /app
//! COPY --from=build /app /app
//! CMD ["/app/target/release/app"]
//! ```
//! ```dockerfile,good
//! FROM rust:1.90-trixie AS build
//! WORKDIR /app
//! COPY . .
//! RUN cargo build --release
//!
//! FROM debian:trixie-slim
//! WORKDIR /app
//! COPY --from=build /app/target/release/app /app/target/release/app
//! CMD ["/app/target/release/app"]
//! ```
//!
//! Reported are folders to which the whole build context was copied and in which a compiler worked, and the folders in
//! which tools keep what they have downloaded. Interpreted programs need their sources, and are left alone.
//!
//! ## Fix
//! A suggestion, *content*, where the container starts one file of that folder: only this file is copied. Whether the program
//! reads others when it runs, only you can know.
//!
//! ## Sources
//! Docker's documentation, "Multi-stage builds"; The Cargo Book, "Build Cache".

use crate::edit::{Edit, Effect};
use crate::ir::{Breadth, Command, Step, clean_path, lies_in};
use crate::knowledge::package_managers::Action;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{InstructionKind, Keyword, Transfer, Word};

pub const META: Meta =
    Meta { name: "size/build-folder-copied", effect: Some(Effect::Content), ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.steps_of(Keyword::Copy).filter(|step| cx.shapes_final_image(step)) {
        let InstructionKind::Copy(transfer) = &step.instruction.kind else { continue };
        let Some(stage) = step.source_stage() else { continue };
        for word in &transfer.sources {
            let Some(path) = step.certain_value(word).filter(|path| !path.contains(['*', '?', '['])) else { continue };
            let path = clean_path(&format!("/{path}"));
            let Some(leftover) = leftover(cx, stage, &path) else { continue };
            let report = sink
                .report(word.span(), format!("`{path}` is copied with {}", leftover.what))
                .related(leftover.command.name_span(), "leaves it there");
            match narrower(cx, step, transfer, &path) {
                Some((from, to)) => {
                    let edits = replaced(word, &from, &transfer.destination, &to);
                    report.help(format!("copy `{from}` alone")).suggest(
                        format!("copy `{from}` alone"),
                        Effect::Content,
                        edits,
                    );
                }
                None => {
                    report.help("copy what comes out of the build alone");
                }
            }
        }
    }
}

/// What a folder holds beside the result of a build.
struct Leftover<'c> {
    what: String,
    command: &'c Command<'c>,
}

/// Folders in which tools keep what they have downloaded for all projects.
const DOWNLOADS: &[(&str, &str)] = &[
    ("/go", "go"),
    ("/root/.cargo", "cargo"),
    ("/root/.gradle", "gradle"),
    ("/root/.m2", "mvn"),
    ("/root/.nuget", "dotnet"),
    ("/usr/local/cargo", "cargo"),
];

fn leftover<'c>(cx: &Context<'c>, stage: usize, path: &str) -> Option<Leftover<'c>> {
    let is_of_stage = |command: &&Command<'_>| cx.build.lineage(stage).any(|it| it.index == command.step.stage);
    let commands: Vec<&Command<'_>> = cx.commands.of_build().filter(is_of_stage).collect();
    let downloads = DOWNLOADS.iter().find(|(folder, _)| *folder == path).and_then(|(_, tool)| {
        let command =
            commands.iter().find(|command| command.manager.as_ref().is_some_and(|it| it.manager.name == *tool));
        command.map(|command| Leftover { what: format!("all that `{tool}` has downloaded"), command })
    });
    let holds_sources = || cx.build.inherited_steps(stage).into_iter().any(|step| fills(cx, step, path));
    let builds = || {
        let in_folder =
            |command: &Command<'_>| cx.build.path_of(command, ".").is_some_and(|folder| lies_in(&folder, path));
        commands.iter().find_map(|command| Some((*command, leaves(command)?)).filter(|(command, _)| in_folder(command)))
    };
    let cleans = || commands.iter().any(|command| command.name() == Some("rm"));
    downloads.or_else(|| {
        let (command, folder) = builds().filter(|_| !cleans() && holds_sources())?;
        Some(Leftover { what: format!("its sources and {folder}"), command })
    })
}

/// Whether the step copies the whole build context into the folder.
fn fills(cx: &Context<'_>, step: &Step<'_>, path: &str) -> bool {
    cx.build.context_copies(step).iter().any(|copy| {
        let destination = step.certain_value(&copy.transfer.destination);
        let destination = destination.and_then(|it| cx.build.absolute_path(step, it));
        copy.breadth == Breadth::Whole && destination.is_some_and(|it| lies_in(&it, path))
    })
}

/// What a compiler leaves beside the program.
fn leaves(command: &Command<'_>) -> Option<&'static str> {
    match (command.manager.as_ref().filter(|it| it.action == Action::Build).map(|it| it.manager.name), command.name()) {
        (Some("cargo"), _) => Some("all that Cargo keeps in `target`"),
        (Some("mvn"), _) => Some("all that Maven keeps in `target`"),
        (Some("gradle"), _) => Some("all that Gradle keeps in `build`"),
        (Some("dotnet"), _) => Some("all that .NET keeps in `obj` and `bin`"),
        (None, Some("make" | "ninja")) => Some("all that the build leaves"),
        _ => None,
    }
}

/// The one file of the folder that the container starts, as it lies in the stage of the build and in the image.
fn narrower(cx: &Context<'_>, step: &Step<'_>, transfer: &Transfer, path: &str) -> Option<(String, String)> {
    let [_] = transfer.sources.as_slice() else { return None };
    let folder = cx.build.absolute_path(step, step.certain_value(&transfer.destination)?)?;
    let started: Vec<String> = cx.process_commands().filter_map(|command| program(cx, command)).collect();
    let [file] = started.as_slice() else { return None };
    let below = file.strip_prefix(folder.trim_end_matches('/'))?.strip_prefix('/')?;
    Some((format!("{path}/{below}"), file.clone()))
}

/// The file that the command starts, where that is the whole program.
fn program(cx: &Context<'_>, command: &Command<'_>) -> Option<String> {
    let word = match command.name()? {
        "java" => command.words.iter().skip_while(|word| word.value != Some("-jar")).nth(1)?.value?,
        _ => command.words.first()?.value?,
    };
    cx.build.path_of(command, word).filter(|_| word.contains('/') && !word.ends_with(".sh"))
}

fn replaced(source: &Word, from: &str, destination: &Word, to: &str) -> Vec<Edit> {
    vec![Edit::replace(source.span(), from), Edit::replace(destination.span(), to)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    const BUILD: &str = "FROM rust:1 AS b\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nFROM debian:13\n";

    #[test]
    fn the_folder_of_a_compiler_is_reported() {
        fires!(&format!("{BUILD}COPY --from=b «/app» /srv\nCMD [\"a\"]\n"));
        fires!(
            "FROM gcc:12 AS b\nCOPY . /s\nWORKDIR /s\nRUN make\nFROM debian:13\nCOPY --from=b «/s» /s\nCMD [\"sh\", \"/s/a\"]\n"
        );
        fires!("FROM golang:1 AS b\nRUN go install example.com/a@v1\nFROM debian:13\nCOPY --from=b «/go» /go\n");
    }

    #[test]
    fn what_comes_out_of_the_build_is_not() {
        silent!(&format!("{BUILD}COPY --from=b /app/target/release/a /a\n"));
        silent!(
            "FROM rust:1 AS b\nWORKDIR /src\nCOPY . .\nRUN cargo build && cp target/debug/a /app/\nFROM debian:13\nCOPY --from=b /app /app\n"
        );
        silent!(
            "FROM node:22 AS b\nWORKDIR /app\nCOPY . .\nRUN npm run build\nFROM node:22-slim\nCOPY --from=b /app /app\n"
        );
        silent!(
            "FROM rust:1 AS b\nWORKDIR /a\nCOPY . .\nRUN cargo build && rm -rf target/x\nFROM debian:13\nCOPY --from=b /a /a\n"
        );
    }

    #[test]
    fn stages_that_do_not_reach_the_image_may_copy_what_they_like() {
        silent!(&format!(
            "{}COPY --from=b /app /app\nFROM debian:13\n",
            BUILD.replace("FROM debian:13", "FROM debian:13 AS c")
        ));
    }

    #[test]
    fn the_file_that_is_started_is_copied_alone() {
        fixes!(
            &format!("{BUILD}WORKDIR /srv\nCOPY --from=b /app .\nCMD [\"./target/release/a\"]\n") =>
            &format!("{BUILD}WORKDIR /srv\nCOPY --from=b /app/target/release/a /srv/target/release/a\nCMD [\"./target/release/a\"]\n")
        );
        let jar = "FROM maven:3 AS b\nWORKDIR /a\nCOPY . .\nRUN mvn package\nFROM eclipse-temurin:21-jre\n";
        fixes!(
            &format!("{jar}COPY --from=b /a /a\nCMD java -Xmx1g -jar /a/target/a.jar\n") =>
            &format!("{jar}COPY --from=b /a/target/a.jar /a/target/a.jar\nCMD java -Xmx1g -jar /a/target/a.jar\n")
        );
    }
}
