//! Packages of the distribution are installed behind a COPY of files that they do not need.
//!
//! ## Why
//! BuildKit runs an instruction again when anything above it has changed. `apt-get install git` needs nothing of the project,
//! but behind `COPY . .` it downloads and unpacks its packages again after every edit of a file. Above the COPY it comes out
//! of the cache.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM python:3.13-slim
//! WORKDIR /app
//! COPY . .
//! RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*
//! CMD ["python", "main.py"]
//! ```
//! ```dockerfile,good
//! FROM python:3.13-slim
//! WORKDIR /app
//! RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*
//! COPY . .
//! CMD ["python", "main.py"]
//! ```
//!
//! Silent where the RUN does anything that may read what is copied, such as calling a script, and where the files go to a
//! place in which package managers work, such as `/etc`.
//!
//! ## Fix
//! Puts the instructions of the stage into the order that costs least, of all that keep what each of them needs, for
//! changes as they are usual in projects. The image keeps its files. `dfx layers --history` looks for the best order in the
//! project's own history.
//!
//! ## Sources
//! Docker's documentation, "Optimize cache usage in builds: order your layers"; apt-get(8), apk(8), dnf(8); BuildKit,
//! `solver/llbsolver/ops/exec.go`, for what enters a cache key.

use crate::cache::{ContextFiles, Cost, Costs, Samples, StageOrder, best_orders};
use crate::edit::Effect;
use crate::finding::Weight;
use crate::ir::{Breadth, Command, ContextCopy, Stage, Step};
use crate::plan::Plan;
use crate::rewrite::reordered;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Keyword;

pub const META: Meta =
    Meta { name: "cache/packages-after-sources", effect: Some(Effect::Equivalent), ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let hurt: Vec<&Stage<'_>> =
        cx.reachable_stages().filter(|stage| first_late_packages(cx, stage).is_some()).collect();
    if hurt.is_empty() {
        return;
    }
    let plan = Plan::new(cx.build);
    let files = cx.build_context.map(ContextFiles::names_sent);
    let costs = Costs::new(cx.build, cx.commands, &plan, &[]);
    let orders = best_orders(cx.build, cx.commands, &plan, &costs, &Samples::of_priors(&plan, files.as_ref()));
    for stage in hurt {
        let Some(order) = orders.iter().find(|order| order.stage == stage.index) else { continue };
        let Some((copy, command)) = first_spared(cx, stage, order) else { continue };
        let words = cx.text(command.name_span().cover(command.verb_span()));
        sink.report(copy.source.span(), format!("every change of what is copied here makes `{words}` run again"))
            .related(command.verb_span(), "needs nothing of it")
            .flow(cx.cache_flow(copy.step, copy.source.span(), "takes in what changes"))
            .help("install the packages first, and copy the files behind them")
            .weight(if copy.breadth == Breadth::Part { Weight::Minor } else { Weight::Ordinary })
            .fix(
                "put the instructions into the order that rebuilds least",
                Effect::Equivalent,
                reordered(cx.build, stage, order),
            );
    }
}

/// The first RUN that installs packages of the distribution behind a COPY from the context that it does not meet.
fn first_late_packages<'b>(cx: &Context<'b>, stage: &'b Stage<'b>) -> Option<&'b Step<'b>> {
    let runs = stage.steps.iter().filter(|step| step.instruction.keyword == Some(Keyword::Run));
    runs.filter(|run| packages(cx, run).is_some()).find(|run| copy_before(cx, stage, run).is_some())
}

/// The last COPY from the context before a RUN that does not see what it does.
fn copy_before<'b>(cx: &Context<'b>, stage: &'b Stage<'b>, run: &Step<'_>) -> Option<ContextCopy<'b>> {
    let before = stage.steps.iter().take(run.index).rev();
    let mut copies =
        before.filter_map(|step| Some((step, cx.build.context_copies(step).into_iter().next()?))).peekable();
    copies.peek()?;
    let footprint = cx.build.footprint(cx.commands, run);
    copies.find(|(step, _)| !cx.build.footprint(cx.commands, step).meets(&footprint)).map(|(_, copy)| copy)
}

/// The installation of packages of the distribution that makes a RUN take long.
fn packages<'b>(cx: &Context<'b>, run: &Step<'_>) -> Option<&'b Command<'b>> {
    cx.commands.of_step(run).iter().find(|command| {
        command.manager.as_ref().is_some_and(|invocation| invocation.installs() && invocation.manager.is_system())
    })
}

/// The first installation that runs less often in the best order, and the COPY which it then no longer stands behind.
fn first_spared<'b>(
    cx: &Context<'b>,
    stage: &'b Stage<'b>,
    order: &StageOrder,
) -> Option<(ContextCopy<'b>, &'b Command<'b>)> {
    let spared = order.runs.iter().filter(|runs| runs.cost.class > Cost::Seconds && runs.best < runs.as_it_is);
    spared
        .filter_map(|runs| stage.steps.get(runs.step))
        .find_map(|run| Some((copy_before(cx, stage, run)?, packages(cx, run)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_files_are_reported_whatever_the_manager() {
        for packages in ["apt-get update && apt-get install -y git", "apk add --no-cache git", "dnf install -y git"] {
            fires!(&format!("FROM a\nWORKDIR /app\nCOPY «.» .\nRUN {packages}\nRUN make\n"));
        }
        fires!("FROM a\nCOPY «src» /srv/\nRUN apk add git\nRUN make\n");
    }

    #[test]
    fn the_packages_come_first() {
        fixes!(
            "FROM a\nWORKDIR /app\n# all\nCOPY . .\nENV A=1\nRUN apk add git\nRUN make\n" =>
            "FROM a\nWORKDIR /app\nENV A=1\nRUN apk add git\n# all\nCOPY . .\nRUN make\n"
        );
        fixes!(
            "FROM a\nWORKDIR /app\nCOPY . .\nRUN apk add git\nCOPY x /y\nRUN apk add make\nRUN make\n" =>
            "FROM a\nWORKDIR /app\nRUN apk add git\nRUN apk add make\nCOPY . .\nCOPY x /y\nRUN make\n"
        );
    }

    #[test]
    fn what_may_need_the_files_comes_after_them() {
        silent!("FROM a\nWORKDIR /app\nCOPY . .\nRUN ./setup.sh && apk add git\n");
        silent!("FROM a\nWORKDIR /app\nCOPY . .\nRUN make\nRUN apk add git\n");
        silent!("FROM a\nCOPY repositories /etc/apk/\nRUN apk add git\n");
        silent!("FROM a\nWORKDIR /app\nCOPY . .\nUSER root\nRUN apk add ./git.apk\n");
        silent!("FROM a\nCOPY . .\nRUN apk add git\n");
    }

    #[test]
    fn packages_above_the_files_are_right() {
        silent!("FROM a\nRUN apk add git\nCOPY . /app\n");
        silent!("FROM a AS b\nCOPY . /app\nRUN apk add git\nFROM a\n");
    }
}
