//! An image name that no image can have.
//!
//! ## Why
//! The name of an image is a registry, a path in lower case, a tag and a digest. BuildKit refuses anything else, and
//! also a name that is empty once its variables are replaced.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM Base:1.0
//! ```
//! ```dockerfile,good
//! FROM base:1.0
//! ```
//!
//! ## Fix
//! None: the name that is meant may be quite another. A name that is wrong only because an ARG has no default, or one
//! that stands for something to be passed in, is reported by `build/invalid-default-arg-in-from` instead.
//!
//! ## Sources
//! BuildKit, `dockerfile2llb/convert.go`: "base name should not be blank", "failed to parse stage name";
//! distribution/reference.

use crate::finding::Severity;
use crate::ir::{BuildProblem, BuildProblemKind};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "build/invalid-image-name", severity: Severity::Error, is_refusal: true, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for problem in &cx.build.problems {
        let advice = match &problem.kind {
            BuildProblemKind::BlankBaseName { .. } => {
                "declare the variable with `ARG NAME=IMAGE` before the first FROM"
            }
            BuildProblemKind::InvalidImage { name, .. } if is_uppercase_only_fault(name) => {
                "write the name in lower case"
            }
            BuildProblemKind::InvalidImage { .. } => "write it as `registry/path:tag`",
            _ => continue,
        };
        if cx.options.exactly_buildkit || !waits_for_build_arg(cx, problem) {
            sink.report(problem.span, problem.kind.to_string()).help(advice);
        }
    }
}

fn is_uppercase_only_fault(name: &str) -> bool {
    name.bytes().any(|byte| byte.is_ascii_uppercase())
        && crate::ir::ImageReference::parse(&name.to_ascii_lowercase()).is_ok()
}

/// Whether the name comes out of an ARG, which the command line is meant to give.
fn waits_for_build_arg(cx: &Context<'_>, problem: &BuildProblem) -> bool {
    let stage = problem.stage.and_then(|stage| cx.build.stages.get(stage));
    let Some(stage) = stage.filter(|stage| stage.from.image.span() == problem.span) else { return false };
    let declared = |name: &str| cx.build.global_args.iter().any(|arg| arg.pair.name.text() == name);
    stage.image.as_ref().is_some_and(|image| image.references.iter().any(|reference| declared(&reference.name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn what_no_image_can_be_called_is_reported() {
        fires!("FROM «A:b»\n");
        fires!("FROM «<your-name>/b»\n");
        fires!("FROM a\nCOPY --from=«x/B» d e\n");
    }

    #[test]
    fn a_variable_that_nobody_declares_leaves_the_name_blank() {
        fires!("FROM «$BASE»\n");
    }

    #[test]
    fn a_name_that_the_command_line_gives_is_left_to_its_own_rule() {
        silent!("ARG BASE\nFROM $BASE\n");
        silent!("ARG BASE=REPLACE-ME\nFROM ${BASE}\n");
    }

    #[test]
    fn stages_and_scratch_are_names() {
        silent!("FROM scratch AS Build\nFROM build\nCOPY --from=Build a b\n");
    }
}
