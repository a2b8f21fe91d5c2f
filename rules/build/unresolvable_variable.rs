//! A variable that BuildKit cannot replace.
//!
//! ## Why
//! BuildKit replaces variables itself, and knows less than a shell: `${x:-default}`, `${x:+other}`, `${x:?message}`,
//! `${x#pattern}`, `${x%pattern}` and `${x/pattern/text}`. At anything else, at a quote that is never closed, and at
//! `${x:?message}` without a value, it stops the build.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! ARG NAME=App
//! ENV LOWER=${NAME:lower}
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! ARG NAME=App
//! ENV LOWER=${NAME:-app}
//! ```
//!
//! ## Fix
//! None: what the author hoped for is another expression, or a RUN.
//!
//! ## Sources
//! BuildKit, `frontend/dockerfile/shell/lex.go`; Dockerfile reference, "Environment replacement".

use crate::finding::Severity;
use crate::ir::BuildProblemKind;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::expansion::ExpansionErrorKind;

pub const META: Meta =
    Meta { name: "build/unresolvable-variable", severity: Severity::Error, is_refusal: true, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for problem in &cx.build.problems {
        if let BuildProblemKind::Expansion(error) = &problem.kind {
            sink.report(problem.span, error.to_string()).help(advice(&error.kind));
        }
    }
}

fn advice(error: &ExpansionErrorKind) -> String {
    match error {
        ExpansionErrorKind::UnterminatedSingleQuote => "close the quote, or put a backslash before it".to_owned(),
        ExpansionErrorKind::UnterminatedDoubleQuote => "close the quote, or put a backslash before it".to_owned(),
        ExpansionErrorKind::MissingBrace => "close the brace, or write `\\$` for a dollar sign".to_owned(),
        ExpansionErrorKind::MissingSlash => "write `${name/pattern/text}`".to_owned(),
        ExpansionErrorKind::BadSubstitution => "put a name behind `${`, or write `\\$` for a dollar sign".to_owned(),
        ExpansionErrorKind::UnsupportedModifier(_) => {
            "use `:-`, `:+`, `:?`, `#`, `%` or `/`, or work the value out in a RUN".to_owned()
        }
        ExpansionErrorKind::Unset { name, .. } | ExpansionErrorKind::Empty { name, .. } => {
            format!("give `{name}` a value with ARG or ENV before this line")
        }
        ExpansionErrorKind::InvalidPattern { .. } => "take the backslash out, or double it".to_owned(),
        ExpansionErrorKind::TooDeep | ExpansionErrorKind::TooLarge => "write it shorter".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_fault_is_reported_where_it_is() {
        fires!("FROM a:«»${templateOption:imageVariant}\n");
        fires!("ENV «»a=${b\n");
        fires!("ARG «»a=${b:?give b}\n");
    }

    #[test]
    fn a_run_is_left_to_the_shell() {
        silent!("RUN echo ${a:lower} ${b\n");
    }
}
