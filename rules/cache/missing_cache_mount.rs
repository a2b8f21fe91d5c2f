//! A package manager downloads everything again, or a compiler starts from nothing, for want of a cache mount.
//!
//! ## Why
//! When anything above a RUN has changed, BuildKit runs it again in the file system that the instruction above left
//! behind: the package manager's cache is as empty as the first time, and one new dependency downloads all of them. A
//! cache mount, `RUN --mount=type=cache,target=DIRECTORY`, is a folder that stays with the builder from build to build.
//! It is no part of the layer, so that it also makes the image smaller. A builder that starts anew for each build, as
//! many CI services have it, keeps no such folder.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24-slim
//! WORKDIR /app
//! COPY package.json package-lock.json ./
//! RUN npm ci
//! ```
//! ```dockerfile,good
//! FROM node:24-slim
//! WORKDIR /app
//! COPY package.json package-lock.json ./
//! RUN --mount=type=cache,target=/root/.npm npm ci
//! ```
//!
//! Silent where a flag or a variable turns the cache off, and for users whose home directory is not known. Each manager
//! is named once in a stage; build stages count as well.
//!
//! ## Fix
//! Mounts the cache in every RUN of the stage that uses the manager. *Debris*: what the manager has downloaded is no part of
//! the layers any more. Not where something else may read it there: a script or `make` behind `go mod download`, another
//! stage that copies the directory or starts from this one, the container's own command; nor under a `# syntax` older than
//! 1.2, which knows no cache mounts.
//!
//! ## Sources
//! Docker's documentation, "Optimize cache usage in builds: use cache mounts"; Dockerfile reference, `RUN --mount`.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, Stage, Step, lies_in};
use crate::knowledge::package_managers::{Action, Cache, Home, Invocation, PackageManager};
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{DirectiveName, Keyword};

pub const META: Meta = Meta {
    name: "cache/missing-cache-mount",
    severity: Severity::Info,
    effect: Some(Effect::Debris),
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in cx.reachable_stages().filter(|stage| !stage.is_windows) {
        let mut named: Vec<&str> = Vec::new();
        for command in stage.steps.iter().flat_map(|step| cx.commands.of_step(step)) {
            let Some(invocation) = &command.manager else { continue };
            let tool = invocation.manager.name;
            if named.contains(&tool)
                || !fills_cache(cx, command, invocation)
                || cx.build.keeps_downloads(command, invocation)
            {
                continue;
            }
            let Some(home) = cx.build.home(command.step) else { continue };
            let mounts: Vec<String> =
                invocation.manager.caches.iter().map(|cache| mount(cx, command, cache, home)).collect();
            named.push(tool);
            let what =
                if invocation.action == Action::Build { "starts from nothing" } else { "downloads everything again" };
            let report = sink
                .report(command.verb_span(), format!("`{tool}` {what} each time this RUN is executed"))
                .help(format!("write `RUN {} ...`", mounts.join(" ")));
            if let Some(edits) = edits(cx, stage, invocation.manager, &mounts) {
                report.fix(format!("mount the cache of `{tool}`"), Effect::Debris, edits);
            }
        }
    }
}

/// Whether the command installs or compiles a project and keeps what it has downloaded.
fn fills_cache(cx: &Context<'_>, command: &Command<'_>, invocation: &Invocation<'_>) -> bool {
    let manager = invocation.manager;
    let variable = |name: &str| cx.build.environment(command, name);
    let is_off = manager.no_cache.iter().any(|switch| {
        let values = switch.environment.iter().filter_map(|(name, _)| Some((*name, variable(name)?)));
        values.into_iter().any(|(name, value)| value.is_empty() || switch.is_on_by(name, &value))
    });
    // `npm run build` compiles, and has no cache of npm's own.
    let compiles = invocation.action == Action::Build && manager.home != Home::Language("javascript");
    command.is_in_build()
        && !manager.is_system()
        && !manager.caches.is_empty()
        && (invocation.is_project_install() || compiles)
        && !invocation.skips_cache()
        && !invocation.has_flag("--cache-dir --cache --cache-folder --offline --dry-run")
        && !is_off
}

fn mount(cx: &Context<'_>, command: &Command<'_>, cache: &Cache, home: &str) -> String {
    let directory = cache.directory(home, |name| cx.build.environment(command, name));
    let sharing = if cache.locked { ",sharing=locked" } else { "" };
    format!("--mount=type=cache,target={directory}{sharing}")
}

/// The mounts for each RUN of the stage that uses the manager; `None` where something else may read what it downloads.
fn edits(cx: &Context<'_>, stage: &Stage<'_>, manager: &PackageManager, mounts: &[String]) -> Option<Vec<Edit>> {
    let runs = || stage.steps.iter().filter(|step| step.instruction.keyword == Some(Keyword::Run));
    let uses = |step: &&Step<'_>| cx.commands.of_step(step).iter().any(|command| is_of(command, manager));
    let users: Vec<&Step<'_>> = runs().filter(uses).collect();
    let is_alike = users.iter().all(|step| {
        let is_known = manager.caches.iter().all(|cache| cx.build.knows_place_of(step, cache));
        step.instruction.flags.is_empty() && cx.build.home(step) == Some("/root") && is_known
    });
    if !is_alike || is_named_elsewhere(cx, &users, mounts) || has_old_syntax(cx) {
        return None;
    }
    let is_base = cx.build.stages.iter().any(|other| other.base_stage() == Some(stage.index));
    let starts = || cx.process_commands().any(|command| is_of(command, manager));
    let others = || runs().flat_map(|step| cx.commands.of_step(step)).filter(|command| !is_of(command, manager));
    let is_read_later = manager.is_read_later() && (is_base || starts() || !others().all(reads_no_downloads));
    let edits = users.iter().map(|step| mounted(cx, step, mounts));
    (!is_read_later).then(|| edits.collect())
}

/// The mounts before the command: one on its line, several on lines of their own.
fn mounted(cx: &Context<'_>, step: &Step<'_>, mounts: &[String]) -> Edit {
    let line_ending = cx.source().line_ending(step.instruction.first_line);
    let separator = match mounts {
        [_] => " ".to_owned(),
        _ => format!(" {}{line_ending}    ", cx.file.escape),
    };
    let flags: String = mounts.iter().map(|mount| format!("{mount}{separator}")).collect();
    Edit::insert(step.instruction.arguments.span().start, flags)
}

fn is_of(command: &Command<'_>, manager: &PackageManager) -> bool {
    command.manager.as_ref().is_some_and(|invocation| invocation.manager == manager)
}

/// Commands that surely have nothing to do with what a package manager has downloaded. Scripts and `make` may.
fn reads_no_downloads(command: &Command<'_>) -> bool {
    const NAMES: &[&str] = &[
        "addgroup", "adduser", "cat", "cd", "chmod", "chown", "cp", "echo", "export", "groupadd", "ln", "ls", "mkdir",
        "mv", "printf", "rm", "set", "strip", "tar", "test", "touch", "true", "useradd",
    ];
    let is_system = command.manager.as_ref().is_some_and(|invocation| invocation.manager.is_system());
    is_system || command.name().is_some_and(|name| NAMES.binary_search(&name).is_ok())
}

/// Whether an instruction other than these speaks of one of the directories, of one above or below:
/// `COPY --from=build /root/.m2 ...`.
fn is_named_elsewhere(cx: &Context<'_>, users: &[&Step<'_>], mounts: &[String]) -> bool {
    let directories: Vec<&str> =
        mounts.iter().filter_map(|mount| mount.split("target=").nth(1)?.split(',').next()).collect();
    let others =
        cx.build.steps().filter(|step| !users.iter().any(|user| user.instruction.span == step.instruction.span));
    others.into_iter().any(|step| {
        let is_word = |c: char| c.is_whitespace() || "\"'=,:;()[]".contains(c);
        let words = step.instruction.text.text().split(is_word).map(|word| word.replacen('~', "/root", 1));
        let copies = step.instruction.flag("from").is_some();
        words
            .filter(|word| word.starts_with('/') && (copies || word != "/"))
            .any(|word| directories.iter().any(|directory| lies_in(directory, &word) || lies_in(&word, directory)))
    })
}

/// Whether the file asks for a front end from before cache mounts: `# syntax=docker/dockerfile:1.1`.
fn has_old_syntax(cx: &Context<'_>) -> bool {
    cx.file.directives().any(|directive| {
        let version = directive.value.rsplit_once(':').map_or("", |(_, version)| version);
        directive.name == DirectiveName::Syntax && ["1.0", "1.1"].iter().any(|old| version.starts_with(old))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn installations_and_compilers_are_reported_in_build_stages_too() {
        fires!("FROM golang AS a\nRUN go «mod download»\nRUN go build .\nFROM scratch\nCOPY --from=a /x /x\n");
        fires!("RUN mvn -q «package»\n");
        fires!("RUN pip «install» -r requirements.txt\n");
    }

    #[test]
    fn every_run_that_uses_the_manager_gets_the_mount() {
        fixes!(
            "FROM golang:1.25 AS b\nRUN go mod download\nRUN go build -o /x . && strip /x\nFROM scratch\nCOPY --from=b /x /x\n" =>
            "FROM golang:1.25 AS b\nRUN --mount=type=cache,target=/go/pkg/mod \\\n    --mount=type=cache,target=/root/.cache/go-build \\\n    go mod download\nRUN --mount=type=cache,target=/go/pkg/mod \\\n    --mount=type=cache,target=/root/.cache/go-build \\\n    go build -o /x . && strip /x\nFROM scratch\nCOPY --from=b /x /x\n"
        );
        fixes!(
            "FROM python:3.14\nRUN pip install -r a.txt\n" =>
            "FROM python:3.14\nRUN --mount=type=cache,target=/root/.cache/pip pip install -r a.txt\n"
        );
    }

    #[test]
    fn what_others_may_read_stays_in_the_layer() {
        let unfixed = |text: &str| findings(&META, check, text).iter().all(|finding| finding.fix.is_none());
        assert!(unfixed("FROM golang:1.25\nRUN go mod download\nRUN make\n"));
        assert!(unfixed("FROM maven:3\nRUN mvn package\nCMD [\"mvn\", \"jetty:run\"]\n"));
        assert!(unfixed("FROM golang:1.25 AS b\nRUN go mod download\nFROM b\nRUN ./x\n"));
        assert!(unfixed("FROM example.com/go\nRUN go mod download\n"));
        assert!(unfixed("FROM maven:3 AS b\nRUN mvn package\nFROM a\nCOPY --from=b /root/.m2 /root/.m2\n"));
        assert!(unfixed("# syntax=docker/dockerfile:1.1\nFROM python:3\nRUN pip install -r a.txt\n"));
    }

    #[test]
    fn a_mount_over_the_cache_is_enough() {
        silent!("RUN --mount=type=cache,target=/root/.m2 mvn package\n");
        silent!("ENV PIP_CACHE_DIR=/c\nRUN --mount=type=cache,target=/c pip install -r requirements.txt\n");
    }

    #[test]
    fn without_a_cache_there_is_nothing_to_mount() {
        silent!("RUN pip install --no-cache-dir -r requirements.txt\n");
        silent!("ENV PIP_NO_CACHE_DIR=1\nRUN pip install -r requirements.txt\n");
        silent!("RUN npm run build\nRUN apt-get update\n");
    }

    #[test]
    fn a_home_that_is_not_known_is_left_alone() {
        silent!("USER app\nRUN npm ci\n");
    }
}
