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
//! Puts the ARG below the steps of which it is known that they do not look at it: COPY, and RUN instructions that do nothing
//! but install packages of the distribution. An ENV that hands it on under a name of this kind comes along, and so does a
//! LABEL that names it. Where another RUN stands between, which may look at its environment, that is for its author to do.
//!
//! ## Sources
//! Docker's reference, "Impact on build caching"; BuildKit, `frontend/dockerfile/dockerfile2llb/convert.go`, `dispatchArg`
//! and `dispatchRun`.

use std::cell::LazyCell;

use crate::cache::{Costs, Samples, StageOrder, best_orders};
use crate::edit::{Edit, Effect};
use crate::ir::{Command, Stage, Step};
use crate::knowledge::build_arguments::is_volatile;
use crate::knowledge::package_managers::Action;
use crate::plan::Plan;
use crate::rewrite::reordered;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{InstructionKind, Keyword, Pair};

pub const META: Meta =
    Meta { name: "cache/volatile-instruction-early", effect: Some(Effect::Equivalent), ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let orders = LazyCell::new(|| orders(cx));
    for stage in cx.reachable_stages() {
        for step in &stage.steps {
            let InstructionKind::Arg(pairs) = &step.instruction.kind else { continue };
            for pair in pairs.pairs.iter().filter(|pair| is_volatile(pair.name.text())).take(MOST_ARGUMENTS) {
                if let Some(command) = first_costly_step(cx, stage, step, pair) {
                    let name = pair.name.text();
                    let line = cx.source().line_at(command.step.instruction.span.start);
                    let report = sink
                        .report(
                            pair.name.span(),
                            format!("each new value of `{name}` runs line {line} again, which does not use it"),
                        )
                        .related(command.verb_span(), "has the value in its environment, and so in its cache key")
                        .flow(cx.cache_flow(step, pair.name.span(), "has another value in each build"))
                        .help(help(stage, step, command.step, name, line));
                    if let Some(edits) = moved_down(cx, stage, &orders, step, command.step) {
                        report.fix("declare it below the steps that do not look at it", Effect::Equivalent, edits);
                    }
                }
            }
        }
    }
}

const MOST_ARGUMENTS: usize = 10;

fn help(stage: &Stage<'_>, argument: &Step<'_>, run: &Step<'_>, name: &str, line: usize) -> String {
    let between = &stage.steps[argument.index + 1..run.index];
    if between.iter().any(|step| step.mentions(name)) {
        format!("move `ARG {name}`, and what uses it, below line {line}")
    } else {
        format!("declare `ARG {name}` below line {line}, right above its first use")
    }
}

/// The best orders of all stages for builds that differ in volatile arguments only.
fn orders(cx: &Context<'_>) -> Vec<StageOrder> {
    let plan = Plan::new(cx.build);
    let costs = Costs::new(cx.build, cx.commands, &plan, &[]);
    best_orders(cx.build, cx.commands, &plan, &costs, &Samples::of_arguments(&plan))
}

/// The stage with its volatile arguments as far down as is known to be harmless, if that puts `argument` below `run`.
fn moved_down(
    cx: &Context<'_>,
    stage: &Stage<'_>,
    orders: &[StageOrder],
    argument: &Step<'_>,
    run: &Step<'_>,
) -> Option<Vec<Edit>> {
    let order = orders.iter().find(|order| order.stage == stage.index)?;
    let place = |step: &Step<'_>| order.order.iter().position(|other| *other == step.index);
    (place(run) < place(argument)).then(|| reordered(cx.build, stage, order))
}

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
        let is_free = matches!(step.instruction.keyword, Some(Keyword::Label | Keyword::Arg)) || step.is_volatile();
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
    fn it_goes_down_with_its_label() {
        fixes!(
            "FROM a\n# why\nARG GIT_COMMIT\nLABEL r=$GIT_COMMIT\nRUN apk add git\nRUN apk add make\nRUN make\n" =>
            "FROM a\nRUN apk add git\nRUN apk add make\n# why\nARG GIT_COMMIT\nLABEL r=$GIT_COMMIT\nRUN make\n"
        );
        assert!(findings(&META, check, "FROM a\nARG GIT_COMMIT\nRUN npm ci\nLABEL r=$GIT_COMMIT\n")[0].fix.is_none());
    }

    #[test]
    fn env_that_hands_it_on_goes_down_with_it_but_below_no_other_env() {
        fixes!(
            "FROM a\nARG GIT_COMMIT\nENV GIT_COMMIT=$GIT_COMMIT\nLABEL r=$GIT_COMMIT\nRUN apk add git\nRUN make\n" =>
            "FROM a\nRUN apk add git\nARG GIT_COMMIT\nENV GIT_COMMIT=$GIT_COMMIT\nLABEL r=$GIT_COMMIT\nRUN make\n"
        );
        let fixed = "FROM a\nARG GIT_COMMIT\nENV GIT_COMMIT=$GIT_COMMIT\nENV B=c\nRUN apk add git\nRUN make\n";
        assert!(findings(&META, check, fixed)[0].fix.is_none());
    }

    #[test]
    fn the_label_above_the_costly_line_goes_down_too() {
        let found = findings(&META, check, "FROM a\nARG VCS_REF\nLABEL r=$VCS_REF\nRUN npm ci\n");
        assert_eq!(found[0].help.as_deref(), Some("move `ARG VCS_REF`, and what uses it, below line 4"));
    }

    #[test]
    fn a_step_that_uses_it_has_to_run() {
        silent!("ARG GIT_COMMIT\nRUN go build -ldflags \"-X a=$GIT_COMMIT\"\n");
        silent!("ARG GIT_COMMIT\nENV V=$GIT_COMMIT\nRUN npm ci\n");
        silent!("ARG GIT_COMMIT\nENV GIT_COMMIT=$GIT_COMMIT\nRUN npm ci $GIT_COMMIT\n");
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
