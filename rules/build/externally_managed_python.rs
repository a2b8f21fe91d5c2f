//! pip is asked to install into the Python of a distribution that refuses it.
//!
//! ## Why
//! Since Debian 12, Ubuntu 23.04 and Alpine 3.19 the Python that comes with `apt-get install python3-pip` belongs to the
//! distribution's package manager, and pip ends with "error: externally-managed-environment" (PEP 668). What pip would
//! overwrite are files that the distribution's own programs use. A virtual environment is pip's own.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:12
//! RUN apt-get update && apt-get install -y python3-pip && pip3 install flask
//! ```
//! ```dockerfile,good
//! FROM debian:12
//! RUN apt-get update && apt-get install -y python3-venv && python3 -m venv /opt/venv
//! ENV PATH=/opt/venv/bin:$PATH
//! RUN pip install flask
//! ```
//!
//! Silent where something else may have brought Python or pip: another base image, a virtual environment, conda, pyenv.
//!
//! ## Fix
//! None: where the environment is to lie, and what finds it there, is a choice.
//!
//! ## Sources
//! PEP 668; Debian 12 release notes, "Python interpreters marked externally-managed"; Alpine 3.19.0 release notes;
//! pip, "externally managed environments".

use crate::finding::Severity;
use crate::ir::Command;
use crate::knowledge::package_managers::Invocation;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "build/externally-managed-python", severity: Severity::Error, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // One finding a stage says it all.
    let mut reported = None;
    for (command, pip) in cx.commands.package_managers() {
        let stage = command.step.stage;
        if reported == Some(stage) || !installs_into_system(cx, command, pip) {
            continue;
        }
        let Some(release) = refusing_release(cx, stage) else { continue };
        let Some(installed) = distribution_pip(cx, command) else { continue };
        reported = Some(stage);
        let tool = cx.text(command.name_span());
        sink.report(
            command.verb_span(),
            format!("`{tool} install` fails: {release} lets no pip write into its Python"),
        )
        .related(installed, "this pip is the distribution's")
        .help("make an environment with `python3 -m venv /opt/venv`, and put `/opt/venv/bin` first in `PATH`");
    }
}

/// Whether pip would write into the environment of the Python that it belongs to, and nobody has allowed that.
fn installs_into_system(cx: &Context<'_>, command: &Command<'_>, pip: &Invocation<'_>) -> bool {
    const ELSEWHERE: &str = "--break-system-packages --target -t --prefix --root --dry-run --python";
    let tool = command.words.first().and_then(|word| word.value).unwrap_or_default();
    command.is_in_build()
        && pip.manager.name == "pip"
        && pip.verb_name() == Some("install")
        && pip.all_static
        && !pip.has_flag(ELSEWHERE)
        && !tool.contains('/')
        && cx.build.environment(command, "PIP_BREAK_SYSTEM_PACKAGES").is_none()
        && command.invoked.as_ref().is_none_or(|invoked| invoked.wrappers().is_empty())
}

/// The release of the stage's distribution, where it refuses pip.
fn refusing_release(cx: &Context<'_>, stage: usize) -> Option<String> {
    let distribution = cx.build.image_facts(stage)?.distribution?;
    let release = distribution.release?;
    let minor = |major: &str| release.strip_prefix(major)?.split('.').next()?.parse::<u32>().ok();
    let refuses = match distribution.family {
        "debian" => matches!(release, "bookworm" | "trixie" | "forky" | "sid"),
        "ubuntu" => matches!(release, "lunar" | "mantic" | "noble" | "oracular" | "plucky" | "questing" | "resolute"),
        "alpine" => release == "edge" || minor("3.").is_some_and(|minor| minor >= 19),
        _ => false,
    };
    let title = || distribution.cycle().map_or_else(|| format!("{} {release}", distribution.family), |it| it.title());
    refuses.then(title)
}

/// Where the distribution's pip was installed, if nothing but that can have brought a pip before the command runs.
fn distribution_pip(cx: &Context<'_>, command: &Command<'_>) -> Option<crate::source::Span> {
    const OTHERS: &[&str] = &[
        "venv",
        "virtualenv",
        "conda",
        "mamba",
        "pyenv",
        "EXTERNALLY-MANAGED",
        "break-system-packages",
        "uv ",
        "get-pip",
        "--from=python",
    ];
    let root = cx.build.root_image(command.step.stage)?;
    if matches!(root.repository.rsplit('/').next(), Some("python" | "pypy")) {
        return None;
    }
    let here = command.step.instruction.span;
    let steps = cx.build.inherited_steps(command.step.stage);
    let before = || steps.iter().filter(|step| step.instruction.span.start <= here.start);
    if before().any(|step| OTHERS.iter().any(|other| cx.text(step.instruction.span).contains(other))) {
        return None;
    }
    before().flat_map(|step| cx.commands.of_step(step)).find_map(|other| {
        let install = other.manager.as_ref().filter(|it| it.manager.is_system() && it.installs())?;
        let pip = install.packages().find(|operand| matches!(operand.name, "python3-pip" | "py3-pip"))?;
        Some(other.operand_span(pip))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_distributions_pip_refuses_from_the_release_on_that_says_so() {
        fires!("FROM ubuntu:24.04\nRUN apt-get install -y python3-pip\nRUN pip «install» a\nRUN pip install b\n");
        fires!("FROM alpine:3.20\nRUN apk add py3-pip && pip3 «install» a\n");
        silent!("FROM debian:11\nRUN apt-get install -y python3-pip && pip install a\n");
        silent!("FROM alpine:3.18\nRUN apk add py3-pip && pip install a\n");
    }

    #[test]
    fn another_python_or_another_place_is_no_matter_of_the_distributions() {
        silent!("FROM python:3.13-bookworm\nRUN pip install a\n");
        silent!("FROM debian:12\nRUN apt-get install -y python3-pip && pip install --target /x a\n");
        silent!("FROM debian:12\nRUN apt-get install -y python3-pip && python3 -m venv /v && /v/bin/pip install a\n");
        silent!("FROM debian:12\nENV PATH=/opt/conda/bin:$PATH\nRUN apt-get install -y python3-pip && pip install a\n");
    }

    #[test]
    fn who_has_allowed_it_is_left_alone() {
        silent!(
            "FROM debian:12\nENV PIP_BREAK_SYSTEM_PACKAGES=1\nRUN apt-get install -y python3-pip && pip install a\n"
        );
        silent!(
            "FROM debian:12\nRUN apt-get install -y python3-pip && rm /usr/lib/python3*/EXTERNALLY-MANAGED && pip install a\n"
        );
        silent!("FROM debian:12\nRUN apt-get install -y python3-pip && pip install --break-system-packages a\n");
    }
}
