//! A container that offers SSH.
//!
//! ## Why
//! A container needs no login: `docker exec` and `kubectl exec` open a shell in it and check who asks. A daemon on port
//! 22 is a second process to keep alive and to update, and it brings keys or passwords into the image.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! EXPOSE 22 80
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! EXPOSE 80
//! ```
//!
//! ## Fix
//! None: EXPOSE only documents; the daemon itself has to go.
//!
//! ## Sources
//! Trivy DS-0004; Checkov CKV_DOCKER_1; SonarQube S6473; CIS Docker Benchmark 5.7.

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::InstructionKind;

pub const META: Meta = Meta {
    name: "runtime/exposed-ssh",
    severity: Severity::Info,
    aliases: &["DS-0004", "CKV_DOCKER_1", "S6473"],
    security_severity: Some(40),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut exposed = Vec::new();
    for step in cx.build.steps().filter(|step| cx.shapes_final_image(step)) {
        let InstructionKind::Expose(ports) = &step.instruction.kind else { continue };
        exposed.extend(ports.iter().map(|port| (port, matches!(step.value(port), "22" | "22/tcp"))));
    }
    // An image that offers nothing else is an SSH server by intent.
    if exposed.iter().any(|(_, is_ssh)| !is_ssh) {
        for (port, _) in exposed.iter().filter(|(_, is_ssh)| *is_ssh) {
            sink.report(port.span(), "port 22 is for SSH, which a container does not need")
                .help("open a shell with `docker exec`, and leave the SSH daemon out");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_port_is_found_among_others_and_through_variables() {
        fires!("ENV P=22\nEXPOSE 80 «$P» 443\n");
    }

    #[test]
    fn an_ssh_server_offers_ssh() {
        silent!("EXPOSE 22\nCMD [\"sshd\", \"-D\"]\n");
    }

    #[test]
    fn other_ports_and_stages_are_no_finding() {
        silent!("FROM a AS b\nEXPOSE 22\nFROM a\nEXPOSE 2222 22/udp\n");
    }
}
