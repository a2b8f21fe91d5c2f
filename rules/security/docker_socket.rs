//! Docker's socket is declared as a volume of the image.
//!
//! ## Why
//! Whoever may write to `/var/run/docker.sock` may start a container with the host's disk in it, and so is root on the
//! host. Declared as a VOLUME it is not even mounted: every container gets an empty folder of that name, and a later
//! `docker run -v /var/run/docker.sock:...` is what counts.
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
//! OWASP Docker Security Cheat Sheet, rule 1; semgrep `dockerfile-dockerd-socket-mount`; CWE-250.

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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_socket_is_reported_among_others() {
        fires!("VOLUME /data «/var/run/docker.sock»\n");
        fires!("VOLUME [\"«/run/docker.sock»\"]\n");
        silent!("VOLUME /var/run /docker.sock.d\n");
    }
}
