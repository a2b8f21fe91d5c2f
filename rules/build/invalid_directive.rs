//! A parser directive that BuildKit refuses.
//!
//! ## Why
//! The comments at the very top, `# syntax=`, `# escape=` and `# check=`, steer the parser. Each may stand once, and
//! the escape character is a backslash or a backtick. With anything else BuildKit refuses the file.
//!
//! ## Example
//! ```dockerfile,bad
//! # escape=^
//! FROM debian:13
//! ```
//! ```dockerfile,good
//! # escape=`
//! FROM debian:13
//! ```
//!
//! ## Fix
//! None: which of the directives is meant is for you to say.
//!
//! ## Sources
//! BuildKit, `frontend/dockerfile/parser/directives.go`.

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::ProblemKind;

pub const META: Meta =
    Meta { name: "build/invalid-directive", severity: Severity::Error, is_refusal: true, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for problem in &cx.file.problems {
        let advice = match problem.kind {
            ProblemKind::InvalidEscape { .. } => "write `# escape=\\` or `` # escape=` ``, or take the line out",
            ProblemKind::RepeatedDirective { .. } => "keep one of them",
            _ => continue,
        };
        sink.report(problem.span, problem.kind.to_string()).help(advice);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_second_directive_of_a_name_is_reported() {
        fires!("# syntax=a\n«# syntax=b»\nFROM c\n");
    }

    #[test]
    fn comments_further_down_are_no_directives() {
        silent!("# escape=`\nFROM a\n# escape=x\n");
    }
}
