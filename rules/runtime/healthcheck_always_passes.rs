//! A health check that cannot fail.
//!
//! ## Why
//! The container counts as healthy while its check exits with 0. `|| true` makes it so always, a pipe takes the status
//! of its last command, and `echo` or `exit 0` checks nothing: a program that hangs stays "healthy".
//!
//! ## Example
//! ```dockerfile,bad
//! FROM nginx:1.29
//! HEALTHCHECK CMD curl -f http://localhost/ || true
//! ```
//! ```dockerfile,good
//! FROM nginx:1.29
//! HEALTHCHECK CMD curl -f http://localhost/ || exit 1
//! ```
//!
//! ## Fix
//! None: what should count as a failure is the author's to say.
//!
//! ## Sources
//! Dockerfile reference, HEALTHCHECK: "0: success", "1: unhealthy"; curl(1), `--fail`.

use crate::rules::{Context, Meta, Sink};
use crate::shell::{Failure, PipePosition};
use crate::syntax::{InstructionKind, Keyword};

pub const META: Meta = Meta { name: "runtime/healthcheck-always-passes", ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(stage) = cx.final_stage().filter(|stage| !stage.is_windows) else { return };
    let Some(step) = cx.build.last_step_of(stage.index, Keyword::Healthcheck) else { return };
    let InstructionKind::Healthcheck(_) = &step.instruction.kind else { return };
    let commands = cx.commands.of_step(step);
    let decides = |command: &crate::ir::Command<'_>| {
        let fate = command.invoked.as_ref().map_or(Failure::Propagates, |it| it.circumstances.failure);
        let is_constant = matches!(command.name(), Some("true" | ":" | "echo" | "printf"))
            || command.name() == Some("exit") && command.has_argument("0");
        // What reads a pipe to its end is content with nothing at all.
        let position = command.invoked.as_ref().map(|it| it.circumstances.pipe);
        let only_shows =
            position == Some(PipePosition::Last) && matches!(command.name(), Some("cat" | "tee" | "head" | "tail"));
        !(is_constant || only_shows || matches!(fate, Failure::OrTrue | Failure::Background | Failure::InPipe))
    };
    let known = commands.iter().all(|command| command.words.first().is_none_or(|word| word.value.is_some()));
    let (Some(first), false) = (commands.first(), commands.iter().any(decides)) else { return };
    if !known {
        return;
    }
    let span = commands.iter().fold(first.span(), |span, command| span.cover(command.span()));
    sink.report(span, "this check always passes")
        .help("let the check fail when the program does not answer: `|| exit 1`");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn checks_without_a_failure_are_reported() {
        fires!("HEALTHCHECK CMD «echo ok»\n");
        fires!("HEALTHCHECK CMD [\"«true»\"]\n");
        fires!("HEALTHCHECK CMD «a || exit 0»\n");
        fires!("HEALTHCHECK CMD «curl localhost | cat»\n");
    }

    #[test]
    fn checks_that_may_fail_are_no_finding() {
        silent!("HEALTHCHECK CMD a || exit 1\nHEALTHCHECK CMD [\"a\"]\n");
        silent!("HEALTHCHECK CMD a && echo ok\n");
        silent!(
            "HEALTHCHECK CMD curl localhost | grep ok\nSHELL [\"bash\", \"-o\", \"pipefail\", \"-c\"]\nHEALTHCHECK CMD a | cat\n"
        );
        silent!("HEALTHCHECK NONE\n");
    }
}
