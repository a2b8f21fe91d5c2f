//! An instruction before the first FROM that may not stand there.
//!
//! ## Why
//! Before the first FROM there is no image that an instruction could change. Only ARG may stand there, for variables
//! that the FROM lines use; with anything else BuildKit refuses the file.
//!
//! ## Example
//! ```dockerfile,bad
//! ENV LANG=C.UTF-8
//! FROM debian:13
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! ENV LANG=C.UTF-8
//! ```
//!
//! ## Fix
//! None: with several stages it is not clear which one the instruction belongs to.
//!
//! ## Sources
//! BuildKit, `frontend/dockerfile/instructions/parse.go`: "no build stage in current context"; hadolint DL3061.

use crate::finding::Severity;
use crate::ir::BuildProblemKind;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "build/misplaced-instruction",
    severity: Severity::Error,
    aliases: &["DL3061"],
    is_refusal: true,
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let from = cx.build.stages.first().map(|stage| stage.instruction.keyword_span());
    for problem in &cx.build.problems {
        if !matches!(problem.kind, BuildProblemKind::BeforeFrom { .. }) {
            continue;
        }
        let report = sink.report(problem.span, problem.kind.to_string());
        match from {
            Some(from) => report.related(from, "the first FROM").help("move it behind the FROM"),
            None => report.help("start with `FROM IMAGE`"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn each_instruction_before_from_is_reported() {
        fires!("«ENV» a=b\n«run» c\nFROM d\n");
    }

    #[test]
    fn arg_may_stand_before_from() {
        silent!("ARG a\nFROM b\n");
    }
}
