//! A file without FROM.
//!
//! ## Why
//! Every image is built on another one, or on `scratch`. A file that is empty or holds nothing but comments and ARG
//! names none, and BuildKit refuses it.
//!
//! ## Example
//! ```dockerfile,bad
//! ARG VERSION=1
//! ```
//! ```dockerfile,good
//! ARG VERSION=1
//! FROM debian:13
//! ```
//!
//! ## Fix
//! None: the base image is yours to choose.
//!
//! ## Sources
//! BuildKit, `frontend/dockerfile/parser/parser.go`: "file with no instructions"; `dockerfile2llb/convert.go`:
//! "dockerfile contains no stages to build".

use crate::finding::Severity;
use crate::ir::BuildProblemKind;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::ProblemKind;

pub const META: Meta =
    Meta { name: "build/no-stage", severity: Severity::Error, is_refusal: true, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let empty = cx.file.problems.iter().filter(|problem| problem.kind == ProblemKind::NoInstructions);
    let stageless = cx.build.problems.iter().filter(|problem| problem.kind == BuildProblemKind::NoStage);
    let faults = empty
        .map(|problem| (problem.span, problem.kind.to_string()))
        .chain(stageless.map(|problem| (problem.span, problem.kind.to_string())));
    for (span, message) in faults {
        sink.report(span, message).help("add `FROM IMAGE`, or `FROM scratch` to start from nothing");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    fn messages(text: &str) -> Vec<String> {
        findings(&META, check, text).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn an_empty_file_and_one_of_comments_alone_have_no_instructions() {
        assert_eq!(messages(""), ["the file has no instructions"]);
        assert_eq!(messages("# a\n\n"), ["the file has no instructions"]);
    }

    #[test]
    fn arg_alone_is_no_stage() {
        assert_eq!(messages("ARG a\n"), ["the file has no FROM, so there is nothing to build"]);
    }

    #[test]
    fn a_stage_is_enough() {
        silent!("FROM scratch\n");
    }
}
