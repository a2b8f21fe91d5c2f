//! A download into a pipe whose failure nobody sees.
//!
//! ## Why
//! A shell takes the last command's status for that of the whole pipe. Where `curl` fails, `bash` reads an empty script
//! and succeeds, and the build goes on, and is cached, without what should have been installed. `tar` and `gpg` mostly
//! notice that their input is broken; interpreters, `tee` and filters do not.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24
//! RUN curl -fsSL https://example.com/install.sh | bash
//! ```
//! ```dockerfile,good
//! FROM node:24
//! SHELL ["/bin/bash", "-o", "pipefail", "-c"]
//! RUN curl -fsSL https://example.com/install.sh | bash
//! ```
//!
//! ## Fix
//! Where the shell knows `pipefail`, begins the RUN with `set -o pipefail`: *content*, as a build that went on without the
//! download stops now. Where it is another of the image's shells that does, writes SHELL before the RUN: *runtime*, as
//! SHELL stays for the steps behind it. Not where the RUN has a pipe that is not a download's: one into `head` would
//! fail as well.
//!
//! ## Sources
//! hadolint DL4006; Dockerfile best practices, "Using pipes"; KICS efbf148a; semgrep set-pipefail.

use std::collections::BTreeSet;

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, Step};
use crate::knowledge::commands::download;
use crate::knowledge::images::Known;
use crate::rules::{Context, Meta, Sink};
use crate::shell::{Dialect, Failure, PipePosition, ScriptForm};
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "shell/pipe-without-pipefail",
    severity: Severity::Warning,
    effect: Some(Effect::Runtime),
    aliases: &["DL4006", "KICS-efbf148a", "set-pipefail", "best-practices/pipes"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // A stage needs one SHELL only.
    let mut with_shell = BTreeSet::new();
    for command in cx.commands.of_build() {
        let Some(invoked) = &command.invoked else { continue };
        let circumstances = &invoked.circumstances;
        let starts_pipe = circumstances.pipe == PipePosition::First && circumstances.failure == Failure::InPipe;
        // A command substitution or a condition has a status of its own.
        if !starts_pipe || circumstances.in_substitution || circumstances.in_condition || !is_download(command) {
            continue;
        }
        let Some(reader) = circumstances.piped_into.and_then(|simple| simple.words.get(simple.wrapping.head)) else {
            continue;
        };
        let reader = reader.literal().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let is_lost = runs_nothing(reader) || passes_nothing_on(reader) && !cx.commands.checks_downloads(command.step);
        if !is_lost {
            continue;
        }
        let name = command.name().unwrap_or_default();
        let report = sink
            .report(command.name_span(), format!("if `{name}` fails, `{reader}` succeeds on what it did not get"))
            .help(advice(cx, command, name));
        if has_other_pipe(cx, command.step) {
            continue;
        }
        if let Some(edit) = pipefail(cx, command) {
            report.fix("begin with `set -o pipefail`", Effect::Content, vec![edit]);
        } else if let Some(edit) = shell_instruction(cx, command).filter(|_| with_shell.insert(command.step.stage)) {
            report.fix("run this and the steps behind it in a shell with `pipefail`", Effect::Runtime, vec![edit]);
        }
    }
}

/// Whether the RUN has a pipe that would fail with `pipefail` although all is well.
fn has_other_pipe(cx: &Context<'_>, step: &Step<'_>) -> bool {
    cx.commands.of_step(step).iter().any(|other| {
        let position = other.invoked.as_ref().map_or(PipePosition::Alone, |invoked| invoked.circumstances.pipe);
        let stops_early = matches!(other.name(), Some("head" | "grep" | "awk" | "sed" | "yes"));
        position != PipePosition::Alone && (stops_early || position == PipePosition::First && !is_download(other))
    })
}

/// `set -o pipefail` at the start of the RUN, where its shell has it.
fn pipefail(cx: &Context<'_>, command: &Command<'_>) -> Option<Edit> {
    let [script] = cx.build.scripts(command.step) else { return None };
    let has_option = matches!(script.source.dialect(), Dialect::Bash | Dialect::Zsh | Dialect::Ksh);
    let links = script.top_level_and_chain()?;
    let start = script.source.to_file_cover(links.first()?.pipeline.span).start;
    (has_option && script.source.form() == ScriptForm::ShellForm).then(|| Edit::insert(start, "set -o pipefail && "))
}

/// SHELL before the RUN, where the image has a shell with `pipefail` and the file has set none itself.
fn shell_instruction(cx: &Context<'_>, command: &Command<'_>) -> Option<Edit> {
    let step = command.step;
    let shell = shell_with_pipefail(cx, command).filter(|_| step.state.shell.is_none())?;
    // What runs behind it gets the same shell; Bash's `echo` shows backslashes as they stand, where that of dash reads them.
    let is_behind = |other: &&Step<'_>| {
        (other.stage, other.index) > (step.stage, step.index)
            && cx.build.lineage(other.stage).any(|stage| stage.index == step.stage)
    };
    let echoes = |step: &Step<'_>| {
        let text = step.instruction.text.text();
        text.contains("echo") && text.contains('\\')
    };
    let mut behind = cx.build.steps_of(Keyword::Run).filter(is_behind);
    if echoes(step) || behind.any(|other| has_other_pipe(cx, other) || echoes(other)) {
        return None;
    }
    Some(cx.line_before(step.instruction, shell))
}

/// The SHELL instruction for a shell of the image that has `pipefail`.
fn shell_with_pipefail(cx: &Context<'_>, command: &Command<'_>) -> Option<&'static str> {
    let image = cx.build.image_configuration(command.step.stage);
    match cx.build.shell_of(command.step).0 {
        Dialect::Ash => Some("SHELL [\"/bin/ash\", \"-eo\", \"pipefail\", \"-c\"]"),
        _ if image.is_some_and(|image| image.shell == Known::Is("/bin/bash")) => {
            Some("SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]")
        }
        _ => None,
    }
}

fn is_download(command: &Command<'_>) -> bool {
    let values: Vec<Option<&str>> = command.words.iter().map(|word| word.value).collect();
    download(&values).is_some_and(|download| !matches!(download.program, "git" | "svn"))
}

/// Whether the program runs an empty script as if it were one.
fn runs_nothing(name: &str) -> bool {
    matches!(name, "ash" | "bash" | "dash" | "node" | "perl" | "php" | "python" | "python3" | "ruby" | "sh" | "zsh")
}

/// Whether the program makes empty output of empty input, and is content. `tar`, `gunzip`, `gpg --dearmor`, `apt-key`
/// and `jq -e` fail.
fn passes_nothing_on(name: &str) -> bool {
    const NAMES: &[&str] =
        &["awk", "base64", "cat", "cut", "head", "jq", "sed", "sort", "tail", "tee", "tr", "uniq", "xargs"];
    NAMES.contains(&name)
}

/// How to let the failure be seen with the shells that the image has.
fn advice(cx: &Context<'_>, command: &Command<'_>, name: &str) -> String {
    match (cx.build.shell_of(command.step).0, shell_with_pipefail(cx, command)) {
        (Dialect::Bash | Dialect::Zsh | Dialect::Ksh, _) => "begin the command with `set -o pipefail && `".to_owned(),
        (_, Some(shell)) => format!("write `{shell}` before it"),
        _ => format!("let `{name}` write a file first, and read that with the next command behind `&&`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_shell_for_all_that_follows_must_suit_all_that_follows() {
        let is_fixed = |later: &str| {
            let file = format!("FROM debian:13\nRUN curl -fsS https://example.com/a | sh\n{later}");
            findings(&META, check, &file)[0].fix.is_some()
        };
        assert!(is_fixed("") && is_fixed("RUN make\n"));
        assert!(!is_fixed("RUN yes | apt-get install -y x\n"));
        assert!(!is_fixed("RUN ls | head -1\n"));
        assert!(!is_fixed("RUN echo 'a\\nb' > f\n"));
    }

    fn help(text: &str) -> Option<String> {
        findings(&META, check, text).into_iter().next().and_then(|finding| finding.help)
    }

    #[test]
    fn the_download_before_an_interpreter_is_reported() {
        fires!("RUN apt-get update && «wget» -qO- https://x/a | sudo -E bash -\n");
    }

    #[test]
    fn the_advice_fits_the_shells_of_the_image() {
        assert!(help("FROM alpine:3.20\nRUN wget -O- https://x | sh").is_some_and(|help| help.contains("/bin/ash")));
        assert!(help("FROM debian:13\nRUN curl x | sh").is_some_and(|help| help.contains("/bin/bash")));
        assert!(help("FROM fedora:41\nRUN curl x | sh").is_some_and(|help| help.contains("set -o pipefail")));
        assert!(help("FROM example.com/own\nRUN curl x | sh").is_some_and(|help| help.contains("write a file")));
    }

    #[test]
    fn a_shell_that_knows_the_option_is_told() {
        fixes!(
            "FROM fedora:41\nRUN a && curl x | sh\n" =>
            "FROM fedora:41\nRUN set -o pipefail && a && curl x | sh\n"
        );
        fixes!(
            "FROM alpine:3.22\nRUN curl x | sh\nRUN curl y | sh\n" =>
            "FROM alpine:3.22\nSHELL [\"/bin/ash\", \"-eo\", \"pipefail\", \"-c\"]\nRUN curl x | sh\nRUN curl y | sh\n"
        );
        let unfixed = |text: &str| findings(&META, check, text).iter().all(|finding| finding.fix.is_none());
        assert!(unfixed("FROM example.com/own\nRUN curl x | sh\n"));
        assert!(unfixed("FROM fedora:41\nRUN curl x | sh && yes | b\n"));
        assert!(unfixed("FROM fedora:41\nRUN curl x | head -1\n"));
    }

    #[test]
    fn with_pipefail_all_is_well() {
        silent!("SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl x | sh\n");
        silent!("FROM fedora:41\nRUN set -eo pipefail; curl x | sh\n");
    }

    #[test]
    fn readers_that_notice_are_no_finding() {
        silent!("RUN curl x | tar xz\nRUN curl x | gpg --dearmor -o k\nRUN echo a | tee b\n");
    }

    #[test]
    fn a_checksum_behind_it_notices_the_empty_file() {
        silent!("RUN curl x | sed /^V/d > key && echo \"$SUM  key\" | sha256sum -c --strict -\n");
        fires!("RUN «curl» x | sh && wget https://a/b.tgz && sha256sum -c b\n");
    }

    #[test]
    fn a_substituted_value_is_another_matter() {
        silent!("RUN V=$(curl x | head -1) && a $V\n");
    }
}
