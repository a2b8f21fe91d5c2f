//! A `--platform` that is none.
//!
//! ## Why
//! A platform reads `os/architecture` or `os/architecture/variant`, such as `linux/arm64`. BuildKit refuses anything
//! else, and also a `--platform` that is empty once its variables are replaced: `BUILDPLATFORM` and `TARGETPLATFORM`
//! have values before the first FROM, other names only if an ARG gives them one.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM --platform=$BUILDPLATTFORM golang:1.25
//! ```
//! ```dockerfile,good
//! FROM --platform=$BUILDPLATFORM golang:1.25
//! ```
//!
//! ## Fix
//! None: a wrong guess would be another image.
//!
//! ## Sources
//! BuildKit, `dockerfile2llb/convert.go`: "empty platform value", "failed to parse platform"; containerd, `platforms`.

use crate::finding::Severity;
use crate::ir::{BuildProblem, BuildProblemKind, closest};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "build/invalid-platform", severity: Severity::Error, is_refusal: true, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for problem in &cx.build.problems {
        if matches!(problem.kind, BuildProblemKind::BlankPlatform | BuildProblemKind::InvalidPlatform { .. }) {
            sink.report(problem.span, problem.kind.to_string()).help(advice(cx, problem));
        }
    }
}

fn advice(cx: &Context<'_>, problem: &BuildProblem) -> String {
    let stage = problem.stage.and_then(|stage| cx.build.stages.get(stage));
    let unset = stage.and_then(|stage| stage.platform_expansion.as_ref()?.unmatched().next());
    match unset {
        Some(reference) => match closest(&reference.name, cx.build.global_variables().names()) {
            Some(name) => format!("did you mean `${name}`?"),
            None => format!("declare `ARG {}=linux/amd64` before the first FROM", reference.name),
        },
        None => "write it as `linux/amd64`, or use `$BUILDPLATFORM`".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn what_is_no_platform_is_reported() {
        fires!("FROM --platform=«alpine» a\nFROM --platform=«linux/amd64/v1/x» b\nFROM --platform=«$NONE» c\n");
    }

    #[test]
    fn the_platform_arguments_have_values() {
        silent!("FROM --platform=$BUILDPLATFORM a\nFROM --platform=linux/$TARGETARCH b\n");
    }
}
