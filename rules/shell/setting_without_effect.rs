//! A setting of the shell that ends with its RUN.
//!
//! ## Why
//! Every RUN is a shell of its own, and only its files stay. A directory, a variable, an alias or a function that the
//! last command sets is gone before anyone can use it: the next RUN starts in WORKDIR with the variables of ENV. And in
//! `RUN set -ex make`, `make` is an argument of `set`, which nobody runs.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN export PATH=/opt/tool/bin:$PATH
//! RUN tool
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! ENV PATH=/opt/tool/bin:$PATH
//! RUN tool
//! ```
//!
//! ## Fix
//! None: ENV and WORKDIR stay in the image, and the value may need the shell.
//!
//! ## Sources
//! Dockerfile reference, RUN: "the result is committed", ENV, WORKDIR.

use crate::ir::Command;
use crate::rules::{Context, Meta, Sink};
use crate::shell::{Failure, PipePosition, WorkingDirectory};

pub const META: Meta =
    Meta { name: "shell/setting-without-effect", aliases: &["S6581", "best-practices/ENV"], ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps_of(crate::syntax::Keyword::Run) {
        let Some(command) = cx.commands.of_step(step).last() else { continue };
        let Some(help) = advice(cx, command) else { continue };
        let Some(invoked) = &command.invoked else { continue };
        let circumstances = &invoked.circumstances;
        // Inside a loop or a function the text's last command is not the last to run; a subshell or `||` is a check.
        let is_last = circumstances.depth == 0
            && circumstances.pipe == PipePosition::Alone
            && circumstances.failure == Failure::Propagates
            && invoked.wrappers().is_empty();
        if is_last {
            let name = command.name().unwrap_or("an assignment");
            sink.report(command.span(), format!("`{name}` at the end of a RUN has no effect on what follows"))
                .help(help);
        }
    }
}

/// What to write instead of a command that changes nothing but its own shell.
fn advice(cx: &Context<'_>, command: &Command<'_>) -> Option<&'static str> {
    const VARIABLE: &str = "write ENV, or put the commands that need it into this RUN";
    let invoked = command.invoked.as_ref()?;
    let simple = invoked.simple;
    let operand = command.first_operand().map_or("", |word| cx.text(word.span).trim_matches('"'));
    match command.name() {
        // `cd ..` at the end goes back to where the RUN began.
        Some("cd" | "pushd") if invoked.circumstances.directory == WorkingDirectory::Initial => {
            Some("write WORKDIR, or put the commands that need it into this RUN")
        }
        Some("export") => Some(VARIABLE),
        Some("unset") => {
            // What the RUN itself has set, it may take back.
            let is_inherited = cx.build.visible(command.step).variable(operand).is_some();
            is_inherited.then_some("write `ENV NAME=` with nothing behind it, or do not set the variable")
        }
        Some("alias") => Some("write it into the shell's start-up file, or into a script"),
        // Other files may do work of their own.
        Some("source" | ".") if sets_only(operand) => {
            Some("source the file in each RUN that needs it, or write its variables as ENV")
        }
        Some("umask") => Some("put the commands that need it into this RUN"),
        // `set +x` at the end takes back what the RUN itself has set.
        Some("set") if cx.commands.of_step(command.step).len() == 1 => Some(match operand {
            "" | "pipefail" | "errexit" | "nounset" | "xtrace" => {
                "write the option into SHELL, or put the commands that need it into this RUN"
            }
            _ => "put `&&` behind the options: what follows them is an argument of `set`, and is not run",
        }),
        None if command.words.is_empty() && !simple.assignments.is_empty() => {
            let is_static = simple.assignments.iter().flat_map(|it| &it.value).all(|word| word.literal().is_some());
            is_static.then_some(VARIABLE)
        }
        _ => None,
    }
}

/// Whether the file is one that people source for its settings.
fn sets_only(path: &str) -> bool {
    const NAMES: &[&str] = &[
        "activate",
        ".bashrc",
        ".profile",
        ".bash_profile",
        "profile",
        "bash.bashrc",
        ".zshrc",
        "setup.bash",
        "setup.sh",
        "nvm.sh",
        "sdkman-init.sh",
        "env",
        "environment",
        "conda.sh",
    ];
    NAMES.contains(&path.rsplit('/').next().unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_command_behind_set_is_an_argument() {
        fires!("RUN «set -ex chmod +x /a»\n");
        fires!("RUN «set -o pipefail»\nRUN a | b\n");
        silent!("RUN set -ex && chmod +x /a\n");
        silent!("RUN set -x; a; set +x\n");
    }

    #[test]
    fn the_last_command_of_a_run_sets_for_nobody() {
        fires!("RUN mkdir /a && «cd /a»\nRUN «source ~/.profile»\nRUN «alias ll=ls»\nRUN «umask 022»\n");
    }

    #[test]
    fn settings_that_a_later_command_uses_are_used() {
        silent!("RUN cd /a && make\nRUN export A=b && c\nRUN . /etc/os-release; echo $ID\n");
    }

    #[test]
    fn what_the_run_takes_back_or_does_besides_is_no_setting() {
        silent!("RUN cd /a && make && cd ..\nRUN export A=b; c; unset A\nRUN . ./install.sh\n");
        fires!("ENV A=b\nRUN «unset A»\n");
    }

    #[test]
    fn a_check_is_no_setting() {
        silent!("RUN (cd /a)\nRUN cd /a || exit 1\nRUN if a; then cd /b; fi\n");
    }

    #[test]
    fn the_container_s_command_is_another_matter() {
        silent!("CMD cd /a\n");
    }
}
