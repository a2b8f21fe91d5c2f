//! A protocol of EXPOSE in upper case.
//!
//! ## Why
//! BuildKit reads `80/TCP` as `80/tcp`. Written in lower case the port looks as `docker ps` and `docker run --publish`
//! show it.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM nginx:1.29
//! EXPOSE 80/TCP
//! ```
//! ```dockerfile,good
//! FROM nginx:1.29
//! EXPOSE 80/tcp
//! ```
//!
//! ## Fix
//! Writes the protocol in lower case. The image is *identical*. Holds back where the protocol comes out of a variable.
//!
//! ## Sources
//! BuildKit, ExposeProtoCasing.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::PortSpec;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{InstructionKind, Keyword};

pub const META: Meta = Meta {
    name: "style/port-protocol-casing",
    severity: Severity::Style,
    effect: Some(Effect::Identical),
    aliases: &["ExposeProtoCasing"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.steps_of(Keyword::Expose) {
        let InstructionKind::Expose(words) = &step.instruction.kind else { continue };
        for word in words {
            for port in step.value(word).split(' ').filter(|port| !port.is_empty()) {
                let Ok(PortSpec { protocol: Some(protocol), .. }) = PortSpec::parse(port) else { continue };
                let written = &port[protocol.range()];
                let lower = written.to_lowercase();
                if lower == written {
                    continue;
                }
                let span = word.locate_exactly(protocol).filter(|_| word.text() == port);
                let report = sink
                    .report(span.unwrap_or(word.span()), format!("the protocol `{written}` is not in lower case"))
                    .help(format!("write `{lower}`"));
                if let Some(span) = span {
                    report.fix(format!("write `{lower}`"), Effect::Identical, vec![Edit::replace(span, &lower)]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn each_protocol_is_put_in_lower_case() {
        fixes!("EXPOSE 80/TCP 53/Udp\n" => "EXPOSE 80/tcp 53/udp\n");
    }

    #[test]
    fn a_protocol_out_of_a_variable_is_reported_without_a_fix() {
        let found = findings(&META, check, "FROM a\nENV P=80/TCP\nEXPOSE $P\n");
        assert!(found.len() == 1 && found[0].fix.is_none());
    }

    #[test]
    fn lower_case_and_no_protocol_are_fine() {
        silent!("EXPOSE 80 443/tcp\n");
    }
}
