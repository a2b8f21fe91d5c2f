//! A container whose command leaves a second process in the background.
//!
//! ## Why
//! The container watches its first process only. When the one in the background dies, nobody notices: the container goes
//! on, without half of what it should do, and no restart policy helps. `docker stop` does not reach it, either.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! CMD worker & exec server
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! CMD ["server"]
//! ```
//!
//! ## Fix
//! None: a second container, or a process manager, is a matter of design.
//!
//! ## Sources
//! Docker documentation, "Run multiple processes in a container": "one service per container".

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::shell::Failure;

pub const META: Meta = Meta {
    name: "runtime/several-processes",
    severity: Severity::Info,
    aliases: &["best-practices/decouple"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.process().steps() {
        let commands = cx.commands.of_step(step);
        let last_wait = commands.iter().rposition(|command| command.name() == Some("wait"));
        for (index, command) in commands.iter().enumerate() {
            let in_background = command
                .invoked
                .as_ref()
                .is_some_and(|it| it.circumstances.failure == Failure::Background && !it.circumstances.in_loop);
            // `wait -n` ends with the first that dies, and shells that wait see both end.
            let is_watched = last_wait.is_some_and(|last| last > index);
            let is_service = is_long_running(command.name());
            if in_background && is_service && !is_watched && index + 1 < commands.len() {
                sink.report(command.span(), "nobody notices when this process in the background ends")
                    .help("run it in a container of its own, or under a process manager");
            }
        }
    }
}

/// Whether the program stays: a short command in the background is a trick, not a service.
fn is_long_running(name: Option<&str>) -> bool {
    !matches!(name, None | Some("sleep" | "echo" | "tail" | "cat" | "true" | "kill" | "cd" | "export" | "exec"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_process_beside_the_main_one_is_reported() {
        fires!("CMD [\"sh\", \"-c\", \"«nginx -g x» & exec app\"]\n");
    }

    #[test]
    fn one_process_and_shells_that_wait_are_no_finding() {
        silent!("CMD exec app\nRUN a & b\n");
        silent!("CMD a & b & wait -n\n");
    }
}
