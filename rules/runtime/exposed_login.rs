//! A container that offers a login over the network.
//!
//! ## Why
//! A container needs no login: `docker exec` and `kubectl exec` open a shell in it and check who asks. A daemon for SSH,
//! Telnet or RDP is a second process to keep alive and to update, and it brings keys or passwords into the image.
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
//! Telnet and RDP are told with `--profile strict`: an old machine or a desktop in a container is reached by nothing else.
//!
//! ## Fix
//! None: EXPOSE only documents; the daemon itself has to go.
//!
//! ## Sources
//! Trivy DS-0004; Checkov CKV_DOCKER_1; SonarQube S6473; CIS Docker Benchmark 5.7.

use crate::finding::{Severity, Weight};
use crate::rules::{Context, Meta, Sink};
use crate::syntax::InstructionKind;

pub const META: Meta = Meta {
    name: "runtime/exposed-login",
    severity: Severity::Info,
    aliases: &["DS-0004", "CKV_DOCKER_1", "S6473"],
    security_severity: Some(40),
    ..Meta::on_by_default()
};

/// Ports, and what people log in with there.
const LOGINS: &[(&str, &str)] = &[("22", "SSH"), ("23", "Telnet"), ("3389", "RDP")];

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut exposed = Vec::new();
    for step in cx.build.steps().filter(|step| cx.shapes_final_image(step)) {
        let InstructionKind::Expose(ports) = &step.instruction.kind else { continue };
        exposed.extend(ports.iter().map(|port| (port, login(step.value(port)))));
    }
    // An image that offers nothing else is such a server by intent.
    if exposed.iter().all(|(_, login)| login.is_some()) {
        return;
    }
    for (word, login) in exposed {
        let Some((port, service)) = login else { continue };
        sink.report(word.span(), format!("port {port} is for {service}, which a container does not need"))
            .help("open a shell with `docker exec`, and leave the daemon out")
            // A desktop or an old machine in a container is reached by nothing else.
            .weight(if service == "SSH" { Weight::Ordinary } else { Weight::Minor });
    }
}

fn login(port: &str) -> Option<(&'static str, &'static str)> {
    let number = port.strip_suffix("/tcp").unwrap_or(port);
    LOGINS.iter().find(|(login, _)| *login == number).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_port_is_found_among_others_and_through_variables() {
        fires!("ENV P=22\nEXPOSE 80 «$P» 443\nEXPOSE «23/tcp» «3389»\n");
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
