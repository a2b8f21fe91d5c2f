//! Docker's socket is declared as a volume of the image, or its API is offered to everybody.
//!
//! ## Why
//! Whoever may write to `/var/run/docker.sock` may start a container with the host's disk in it, and so is root on the
//! host. Declared as a VOLUME it is not even mounted: every container gets an empty folder of that name, and a later
//! `docker run -v /var/run/docker.sock:...` is what counts. A `dockerd` that listens on TCP without certificates gives the
//! same to everybody who reaches the port.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM docker:28-cli
//! VOLUME /var/run/docker.sock
//! ```
//! ```dockerfile,good
//! FROM docker:28-cli
//! ```
//!
//! ## Fix
//! None: whether the container is meant to have the socket at all is the question.
//!
//! ## Sources
//! OWASP Docker Security Cheat Sheet, rule 1; Docker, "Protect the Docker daemon socket"; semgrep `dockerfile-dockerd-socket-mount`; CWE-250.

use crate::ir::Command;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{InstructionKind, Keyword};

pub const META: Meta = Meta {
    name: "security/docker-socket",
    aliases: &["dockerfile-dockerd-socket-mount", "OWASP-1"],
    cwe: Some(250),
    security_severity: Some(60),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.steps_of(Keyword::Volume) {
        let InstructionKind::Volume(paths) = &step.instruction.kind else { continue };
        for path in paths.iter().filter(|path| step.value(path).ends_with("/docker.sock")) {
            sink.report(
                path.span(),
                format!("`{}` as a volume makes an empty folder, not Docker's socket", step.value(path)),
            )
            .note("A container that is given the real socket is root on the host.")
            .help("take it out; where a container must have the socket, mount it when it starts");
        }
    }
    for command in cx.process_commands().filter(|command| command.name() == Some("dockerd")) {
        open_address(command, sink);
    }
}

/// `dockerd -H tcp://0.0.0.0:2375`, without certificates.
fn open_address(command: &Command<'_>, sink: &mut Sink<'_>) {
    let mut words = (1..command.words.len()).map(|at| (at, command.written(at)));
    let is_open = |written: &str| {
        let listens = written.split_once("tcp://").map_or("", |(_, listens)| listens);
        !listens.is_empty() && !listens.starts_with("127.") && !listens.starts_with("localhost")
    };
    let asks_for_certificates = words.clone().any(|(_, written)| written.starts_with("--tls"));
    if let Some((at, address)) = words.find(|(_, written)| is_open(written) && !asks_for_certificates) {
        let message =
            format!("`{address}` makes everybody who reaches it root in the container, and mostly on the host");
        sink.report(command.words[at].span, message)
            .help("listen on the socket only, or add `--tlsverify` with certificates");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn an_api_that_asks_nobody_is_reported() {
        fires!("CMD [\"dockerd\", \"«--host=tcp://0.0.0.0:2375»\"]\n");
        silent!(
            "CMD [\"dockerd\", \"-H\", \"tcp://0.0.0.0:2376\", \"--tlsverify\"]\nCMD dockerd -H tcp://127.0.0.1:2375\n"
        );
    }

    #[test]
    fn the_socket_is_reported_among_others() {
        fires!("VOLUME /data «/var/run/docker.sock»\n");
        fires!("VOLUME [\"«/run/docker.sock»\"]\n");
        silent!("VOLUME /var/run /docker.sock.d\n");
    }
}
