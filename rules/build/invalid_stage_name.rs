//! A stage name that BuildKit refuses.
//!
//! ## Why
//! A stage's name starts with a letter and goes on with letters, digits, `-`, `_` and `.`. A name that starts with a
//! digit could be mistaken for a stage's number, and BuildKit refuses the file.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM golang:1.25 AS 1build
//! ```
//! ```dockerfile,good
//! FROM golang:1.25 AS build1
//! ```
//!
//! ## Fix
//! None: the name may be known to the scripts that build the file.
//!
//! ## Sources
//! BuildKit, `frontend/dockerfile/instructions/parse.go`: "invalid name for build stage".

use crate::finding::Severity;
use crate::ir::BuildProblemKind;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "build/invalid-stage-name", severity: Severity::Error, is_refusal: true, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for problem in &cx.build.problems {
        if matches!(problem.kind, BuildProblemKind::InvalidStageName { .. }) {
            sink.report(problem.span, problem.kind.to_string()).help("rename the stage");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn digits_at_the_start_and_symbols_are_refused() {
        fires!("FROM a AS «1»\nFROM b AS «c/d»\nFROM e AS «$f»\n");
    }

    #[test]
    fn letters_digits_and_three_symbols_are_fine() {
        silent!("FROM a AS Build-1.2_x\n");
    }
}
