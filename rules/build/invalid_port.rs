//! An EXPOSE with something else than a port.
//!
//! ## Why
//! EXPOSE names ports inside the container. What stands before a colon, an address or a port of the host, has no
//! effect: the mapping is made by `docker run --publish`. BuildKit drops it with a warning that is to become an error,
//! and refuses what is no port at all.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM nginx:1.29
//! EXPOSE 8080:80
//! ```
//! ```dockerfile,good
//! FROM nginx:1.29
//! EXPOSE 80
//! ```
//!
//! ## Fix
//! Takes the part before the port of the container out. BuildKit ignores it, so the image is *identical*. Holds back
//! where the word holds variables.
//!
//! ## Sources
//! BuildKit, ExposeInvalidFormat and `dockerfile2llb/convert_expose.go`; hadolint DL3011; Trivy DS-0008; KICS
//! 71bf8cf8; Semgrep `invalid-port`.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{BuildProblemKind, PortSpec, Step};
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{InstructionKind, Keyword, Word};

pub const META: Meta = Meta {
    name: "build/invalid-port",
    severity: Severity::Error,
    effect: Some(Effect::Identical),
    aliases: &["ExposeInvalidFormat", "DL3011", "DS-0008", "KICS-71bf8cf8", "invalid-port"],
    is_refusal: true,
    ..Meta::on_by_default()
};

/// The codes for a port that cannot be one; `ExposeInvalidFormat` is for a mapping.
const OUT_OF_RANGE: &[&str] = &["DL3011", "DS-0008", "KICS-71bf8cf8", "invalid-port"];

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for problem in &cx.build.problems {
        if matches!(problem.kind, BuildProblemKind::InvalidPort { .. }) {
            let report = sink.report(problem.span, problem.kind.to_string());
            report.aliases(OUT_OF_RANGE).help("name a port of the container, such as `8080`");
        }
    }
    for step in cx.steps_of(Keyword::Expose) {
        let InstructionKind::Expose(ports) = &step.instruction.kind else { continue };
        for port in ports {
            mapping(sink, step, port);
        }
    }
}

fn mapping(sink: &mut Sink<'_>, step: &Step<'_>, word: &Word) {
    for port in step.value(word).split(' ').filter(|port| !port.is_empty()) {
        let Ok(PortSpec { host: Some(host), .. }) = PortSpec::parse(port) else { continue };
        let kept = &port[host.end..];
        let ignored = &port[..host.end - 1];
        let message = format!("EXPOSE cannot map ports: `{ignored}` has no effect");
        let report = sink
            .report(word.span(), message)
            .severity(Severity::Warning)
            .alias("ExposeInvalidFormat")
            .help(format!("write `EXPOSE {kept}`"));
        if word.text() == port
            && let Some(span) = word.locate_exactly(host)
        {
            report.fix(format!("take `{ignored}:` out"), Effect::Identical, vec![Edit::delete(span)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn addresses_and_ports_of_the_host_are_taken_out() {
        fixes!("EXPOSE 80 127.0.0.1:8443:443/tcp\n" => "EXPOSE 80 443/tcp\n");
    }

    #[test]
    fn what_is_no_port_is_an_error() {
        fires!("EXPOSE «http» «70000» 80\n");
        let found = findings(&META, check, "FROM a\nEXPOSE 70000\n");
        assert_eq!((found[0].severity, found[0].aliases.as_slice()), (Severity::Error, OUT_OF_RANGE));
    }

    #[test]
    fn variables_count_with_their_values() {
        fires!("ARG PORT=1:2\nEXPOSE «$PORT»\n");
        silent!("ARG PORT\nEXPOSE $PORT ${OTHER:-80} $UNKNOWN/tcp\n");
    }

    #[test]
    fn ranges_and_protocols_are_fine() {
        silent!("EXPOSE 80 8000-8010/udp 53/UDP\n");
    }
}
