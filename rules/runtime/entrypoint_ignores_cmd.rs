//! An ENTRYPOINT in shell form, which never sees the CMD beside it.
//!
//! ## Why
//! An ENTRYPOINT in shell form becomes `["/bin/sh", "-c", "the text"]`. The container appends CMD and the arguments of
//! `docker run` to these words, and `sh -c` takes what follows its script for `$0`, `$1` and so on: a script that does
//! not read them ignores them silently.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! ENTRYPOINT exec server
//! CMD ["--port", "80"]
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! ENTRYPOINT ["server"]
//! CMD ["--port", "80"]
//! ```
//!
//! ## Fix
//! None: exec form has no shell, and what the text needs of one only its author knows.
//!
//! ## Sources
//! Dockerfile reference, "Understand how CMD and ENTRYPOINT interact"; sh(1p), `-c`.

use crate::ir::command_of;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::CommandForm;

pub const META: Meta =
    Meta { name: "runtime/entrypoint-ignores-cmd", aliases: &["best-practices/ENTRYPOINT"], ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let process = cx.process();
    let (Some(entrypoint), Some(cmd)) = (process.entrypoint, process.cmd) else { return };
    if !process.steps().any(|step| std::ptr::eq(step, cmd)) {
        return;
    }
    let (Some(CommandForm::Shell(text)), Some(command)) =
        (command_of(entrypoint.instruction), command_of(cmd.instruction))
    else {
        return;
    };
    // A shell that SHELL has set may hand its arguments on in ways of its own.
    let reads_arguments =
        ["$@", "$*", "$0", "$1", "${@", "${*", "${0", "${1"].iter().any(|it| text.text().contains(it));
    if text.is_empty() || reads_arguments || entrypoint.state.shell.is_some() {
        return;
    }
    sink.report(command.span(), "this CMD is never used: the ENTRYPOINT is in shell form")
        .related(text.span(), "runs as `/bin/sh -c`, which ignores all words behind its script")
        .help("write ENTRYPOINT in exec form, `[\"program\", \"argument\"]`, or move what CMD says into it");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_cmd_beside_a_shell_form_entrypoint_is_reported() {
        fires!("CMD «-p 80»\nENTRYPOINT server\n");
    }

    #[test]
    fn a_cmd_of_an_earlier_stage_is_gone_anyway() {
        silent!("FROM a AS b\nCMD x\nFROM b\nENTRYPOINT y\n");
    }

    #[test]
    fn a_script_that_reads_its_arguments_gets_them() {
        silent!("ENTRYPOINT exec server \"$@\"\nCMD [\"x\"]\n");
    }

    #[test]
    fn an_empty_cmd_has_nothing_to_lose() {
        silent!("ENTRYPOINT server\nCMD []\n");
    }
}
