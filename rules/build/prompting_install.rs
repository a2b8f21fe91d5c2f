//! A package manager asks a question that nobody will answer.
//!
//! ## Why
//! A build has no terminal. `apt-get install` without `-y` stops at "Do you want to continue?", reads the end of its
//! input, answers no for you, and the RUN fails. It may work on the day when nothing but the named packages has to be
//! installed, because then apt asks nothing, and fail a month later.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13-slim
//! RUN apt-get update && apt-get install curl
//! ```
//! ```dockerfile,good
//! FROM debian:13-slim
//! RUN apt-get update && apt-get install -y curl
//! ```
//!
//! ## Fix
//! Writes the manager's own flag where its manual wants it. The image is the one that the build would have made had
//! somebody answered: *equivalent*. Holds back where a word of the command comes out of a variable, which may hold the
//! flag already.
//!
//! ## Sources
//! hadolint DL3014, DL3030, DL3034, DL3038; Trivy DS-0021; apt-get(8), `--assume-yes`; dnf(8), `--assumeyes`;
//! zypper(8), `--non-interactive`.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::Command;
use crate::knowledge::package_managers::{Action, Switch};
use crate::rules::{Context, Meta, Sink};
use crate::shell::PipePosition;

pub const META: Meta = Meta {
    name: "build/prompting-install",
    severity: Severity::Error,
    effect: Some(Effect::Equivalent),
    aliases: &[
        "DL3014",
        "DL3030",
        "DL3034",
        "DL3038",
        "DS-0021",
        "KICS-77783205",
        "KICS-7ebd323c",
        "KICS-6e19193a",
        "KICS-45e1fca5",
        "missing-assume-yes-switch",
        "missing-dnf-assume-yes-switch",
        "missing-yum-assume-yes-switch",
        "S6584",
        "aptGetInstallUseY",
        "yumInstallForceYes",
    ],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut configured = None;
    for (command, invocation) in cx.commands.package_managers() {
        let Some(switch) = invocation.manager.no_prompt.as_ref() else { continue };
        if invocation.answers_prompts() || !invocation.all_static || is_answered_otherwise(cx, command, switch) {
            continue;
        }
        if *configured.get_or_insert_with(|| is_configured(cx)) {
            return;
        }
        let severity = if invocation.installs() { Severity::Error } else { Severity::Warning };
        let (tool, verb) = (invocation.manager.name, cx.text(command.verb_span()));
        let anchor = command.words.get(invocation.insert_after(switch.place));
        // `apt-get autoremove` may find nothing to ask about.
        let is_sure = invocation.action != Action::Remove || !invocation.operands.is_empty();
        let what = if is_sure { "waits for an answer" } else { "waits, as soon as it finds anything, for an answer" };
        let mut report = sink
            .report(command.verb_span(), format!("`{tool} {verb}` {what} that never comes"))
            .severity(severity)
            .help(format!("add `{}`", switch.insert));
        // hadolint and its peers look at installations alone.
        if matches!(invocation.action, Action::Install) {
            report = invocation.manager.codes.prompt.iter().fold(report, |report, code| report.alias(code));
        }
        if let Some(anchor) = anchor.filter(|anchor| anchor.is_contiguous) {
            let edit = Edit::insert(anchor.span.end, format!(" {}", switch.insert));
            report.fix(format!("add `{}`", switch.insert), Effect::Equivalent, vec![edit]);
        }
    }
}

/// Whether an answer comes from a pipe, a file or the environment.
fn is_answered_otherwise(cx: &Context<'_>, command: &Command<'_>, switch: &Switch) -> bool {
    let is_fed = command.invoked.as_ref().is_some_and(|invoked| {
        matches!(invoked.circumstances.pipe, PipePosition::Middle | PipePosition::Last)
            || invoked.redirections.iter().any(|redirection| redirection.operator.reads())
            || switch.environment.iter().any(|(name, _)| invoked.sets_variable(name))
    });
    let visible = cx.build.visible(command.step);
    let by_environment = switch.environment.iter().any(|(name, _)| visible.variable(name).is_some());
    // The images of ocaml/opam set OPAMYES.
    let by_image = switch.environment.iter().any(|(name, _)| *name == "OPAMYES")
        && cx.build.root(command.step.stage).is_none_or(|root| root.from.image.text().contains("opam"));
    is_fed || by_environment || by_image
}

/// Whether the file may tell a manager to ask nothing: `echo 'APT::Get::Assume-Yes "true";' > ...`.
fn is_configured(cx: &Context<'_>) -> bool {
    let text = cx.source().text().to_ascii_lowercase();
    ["assume-yes \"", "assume-yes=", "assumeyes=", "defaultyes=", "always_yes"].iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn wrappers_are_seen_through() {
        fires!("RUN sudo -E apt-get -o Dpkg::Use-Pty=0 «install» curl\n");
    }

    #[test]
    fn each_manager_has_its_own_flag() {
        fixes!("RUN dnf install git\n" => "RUN dnf install -y git\n");
        fixes!("RUN zypper install git\n" => "RUN zypper --non-interactive install git\n");
        fixes!("RUN conda install numpy\n" => "RUN conda install -y numpy\n");
        fixes!("RUN pacman -S git\n" => "RUN pacman -S --noconfirm git\n");
    }

    #[test]
    fn a_comment_inside_the_run_survives_the_fix() {
        fixes!(
            "RUN apt-get install \\\n# tools\n    curl\n" =>
            "RUN apt-get install -y \\\n# tools\n    curl\n"
        );
    }

    #[test]
    fn an_answer_in_any_form_counts() {
        silent!("RUN apt-get -qq install curl\n");
        silent!("RUN yes | apt-get install curl\n");
        silent!("RUN apt-get install curl < answers\n");
        silent!("ENV CONDA_ALWAYS_YES=true\nRUN conda install numpy\n");
        silent!("RUN echo 'APT::Get::Assume-Yes \"true\";' > /etc/apt/apt.conf.d/90yes\nRUN apt-get install curl\n");
    }

    #[test]
    fn a_flag_may_hide_in_a_variable() {
        silent!("RUN apt-get install $FLAGS curl\n");
    }

    #[test]
    fn questions_that_nobody_asks_need_no_answer() {
        silent!("RUN conda env update -f environment.yml\n");
        silent!("RUN apk add curl && npm install && apt-get update\n");
    }
}
