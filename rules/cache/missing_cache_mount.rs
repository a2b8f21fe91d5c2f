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
//! None: each later RUN that reads the cache needs the same mount.
//!
//! ## Sources
//! Docker's documentation, "Optimize cache usage in builds: use cache mounts"; Dockerfile reference, `RUN --mount`.

use crate::finding::Severity;
use crate::ir::Command;
use crate::knowledge::package_managers::{Action, Cache, Home, Invocation};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "cache/missing-cache-mount", severity: Severity::Info, ..Meta::opt_in() };

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
            sink.report(command.verb_span(), format!("`{tool}` {what} whenever this RUN does"))
                .help(format!("write `RUN {} ...`", mounts.join(" ")));
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
