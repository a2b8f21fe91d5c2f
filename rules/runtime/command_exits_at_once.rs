//! A container whose command starts a daemon and ends.
//!
//! ## Why
//! A container lives as long as its first process. `service nginx start` leaves the daemon in the background and
//! returns, and with it the container ends, seconds after it was started.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN apt-get update && apt-get install -y nginx
//! CMD service nginx start
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN apt-get update && apt-get install -y nginx
//! CMD ["nginx", "-g", "daemon off;"]
//! ```
//!
//! ## Fix
//! None: how a program is kept in the foreground is its own affair.
//!
//! ## Sources
//! Docker documentation, "Run multiple processes in a container"; moby, `container wait`.

use crate::finding::Severity;
use crate::ir::Command;
use crate::rules::{Context, Meta, Sink};
use crate::shell::Failure;
use crate::syntax::InstructionKind;

pub const META: Meta =
    Meta { name: "runtime/command-exits-at-once", severity: Severity::Error, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let process = cx.process();
    // Words that are handed to an ENTRYPOINT are not a command of their own.
    let Some(step) = process.steps().last() else { return };
    let is_argument = matches!(step.instruction.kind, InstructionKind::Cmd(_)) && process.entrypoint.is_some();
    let Some(last) = cx.commands.of_step(step).last() else { return };
    let is_background = last
        .invoked
        .as_ref()
        .is_some_and(|it| it.circumstances.failure == Failure::Background && it.circumstances.depth == 0);
    // The image's own entrypoint may be a script that does more.
    let is_plain = cx.final_stage().is_some_and(|stage| {
        process.entrypoint.is_some() || cx.build.stands_on_plain_image(stage.index) || last.invoked.is_some()
    });
    if is_argument || !is_plain || !(is_background || starts_daemon(last)) {
        return;
    }
    sink.report(last.span(), "the container ends as soon as this has started its process in the background")
        .help("start the program itself, in the foreground");
}

fn starts_daemon(command: &Command<'_>) -> bool {
    let values: Vec<&str> = command.words.iter().map(|word| word.value.unwrap_or_default()).collect();
    match values.as_slice() {
        ["service" | "/usr/sbin/service", _, "start" | "restart"] | ["systemctl", "start" | "restart", _] => true,
        ["apachectl" | "apache2ctl", "start" | "restart"] => true,
        [path, "start" | "restart"] => path.starts_with("/etc/init.d/"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_last_command_decides() {
        fires!("CMD a && «/etc/init.d/nginx start»\n");
        fires!("CMD [\"«service\", \"ssh\", \"start»\"]\n");
        fires!("ENTRYPOINT «server --port 80» &\n");
    }

    #[test]
    fn something_that_stays_keeps_the_container() {
        silent!("CMD service nginx start && tail -f /var/log/nginx/access.log\n");
        silent!("CMD a & wait\n");
        silent!("ENTRYPOINT [\"init.sh\"]\nCMD service nginx start\n");
    }
}
