//! A build argument that differs in every build is declared above steps that do not use it.
//!
//! ## Why
//! From ARG on, the value is part of the environment of every RUN below, whether it mentions it or not, and so of its
//! cache key. With `--build-arg GIT_COMMIT=$(git rev-parse HEAD)` each commit installs everything again that stands below
//! `ARG GIT_COMMIT`. Declared further down, right above its first use, it leaves the steps above in the cache.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13-slim
//! ARG GIT_COMMIT
//! RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
//! LABEL org.opencontainers.image.revision=$GIT_COMMIT
//! ```
//! ```dockerfile,good
//! FROM debian:13-slim
//! RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
//! ARG GIT_COMMIT
//! LABEL org.opencontainers.image.revision=$GIT_COMMIT
//! ```
//!
//! A LABEL is no part of any cache key and may stand anywhere. An argument whose very purpose is to rebuild, such as
//! `CACHEBUST`, is left alone.
//!
//! ## Fix
//! None here: moving instructions past others is for the ordering rewrite to show harmless.
//!
//! ## Sources
//! Docker's reference, "Impact on build caching"; BuildKit, `frontend/dockerfile/dockerfile2llb/convert.go`, `dispatchArg`
//! and `dispatchRun`.

use crate::ir::{Command, Stage, Step};
use crate::knowledge::build_arguments::is_volatile;
use crate::knowledge::package_managers::Action;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{InstructionKind, Keyword, Pair};

pub const META: Meta = Meta { name: "cache/volatile-instruction-early", ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in cx.reachable_stages() {
        for step in &stage.steps {
            let InstructionKind::Arg(pairs) = &step.instruction.kind else { continue };
            for pair in pairs.pairs.iter().filter(|pair| is_volatile(pair.name.text())).take(MOST_ARGUMENTS) {
                if let Some(command) = first_costly_step(cx, stage, step, pair) {
                    let name = pair.name.text();
                    let line = cx.source().line_at(command.step.instruction.span.start);
                    sink.report(
                        pair.name.span(),
                        format!("each new value of `{name}` runs line {line} again, which does not use it"),
                    )
                    .related(command.verb_span(), "has the value in its environment, and so in its cache key")
                    .help(format!("declare `ARG {name}` below line {line}, right above its first use"));
                }
            }
        }
    }
}

const MOST_ARGUMENTS: usize = 10;

/// The first RUN behind the ARG that downloads or compiles; `None` where one before it, or itself, uses the value.
fn first_costly_step<'b>(
    cx: &Context<'b>,
    stage: &'b Stage<'b>,
    argument: &Step<'_>,
    pair: &Pair,
) -> Option<&'b Command<'b>> {
    let name = pair.name.text();
    for step in stage.steps.iter().skip(argument.index + 1) {
        let is_run = step.instruction.keyword == Some(Keyword::Run);
        let is_free = matches!(step.instruction.keyword, Some(Keyword::Label | Keyword::Arg));
        if !is_free && step.mentions(name) {
            return None;
        }
        let costly = cx.commands.of_step(step).iter().find(|command| is_run && is_costly(command));
        if costly.is_some() {
            // What a mount keeps need not be fetched again.
            return costly.filter(|command| command.step.mounts().iter().all(|mount| mount.kind != "cache"));
        }
        // The sources change as often as the value does.
        if cx.build.context_copies(step).iter().any(|copy| copy.breadth != crate::ir::Breadth::Part) {
            return None;
        }
    }
    None
}

fn is_costly(command: &Command<'_>) -> bool {
    command
        .manager
        .as_ref()
        .is_some_and(|it| it.installs() || matches!(it.action, Action::Build | Action::Upgrade | Action::UpdateLists))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_name_is_reported() {
        fires!("ARG A «BUILD_DATE»=unknown\nENV B=c\nRUN apt-get install -y curl\nLABEL d=$BUILD_DATE\n");
        fires!("ARG «vcs_ref»\nLABEL d=$vcs_ref\nRUN npm ci\n");
    }

    #[test]
    fn a_step_that_uses_it_has_to_run() {
        silent!("ARG GIT_COMMIT\nRUN go build -ldflags \"-X a=$GIT_COMMIT\"\n");
        silent!("ARG GIT_COMMIT\nENV V=$GIT_COMMIT\nRUN npm ci\n");
    }

    #[test]
    fn at_the_end_it_costs_nothing() {
        silent!("RUN apt-get install -y curl\nARG GIT_COMMIT\nLABEL a=$GIT_COMMIT\nRUN mkdir /a\n");
    }

    #[test]
    fn below_the_sources_nothing_is_kept_anyway() {
        silent!("ARG GIT_COMMIT\nCOPY . .\nRUN make\nRUN npm ci\n");
    }

    #[test]
    fn other_arguments_are_steady() {
        silent!("ARG NODE_VERSION=22\nARG CACHEBUST\nRUN npm ci\n");
    }
}
