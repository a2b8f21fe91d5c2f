//! A FROM that makes no sense unless a build argument is given.
//!
//! ## Why
//! With the defaults of its ARGs alone, the name of the base image is empty or malformed, so `docker build .` fails.
//! A default that works lets everybody build the file, and still lets `--build-arg` choose.
//!
//! ## Example
//! ```dockerfile,bad
//! ARG BASE
//! FROM $BASE
//! ```
//! ```dockerfile,good
//! ARG BASE=debian:13
//! FROM $BASE
//! ```
//!
//! ## Fix
//! None: a sensible default is yours to choose.
//!
//! ## Sources
//! BuildKit, InvalidDefaultArgInFrom.

use crate::finding::Severity;
use crate::ir::{ImageReference, Stage};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "build/invalid-default-arg-in-from",
    severity: Severity::Info,
    aliases: &["InvalidDefaultArgInFrom"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // What an ARG is worth that cannot be expanded is another matter: `build/unresolvable-variable`.
    if cx.build.global_args.iter().any(|arg| arg.pair.value.is_some() && arg.value.is_none()) {
        return;
    }
    for stage in &cx.build.stages {
        // BuildKit looks no further once a name cannot be expanded.
        let Some(image) = &stage.image else { break };
        if ImageReference::parse(&image.value).is_ok() {
            continue;
        }
        let arg = declared_arg(cx, stage);
        if arg.is_none() && !cx.options.exactly_buildkit {
            continue; // No build argument would help: `build/invalid-image-name` has it.
        }
        let message = match image.value.as_str() {
            "" => format!("`{}` is empty unless a build argument is given", stage.from.image.text()),
            value => format!("`{value}` is no image unless a build argument changes it"),
        };
        let report = sink.report(stage.from.image.span(), message);
        match arg {
            Some((name, span)) => {
                report.related(span, "its default").help(format!("give `ARG {name}` a default that works"))
            }
            None => report.help("write a name that an image can have"),
        };
    }
}

/// An ARG that the name is made of, and its place.
fn declared_arg<'a>(cx: &Context<'a>, stage: &Stage<'_>) -> Option<(&'a str, crate::source::Span)> {
    let references = &stage.image.as_ref()?.references;
    cx.build
        .global_args
        .iter()
        .rev()
        .find(|arg| references.iter().any(|reference| reference.name == arg.pair.name.text()))
        .map(|arg| (arg.pair.name.text(), arg.pair.span()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn empty_and_malformed_names_are_reported() {
        fires!("ARG A\nARG B=<name>\nFROM «$A»\nFROM «${B}»\n");
        fires!("ARG A\nFROM «alpine:$A»\n");
    }

    #[test]
    fn names_without_build_arguments_are_left_to_the_error() {
        silent!("FROM Uppercase\nFROM $UNDECLARED\n");
    }

    #[test]
    fn defaults_that_work_are_fine() {
        silent!("ARG A=3\nFROM alpine:$A\nFROM alpine:${B:-3}\n");
    }
}
