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
//! Reported are folders to which the build context or its `src` was copied and in which a compiler worked, the `target` and `build` in
//! which Cargo, Maven and Gradle keep the program among what they need themselves, and the folders in which tools keep what they
//! have downloaded. Interpreted programs need their sources, and are left alone; but for those that the
//! build context shows to be compiled from TypeScript, by `tsc` or `nest build`, and to start with what comes out of it.
//!
//! ## Fix
//! *Content*: copies what comes out of the build instead, each path to where it lies now: the program that the container starts,
//! the archive of Java, the published folder of .NET, the release of Elixir, with all else that the build puts into the folder on purpose
//! and the files of the build context that are no sources. The build stage stays as it is. It is a suggestion where only you can know
//! whether that is all: without the build context, or where the sources start other programs.
//!
//! Nothing is changed, and the finding says why, where a command of the build is not understood, where a later instruction, a
//! variable, a volume or a word of the command may need something else of the folder, and where folders have an owner of
//! their own.
//!
//! ## Sources
//! Docker's documentation, "Multi-stage builds"; The Cargo Book, "Build Cache".

use crate::edit::Effect;
use crate::ir::{Breadth, Command, Step, clean_path, lies_in};
use crate::knowledge::package_managers::Action;
use crate::rewrite::multistage::{NarrowedCopy, Refusal, narrow};
use crate::rules::{Context, Meta, Report, Sink};
use crate::syntax::{InstructionKind, Keyword};

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
            let rewrite = narrow(cx.build, cx.commands, cx.build_context, step);
            if matches!(rewrite, Err(Refusal::NothingToSplit)) || leftover.is_worth_a_fix_only && rewrite.is_err() {
                continue;
            }
            let report = sink
                .report(word.span(), format!("`{path}` is copied with {}", leftover.what))
                .related(leftover.command.name_span(), leftover.why);
            with_rewrite(report, rewrite);
        }
    }
}

/// Adds the fix, or why there is none.
fn with_rewrite(report: Report<'_>, rewrite: Result<NarrowedCopy, Refusal>) {
    match rewrite {
        Ok(NarrowedCopy { paths, edits, assumptions }) => {
            let named: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
            let title = format!("copy {} alone", named.join(", "));
            report.help(title.clone()).rewritten(title, Effect::Content, edits, &assumptions);
        }
        Err(refusal) => {
            report.help("copy what comes out of the build alone").no_fix(&refusal).remedy(refusal.remedy());
        }
    }
}

/// What a folder holds beside the result of a build.
struct Leftover<'c> {
    what: String,
    command: &'c Command<'c>,
    why: &'static str,
    /// Whether nothing is known to lie there that is not needed, but where the rewrite says so.
    is_worth_a_fix_only: bool,
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
        let what = format!("all that `{tool}` has downloaded");
        command.map(|command| Leftover { what, command, why: "leaves it there", is_worth_a_fix_only: false })
    });
    let holds_sources = || cx.build.inherited_steps(stage).into_iter().any(|step| fills(cx, step, path));
    let builds = || {
        let in_folder =
            |command: &Command<'_>| cx.build.path_of(command, ".").is_some_and(|folder| lies_in(&folder, path));
        commands.iter().find_map(|command| Some((*command, leaves(command)?)).filter(|(command, _)| in_folder(command)))
    };
    let cleans = || {
        let may_be_inside = |command: &Command<'_>, word: Option<&str>| {
            let removed = word.and_then(|word| cx.build.path_of(command, word));
            removed.is_none_or(|removed| lies_in(&removed, path) || lies_in(path, &removed))
        };
        let removals = commands.iter().filter(|command| command.name() == Some("rm"));
        removals.into_iter().any(|command| {
            let words = command.arguments().iter().filter(|word| !word.written.starts_with('-'));
            words.into_iter().any(|word| may_be_inside(command, word.pattern()))
        })
    };
    let kept = || {
        let is_it = |command: &Command<'_>, name: &&str| cx.build.path_of(command, name).is_some_and(|it| it == path);
        let command = commands.iter().find(|command| own_folders(command).iter().any(|name| is_it(command, name)))?;
        let what = format!("all that `{}` keeps in it", command.name().unwrap_or_default());
        Some(Leftover { what, command, why: "leaves it there", is_worth_a_fix_only: true })
    };
    downloads.or_else(kept).or_else(|| {
        let (command, left) = builds().filter(|_| !cleans() && holds_sources())?;
        let (what, why) = match left {
            Left::Nothing | Left::Compiled => ("its sources".to_owned(), "builds them"),
            Left::Folders(folders) => (format!("its sources and {folders}"), "leaves it there"),
        };
        Some(Leftover { what, command, why, is_worth_a_fix_only: matches!(left, Left::Compiled) })
    })
}

/// Whether the step copies the whole build context, or its sources, into the folder.
fn fills(cx: &Context<'_>, step: &Step<'_>, path: &str) -> bool {
    cx.build.context_copies(step).iter().any(|copy| {
        let destination = step.certain_value(&copy.transfer.destination);
        let destination = destination.and_then(|it| cx.build.absolute_path(step, it));
        copy.breadth != Breadth::Part && destination.is_some_and(|it| lies_in(&it, path))
    })
}

/// What a compiler leaves beside the program.
enum Left {
    Nothing,
    /// Text that the program may be, too, unless the build context tells a compiler.
    Compiled,
    /// Its own folders, in words.
    Folders(&'static str),
}

/// Folders of the project in which a tool keeps the program among much else.
fn own_folders(command: &Command<'_>) -> &'static [&'static str] {
    match command.manager.as_ref().filter(|it| it.action == Action::Build).map(|it| it.manager.name) {
        Some("cargo") => &["target", "target/release", "target/debug"],
        Some("mvn") => &["target"],
        Some("gradle") => &["build"],
        _ => &[],
    }
}

fn leaves(command: &Command<'_>) -> Option<Left> {
    let built = command.manager.as_ref().filter(|it| it.action == Action::Build).map(|it| it.manager.name);
    let makes_release = || command.arguments().iter().any(|word| word.value == Some("release"));
    match (built, command.name()) {
        (Some("cargo"), _) => Some(Left::Folders("all that Cargo keeps in `target`")),
        (Some("go"), _) => Some(Left::Nothing),
        (Some("mvn"), _) => Some(Left::Folders("all that Maven keeps in `target`")),
        (Some("gradle"), _) => Some(Left::Folders("all that Gradle keeps in `build`")),
        (Some("dotnet"), _) => Some(Left::Folders("all that .NET keeps in `obj` and `bin`")),
        (_, Some("tsc")) => Some(Left::Compiled),
        (Some("npm" | "pnpm" | "yarn"), _) => Some(Left::Compiled),
        (_, Some("mix")) if makes_release() => Some(Left::Folders("all that Mix keeps in `_build` and `deps`")),
        (None, Some("c++" | "cc" | "clang" | "g++" | "gcc" | "javac")) => Some(Left::Compiled),
        (None, Some("make" | "ninja")) => Some(Left::Folders("all that the build leaves")),
        _ => None,
    }
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
    fn of_the_folder_that_a_tool_keeps_the_program_is_copied_alone() {
        let jar = "FROM maven:3 AS b\nWORKDIR /a\nCOPY . .\nRUN mvn package\nFROM eclipse-temurin:21-jre\nWORKDIR /a\n";
        fixes!(
            &format!("{jar}COPY --from=b /a/target/ ./target/\nCMD [\"java\", \"-jar\", \"target/a.jar\"]\n") =>
            &format!("{jar}COPY --from=b /a/target/a.jar /a/target/a.jar\nCMD [\"java\", \"-jar\", \"target/a.jar\"]\n")
        );
        fixes!(
            &format!("{BUILD}COPY --from=b /app/target/release /srv\nCMD [\"/srv/a\"]\n") =>
            &format!("{BUILD}COPY --from=b /app/target/release/a /srv/a\nCMD [\"/srv/a\"]\n")
        );
        silent!(&format!("{BUILD}COPY --from=b /app/target/release /srv\nCMD [\"sh\", \"/srv/a\"]\n"));
    }

    #[test]
    fn what_a_compiler_is_called_for_by_name_is_copied_alone() {
        let file = |copied: &str| {
            format!(
                "FROM gcc:12 AS b\nCOPY . /s\nWORKDIR /s\nRUN gcc a.c -o a\nFROM debian:12\nCOPY --from=b {copied}\nCMD [\"/s/a\"]\n"
            )
        };
        fixes!(&file("/s /s") => &file("/s/a /s/a"));
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
