//! A value that the instruction does not take.
//!
//! ## Why
//! BuildKit reads some values only while it builds: a file mode, a signal, the network of a RUN. What it cannot read
//! ends the build, after everything before it has run.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! COPY --chmod=rwxr-xr-x entrypoint.sh /
//! STOPSIGNAL SIGSTOPP
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! COPY --chmod=0755 entrypoint.sh /
//! STOPSIGNAL SIGSTOP
//! ```
//!
//! ## Fix
//! None: the value that is meant cannot be told for sure.
//!
//! ## Sources
//! BuildKit, `dockerfile2llb/convert_copy.go` ("invalid chmod parameter", "source can't be a URL for COPY"),
//! `convert.go` (VOLUME, STOPSIGNAL), `instructions/commands_runnetwork.go`, `commands_runsecurity.go`.

use crate::finding::Severity;
use crate::ir::BuildProblemKind;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "build/invalid-value", severity: Severity::Error, is_refusal: true, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for problem in &cx.build.problems {
        if let BuildProblemKind::InvalidValue { reason, advice } = &problem.kind {
            sink.report(problem.span, reason.as_str()).help(advice.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn values_that_buildkit_cannot_read_are_reported() {
        for text in [
            "COPY --chmod=«888» a b\n",
            "ADD --chmod=«0o755» a b\n",
            "STOPSIGNAL «SIGNONE»\n",
            "VOLUME [«»\"\"]\n",
            "RUN --network=«bridge» a\n",
            "RUN --security=«none» a\n",
            "COPY «https://example.org/a» b\n",
            "ADD «--checksum=sha256:0» https://example.org/a https://example.org/b /c/\n",
        ] {
            fires!(text);
        }
    }

    #[test]
    fn octal_and_symbolic_modes_and_signals_by_number_or_name_are_fine() {
        silent!(concat!(
            "COPY --chmod=755 a b\nCOPY --chmod=u=rwX,go=rX a b\nCOPY --chmod=+x a b\nCOPY --chmod=$MODE a b\n",
            "STOPSIGNAL 9\nSTOPSIGNAL SIGRTMIN+3\nSTOPSIGNAL term\nSTOPSIGNAL $SIGNAL\nRUN --network=none a\n",
            "ADD https://example.org/a b\nVOLUME /a\n",
        ));
    }
}
