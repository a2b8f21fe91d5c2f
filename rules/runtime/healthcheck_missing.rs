//! A service without a HEALTHCHECK.
//!
//! ## Why
//! Docker knows whether the process runs, not whether it answers. With a health check, `docker ps` shows it, Compose
//! waits for it (`condition: service_healthy`), and Swarm replaces a container that hangs. Kubernetes ignores
//! HEALTHCHECK and asks its own probes, which is why this is advice to be asked for. A service is what offers a port: one
//! that this file or its base image exposes.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM python:3.14
//! EXPOSE 8000
//! CMD ["gunicorn", "app"]
//! ```
//! ```dockerfile,good
//! FROM python:3.14
//! EXPOSE 8000
//! HEALTHCHECK CMD curl -fsS http://localhost:8000/ || exit 1
//! CMD ["gunicorn", "app"]
//! ```
//!
//! ## Fix
//! Asks the one port that the image exposes, with a program that the image surely has: curl, wget, Node.js or Python.
//! *Runtime*, and only where the rule is selected by name: which path shows that the program is well, its author knows.
//!
//! ## Sources
//! hadolint DL3057; Trivy DS-0026; Checkov CKV_DOCKER_2; KICS b03a748a; CIS Docker Benchmark 4.6.

use crate::edit::Effect;
use crate::finding::Severity;
use crate::ir::{PortSpec, ToolPresence};
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{InstructionKind, Keyword};

pub const META: Meta = Meta {
    name: "runtime/healthcheck-missing",
    severity: Severity::Info,
    effect: Some(Effect::Runtime),
    aliases: &["DL3057", "DS-0026", "CKV_DOCKER_2", "KICS-b03a748a", "CIS-DI-0006"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(stage) = cx.final_stage() else { return };
    let Some(step) = cx.process().steps().last() else { return };
    if cx.build.last_step_of(stage.index, Keyword::Healthcheck).is_some() || !offers_a_port(cx, stage.index) {
        return;
    }
    let report = sink.report(step.instruction.keyword_span(), "nothing tells whether this program is well");
    match port(cx, stage.index).and_then(|port| probe(cx, stage.index, port)) {
        Some(probe) => {
            let healthcheck = format!("HEALTHCHECK CMD {probe}");
            let edit = cx.line_before(step.instruction, &healthcheck);
            report.help(format!("write `{healthcheck}`, with the path that answers when the program is well")).suggest(
                "ask the port whether the program is well",
                Effect::Runtime,
                vec![edit],
            )
        }
        None => report.help("write a HEALTHCHECK, or HEALTHCHECK NONE where an orchestrator asks"),
    };
}

/// Whether this file or the base image exposes a port: what else runs may be a job, a tool or a shell.
fn offers_a_port(cx: &Context<'_>, stage: usize) -> bool {
    let ports = cx.build.image_configuration(stage).and_then(|image| image.ports.value());
    cx.build.last_step_of(stage, Keyword::Expose).is_some() || ports.is_some_and(|ports| !ports.is_empty())
}

/// Ports of well-known servers that speak no HTTP: SSH, mail, name service, databases, queues.
const OTHER_PROTOCOLS: &[u16] = &[
    21, 22, 25, 53, 110, 143, 389, 636, 993, 995, 1433, 1521, 1883, 2181, 3306, 5432, 5672, 6379, 9042, 9092, 11211,
    27017,
];

/// The one port that the image exposes, where HTTP may be spoken on it.
fn port(cx: &Context<'_>, stage: usize) -> Option<u16> {
    let exposing = || cx.build.lineage(stage).flat_map(|stage| &stage.steps);
    let mut ports = exposing().filter_map(|step| match &step.instruction.kind {
        InstructionKind::Expose(ports) => Some(ports.iter().map(move |port| step.certain_value(port))),
        _ => None,
    });
    let (mut of_step, None) = (ports.next()?, ports.next()) else { return None };
    let (Some(Some(port)), None) = (of_step.next(), of_step.next()) else { return None };
    let spec = PortSpec::parse(port).ok()?;
    let is_tcp = spec.protocol.is_none_or(|protocol| port[protocol.range()].eq_ignore_ascii_case("tcp"));
    let (first, last) = spec.ports;
    (is_tcp && spec.host.is_none() && first == last && !OTHER_PROTOCOLS.contains(&first)).then_some(first)
}

/// The command that asks the port, with a program of the image.
fn probe(cx: &Context<'_>, stage: usize, port: u16) -> Option<String> {
    let has = |tool: &str| cx.commands.tool_presence(cx.build, stage, tool) == ToolPresence::Present;
    let address = format!("http://localhost:{port}/");
    if has("curl") {
        return Some(format!("curl -fsS {address} || exit 1"));
    }
    if has("wget") {
        return Some(format!("wget -q --spider {address} || exit 1"));
    }
    match cx.build.root_image(stage)?.familiar_name().as_str() {
        "node" => Some(format!(
            "node -e \"fetch('{address}').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))\""
        )),
        "python" => Some(format!("python -c \"import urllib.request; urllib.request.urlopen('{address}')\"")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn any_health_check_will_do() {
        fires!("FROM a AS b\nHEALTHCHECK CMD c\nFROM a\nEXPOSE 80\n«CMD» d\n");
        fires!("FROM php:8.4-apache\n«CMD» [\"apache2-foreground\"]\n");
        silent!("FROM a AS b\nHEALTHCHECK CMD c\nFROM b\nEXPOSE 80\nCMD d\n");
        silent!("HEALTHCHECK NONE\nEXPOSE 80\nCMD d\n");
    }

    #[test]
    fn the_port_is_asked_with_what_the_image_has() {
        fixes!(
            "FROM alpine:3.22\nEXPOSE 80/tcp\nCMD a\n" =>
            "FROM alpine:3.22\nEXPOSE 80/tcp\nHEALTHCHECK CMD wget -q --spider http://localhost:80/ || exit 1\nCMD a\n"
        );
        fixes!(
            "FROM python:3.14-slim\nEXPOSE 80\nCMD a\n" =>
            "FROM python:3.14-slim\nEXPOSE 80\nHEALTHCHECK CMD python -c \"import urllib.request; urllib.request.urlopen('http://localhost:80/')\"\nCMD a\n"
        );
    }

    #[test]
    fn nothing_is_made_up_of_several_ports_or_other_protocols() {
        let unfixed = |text: &str| findings(&META, check, text).iter().all(|finding| finding.fix.is_none());
        assert!(unfixed("FROM alpine:3.22\nEXPOSE 80 443\nCMD a\n"));
        assert!(unfixed("FROM alpine:3.22\nEXPOSE 5432\nCMD a\n"));
        assert!(unfixed("FROM alpine:3.22\nEXPOSE 80/udp\nCMD a\n"));
        assert!(unfixed("FROM example.com/own\nEXPOSE 80\nCMD a\n"));
    }

    #[test]
    fn without_a_command_or_a_port_there_is_no_service() {
        silent!("EXPOSE 80\n");
        silent!("ENTRYPOINT [\"maigret\"]\n");
        silent!("CMD /bin/bash\n");
    }
}
