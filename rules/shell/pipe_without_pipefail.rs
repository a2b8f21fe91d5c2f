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
//! None: with `pipefail`, every other pipe that follows may fail as well, as one into `head` does.
//!
//! ## Sources
//! hadolint DL4006; Dockerfile best practices, "Using pipes"; KICS efbf148a; semgrep set-pipefail.

use crate::finding::Severity;
use crate::ir::Command;
use crate::knowledge::commands::download;
use crate::knowledge::images::Known;
use crate::rules::{Context, Meta, Sink};
use crate::shell::{Dialect, Failure, PipePosition};

pub const META: Meta = Meta {
    name: "shell/pipe-without-pipefail",
    severity: Severity::Warning,
    aliases: &["DL4006", "KICS-efbf148a", "set-pipefail"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
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
        if !succeeds_on_nothing(reader) {
            continue;
        }
        let name = command.name().unwrap_or_default();
        sink.report(command.name_span(), format!("if `{name}` fails, `{reader}` succeeds on what it did not get"))
            .help(advice(cx, command, name));
    }
}

fn is_download(command: &Command<'_>) -> bool {
    let values: Vec<Option<&str>> = command.words.iter().map(|word| word.value).collect();
    download(&values).is_some_and(|download| !matches!(download.program, "git" | "svn"))
}

/// Whether the program takes empty input for good: interpreters run an empty script, filters pass nothing on. `tar`,
/// `gunzip`, `gpg --dearmor`, `apt-key` and `jq -e` fail.
fn succeeds_on_nothing(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "ash", "awk", "base64", "bash", "cat", "cut", "dash", "head", "jq", "node", "perl", "php", "python", "python3",
        "ruby", "sed", "sh", "sort", "tail", "tee", "tr", "uniq", "xargs", "zsh",
    ];
    NAMES.contains(&name)
}

/// How to let the failure be seen with the shells that the image has.
fn advice(cx: &Context<'_>, command: &Command<'_>, name: &str) -> String {
    let step = command.step;
    let image = cx.build.image_configuration(step.stage);
    match cx.build.shell_of(step).0 {
        Dialect::Bash | Dialect::Zsh | Dialect::Ksh => "begin the command with `set -o pipefail && `".to_owned(),
        Dialect::Ash => "write `SHELL [\"/bin/ash\", \"-eo\", \"pipefail\", \"-c\"]` before it".to_owned(),
        _ if image.is_some_and(|image| image.shell == Known::Is("/bin/bash")) => {
            "write `SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]` before it".to_owned()
        }
        _ => format!("let `{name}` write a file first, and read that with the next command behind `&&`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

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
    fn with_pipefail_all_is_well() {
        silent!("SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl x | sh\n");
        silent!("FROM fedora:41\nRUN set -eo pipefail; curl x | sh\n");
    }

    #[test]
    fn readers_that_notice_are_no_finding() {
        silent!("RUN curl x | tar xz\nRUN curl x | gpg --dearmor -o k\nRUN echo a | tee b\n");
    }

    #[test]
    fn a_substituted_value_is_another_matter() {
        silent!("RUN V=$(curl x | head -1) && a $V\n");
    }
}
