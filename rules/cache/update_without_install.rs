//! Package lists are fetched in one RUN and used in another.
//!
//! ## Why
//! BuildKit keeps the RUN with `apt-get update` in its cache as long as its text stays the same, and that may be for
//! months. Add a package to the RUN with `apt-get install`, and only that one runs again, with lists from long ago: it
//! installs outdated versions, or fails with "404 Not Found" because the mirror has dropped them.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13-slim
//! RUN apt-get update
//! RUN apt-get install -y curl
//! ```
//! ```dockerfile,good
//! FROM debian:13-slim
//! RUN apt-get update \
//!     && apt-get install -y curl
//! ```
//!
//! ## Fix
//! Joins the RUN with the next one, if that is the one that installs. *Equivalent*: the same commands run in the same
//! order. Not where their flags differ, where one is in exec form or has a heredoc, and where `set -e` or `exit` would
//! mean something else.
//!
//! ## Sources
//! Docker's best practices for `apt-get` ("cache busting"); Trivy DS-0017; Checkov CKV_DOCKER_5; Sonar S6595.

use crate::edit::Effect;
use crate::ir::{Command, Step};
use crate::knowledge::package_managers::{Action, Family, Home, Invocation};
use crate::rewrite::join_runs;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "cache/update-without-install",
    effect: Some(Effect::Equivalent),
    aliases: &["DS-0017", "CKV_DOCKER_5", "KICS-9bae49be", "CIS-DI-0007", "S6595", "best-practices/RUN-apt"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in cx.reachable_stages() {
        for (at, step) in stage.steps.iter().enumerate() {
            let Some((update, family)) = lone_update(cx, step) else { continue };
            let later = || stage.steps.iter().skip(at + 1).flat_map(|step| cx.commands.of_step(step));
            // Up to the next update, which makes the lists new.
            let user = later()
                .filter(|command| command.is_in_build() && is_of(command, family))
                .take_while(|command| !does(command, |it| it.action == Action::UpdateLists))
                .find(|command| does(command, |it| it.installs()));
            let Some(user) = user else { continue };
            let tool = update.name().unwrap_or_default();
            let line = cx.source().line_at(user.span().start);
            let report = sink
                .report(
                    update.verb_span(),
                    format!("the lists of `{tool} update` stay in the build cache and grow old for the installation in line {line}"),
                )
                .related(user.verb_span(), "installs from lists of the day when the RUN above last ran")
                .help(format!("run `{tool} update` in the RUN that installs"));
            match join_runs(cx.build, step, user.step) {
                Ok(edits) => report.fix("join the two RUNs", Effect::Equivalent, edits),
                Err(refusal) => report.no_fix(refusal),
            };
        }
    }
}

/// The `update` of a RUN in which nothing is installed or upgraded.
fn lone_update<'b>(cx: &Context<'b>, step: &Step<'_>) -> Option<(&'b Command<'b>, Family)> {
    if step.instruction.keyword != Some(Keyword::Run) {
        return None;
    }
    let commands = cx.commands.of_step(step);
    let update = commands.iter().find(|command| does(command, |it| it.action == Action::UpdateLists))?;
    // dnf, zypper and apk look at the age of their lists themselves; pacman's are a matter of their own.
    let family = Family::Debian;
    let uses = |command: &Command<'_>| does(command, |it| it.installs() || it.action == Action::Upgrade);
    (is_of(update, family) && !commands.iter().any(|command| is_of(command, family) && uses(command)))
        .then_some((update, family))
}

fn is_of(command: &Command<'_>, family: Family) -> bool {
    command.manager.as_ref().is_some_and(|it| it.manager.home == Home::System(family))
}

fn does(command: &Command<'_>, what: impl Fn(&Invocation<'_>) -> bool) -> bool {
    command.manager.as_ref().is_some_and(what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_update_is_reported_where_a_later_run_installs() {
        fires!("RUN apt-get «update»\nENV A=b\nRUN apt-get install -y curl\n");
    }

    #[test]
    fn the_update_moves_into_the_run_that_needs_it() {
        fixes!(
            "RUN apt-get update && apt-get clean\n# tools\nRUN apt-get install -y a\n" =>
            "RUN apt-get update && apt-get clean \\\n# tools\n    && apt-get install -y a\n"
        );
        let far = "FROM debian:13\nRUN apt-get update\nENV A=b\nRUN apt-get install -y a\n";
        assert!(findings(&META, check, far)[0].fix.is_none());
    }

    #[test]
    fn lists_that_nobody_uses_or_that_are_fetched_again_cannot_grow_old() {
        silent!("RUN apt-get update\nRUN ./install.sh\n");
        silent!("RUN apt-get update\nRUN apt-get update && apt-get install -y curl\n");
    }

    #[test]
    fn an_update_that_serves_its_own_run_is_fine() {
        silent!("RUN apt-get update && apt-get install -y a\nRUN apt-get install -y b\n");
        silent!("RUN apt-get update && apt-get upgrade -y\nRUN apt-get install -y b\n");
    }

    #[test]
    fn managers_that_mind_the_age_of_their_lists_are_fine() {
        silent!("FROM fedora:42\nRUN dnf makecache\nRUN dnf install -y curl\n");
    }
}
