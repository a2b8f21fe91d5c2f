//! Neighbouring RUN instructions install with the same package manager.
//!
//! ## Why
//! Each RUN makes a layer and starts the package manager anew: it reads its lists, resolves dependencies and writes its
//! database, a copy of which goes into every one of these layers. One RUN with all packages does that once, and can
//! clean up once at its end. Against it stands that a change of one package then installs all of them again.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM alpine:3.22
//! RUN apk add --no-cache curl
//! RUN apk add --no-cache git
//! ```
//! ```dockerfile,good
//! FROM alpine:3.22
//! RUN apk add --no-cache curl \
//!     && apk add --no-cache git
//! ```
//!
//! Better still is one `apk add` with both names, where their versions may be chosen together.
//!
//! ## Fix
//! Joins the two with `&&`, comments included. *Equivalent*: the same commands run in the same order; what the first
//! changes in its shell, such as the directory, is kept from the second by brackets, and the same `set` at the head of both is
//! written once. Where it is not done, the finding says why: their flags differ, such as mounts, USER or SHELL stands between
//! them, one is in exec form or has a heredoc, and where `set -e` or `exit` would mean something else.
//!
//! ## Sources
//! hadolint DL3059; Sonar S7031; Parfum's rule `ruleMoreThanOneInstall`.

use crate::edit::Effect;
use crate::finding::Severity;
use crate::ir::Step;
use crate::knowledge::package_managers::PackageManager;
use crate::rewrite::join_runs;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "size/consecutive-runs",
    severity: Severity::Info,
    effect: Some(Effect::Equivalent),
    aliases: &["DL3059", "S7031", "ruleMoreThanOneInstall"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in cx.build.stages.iter().filter(|stage| stage.is_reachable) {
        let mut first: Option<&Step<'_>> = None;
        for second in stage.steps.iter().filter(|step| !is_setting_of_run(step)) {
            if let Some(first) = first.replace(second).filter(|_| cx.shapes_final_image(second)) {
                check_pair(cx, sink, first, second);
            }
        }
    }
}

/// Whether it only says how the next RUN is started. Two that have one between them are no neighbours, and could be.
fn is_setting_of_run(step: &Step<'_>) -> bool {
    matches!(step.instruction.keyword, Some(Keyword::User | Keyword::Shell))
}

fn check_pair(cx: &Context<'_>, sink: &mut Sink<'_>, first: &Step<'_>, second: &Step<'_>) {
    let (Some((manager, _)), Some((again, name))) = (installer(cx, first), installer(cx, second)) else { return };
    if manager != again {
        return;
    }
    let report = sink
        .report(second.instruction.keyword_span(), format!("`{name}` installs here and in the RUN right above"))
        .related(first.instruction.keyword_span(), "could install all of it")
        .help("install everything in one RUN");
    match join_runs(cx.build, first, second) {
        Ok(edits) => report.fix("join the two RUNs", Effect::Equivalent, edits),
        Err(refusal) => report.no_fix(refusal),
    };
}

/// The system's package manager with which a RUN installs, and how it is called there.
fn installer<'b>(cx: &Context<'b>, step: &Step<'_>) -> Option<(&'static PackageManager, &'b str)> {
    if step.instruction.keyword != Some(Keyword::Run) {
        return None;
    }
    let mut installs =
        cx.commands.of_step(step).iter().filter_map(|command| Some((command, command.manager.as_ref()?)));
    let (command, install) = installs.find(|(_, it)| it.installs() && it.manager.is_system())?;
    Some((install.manager, command.name()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn each_further_run_is_reported() {
        fires!("RUN apt-get install -y a\n«RUN» apt-get install -y b\n«RUN» apt-get install -y c\n");
    }

    #[test]
    fn three_become_one() {
        fixes!(
            "RUN apt-get install -y a\nRUN apt-get install -y b\nRUN apt-get install -y c\n" =>
            "RUN apt-get install -y a \\\n    && apt-get install -y b \\\n    && apt-get install -y c\n"
        );
    }

    #[test]
    fn what_keeps_them_apart_is_said() {
        let found =
            findings(&META, check, "FROM debian:13\nRUN [\"apt-get\", \"install\", \"a\"]\nRUN apt-get install b\n");
        assert_eq!(found[0].notes, ["dfx does not fix this: one of them is no plain shell command."]);
    }

    #[test]
    fn other_flags_users_and_shells_are_told_as_the_reason() {
        for (between, reason) in [
            ("RUN --network=none", "only one of them has `--network=none`"),
            ("USER app\nRUN sudo", "`USER` stands between them"),
            ("SHELL [\"/bin/bash\", \"-c\"]\nRUN", "`SHELL` stands between them"),
            ("RUN <<E\nset -e\nE\nRUN", ""),
        ] {
            let text = format!("FROM debian:13\nRUN apt-get install -y a\n{between} apt-get install -y c\n");
            let found = findings(&META, check, &text);
            assert_eq!(found.len(), usize::from(!reason.is_empty()), "{text}");
            assert!(found.iter().all(|it| it.fix.is_none() && it.refusal.as_deref() == Some(reason)), "{found:?}");
        }
    }

    #[test]
    fn what_stands_between_may_matter() {
        silent!("RUN apt-get install -y a\nCOPY b /b\nRUN apt-get install -y c\n");
        silent!("RUN apt-get install -y a\nRUN npm ci\n");
    }
}
