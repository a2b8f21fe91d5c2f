//! A daemon that is started while the image is built.
//!
//! ## Why
//! An image holds files, no processes. A daemon that a RUN starts is killed when the RUN ends, and the container starts
//! nothing but ENTRYPOINT and CMD. systemd is not running in a build at all. Starting a service is of use only for
//! commands in the same RUN, such as filling a database.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN apt-get update && apt-get install -y nginx && service nginx start
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN apt-get update && apt-get install -y nginx
//! CMD ["nginx", "-g", "daemon off;"]
//! ```
//!
//! ## Fix
//! None: the daemon is to be the container's command, and how it stays in the foreground is its own affair.
//!
//! ## Sources
//! Dockerfile reference, CMD; Docker documentation, "Run multiple processes in a container".

use crate::ir::Command;
use crate::rules::{Context, Meta, Sink};
use crate::shell::Failure;
use crate::syntax::Keyword;

pub const META: Meta = Meta { name: "shell/service-started-in-build", ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps_of(Keyword::Run) {
        let commands = cx.commands.of_step(step);
        let last_use = commands.iter().rposition(|command| !is_cleaning(command) && started(command).is_none());
        for (index, command) in commands.iter().enumerate() {
            let Some(service) = started(command) else { continue };
            // What follows in the same RUN may talk to the daemon.
            let is_used = last_use.is_some_and(|last| last > index);
            let is_conditional = command
                .invoked
                .as_ref()
                .is_some_and(|it| it.circumstances.depth > 0 || it.circumstances.failure == Failure::Condition);
            if is_used || is_conditional {
                continue;
            }
            sink.report(command.span(), format!("`{service}` is killed when this RUN ends"))
                .help("start it with CMD or ENTRYPOINT, in the foreground");
        }
    }
}

/// The service that the command starts.
fn started<'b>(command: &Command<'b>) -> Option<&'b str> {
    let values: Vec<&str> = command.words.iter().map(|word| word.value.unwrap_or_default()).collect();
    let rest = values.get(1..)?;
    match (command.name()?, rest) {
        ("service", [name, "start" | "restart" | "reload"]) => command.words.get(1)?.value.filter(|_| !name.is_empty()),
        ("systemctl", ["start" | "restart" | "reload", ..]) => command.words.get(2)?.value,
        ("invoke-rc.d" | "rc-service", [_, "start" | "restart"]) => command.words.get(1)?.value,
        (_, ["start" | "restart"]) => {
            let path = command.words.first()?.value?;
            path.strip_prefix("/etc/init.d/")
        }
        _ => None,
    }
}

fn is_cleaning(command: &Command<'_>) -> bool {
    matches!(command.name(), Some("rm" | "echo" | "true" | ":"))
        || command.manager.as_ref().is_some_and(|manager| !manager.installs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_service_that_nothing_uses_is_reported() {
        fires!(
            "RUN «service mysql start»\nRUN a && «systemctl start sshd.service»\nRUN «/etc/init.d/nginx restart» && rm -rf /x\n"
        );
    }

    #[test]
    fn a_service_for_the_commands_behind_it_is_used() {
        silent!("RUN service mysql start && mysql -e 'CREATE DATABASE a'\n");
    }

    #[test]
    fn enabling_and_stopping_start_nothing() {
        silent!("RUN systemctl enable sshd\nRUN service nginx stop\n");
        silent!("CMD service nginx start && sleep infinity\n");
    }
}
