//! A `--from` that cannot lead to the stage it names.
//!
//! ## Why
//! `--from` takes the name or the number of a stage that comes before this one, or an image. BuildKit refuses a number
//! that no stage has, the stage itself, a stage further down, and a variable, which it does not replace here.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM golang:1.25 AS build
//! RUN go build -o /app .
//!
//! FROM debian:13
//! COPY --from=2 /app /usr/local/bin/
//! ```
//! ```dockerfile,good
//! FROM golang:1.25 AS build
//! RUN go build -o /app .
//!
//! FROM debian:13
//! COPY --from=build /app /usr/local/bin/
//! ```
//!
//! ## Fix
//! None: which stage holds the files is not written anywhere else.
//!
//! ## Sources
//! BuildKit, `dockerfile2llb/convert.go`: "invalid stage index", "circular dependency detected", "it needs to be
//! defined before current stage"; hadolint DL3023; Trivy DS-0006; KICS cdddb86f.

use crate::finding::Severity;
use crate::ir::BuildProblemKind;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "build/invalid-stage-reference",
    severity: Severity::Error,
    aliases: &["DL3023", "DS-0006", "KICS-cdddb86f"],
    is_refusal: true,
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for problem in &cx.build.problems {
        let stage = problem.stage.and_then(|stage| cx.build.stages.get(stage));
        let advice = match &problem.kind {
            BuildProblemKind::NoSuchStage { .. } => match stage.map_or(0, |stage| stage.index) {
                0 => "name an image: there is no stage before this one".to_owned(),
                1 => "use `0`, or the name of the stage before this one".to_owned(),
                count => format!("use a number from 0 to {}, or better a stage's name", count - 1),
            },
            BuildProblemKind::CircularStages => "copy from another stage, or use RUN cp within this one".to_owned(),
            BuildProblemKind::LaterStage { .. } => "move that stage before this one".to_owned(),
            BuildProblemKind::VariableInFrom { word } => {
                format!("write `FROM {word} AS NAME` as a stage of its own and `--from=NAME` here")
            }
            _ => continue,
        };
        let report = sink.report(problem.span, problem.kind.to_string()).help(advice);
        if let Some(stage) = stage.filter(|_| problem.kind == BuildProblemKind::CircularStages) {
            report.related(stage.instruction.keyword_span(), "this very stage");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn numbers_beyond_the_stages_before_are_reported() {
        fires!("FROM a\nFROM b\nCOPY --from=«1» c d\n");
    }

    #[test]
    fn a_stage_cannot_copy_from_itself_or_from_below() {
        fires!("FROM a AS x\nCOPY --from=«X» b c\n");
        fires!("FROM a\nCOPY --from=«x» b c\nFROM d AS x\n");
    }

    #[test]
    fn variables_are_not_replaced() {
        fires!("ARG v\nFROM a\nCOPY --from=«img:$v» b c\nRUN --mount=from=«$v»,target=/x d\n");
    }

    #[test]
    fn names_numbers_and_images_are_fine() {
        silent!("FROM a AS x\nFROM b\nCOPY --from=0 c d\nCOPY --from=x c d\nCOPY --from=nginx:1 c d\n");
    }
}
