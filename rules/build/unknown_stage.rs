//! A `--from` that names an image where a stage of nearly the same name exists.
//!
//! ## Why
//! What is not the name of an earlier stage is taken for an image. So a misspelt stage becomes an image that does not
//! exist, or worse, one of somebody else's.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM golang:1.25 AS builder
//! RUN go build -o /app .
//!
//! FROM debian:13
//! COPY --from=bulider /app /usr/local/bin/
//! ```
//! ```dockerfile,good
//! FROM golang:1.25 AS builder
//! RUN go build -o /app .
//!
//! FROM debian:13
//! COPY --from=builder /app /usr/local/bin/
//! ```
//!
//! ## Fix
//! None: dfx suggests the stage that comes nearest.
//!
//! ## Sources
//! Dockerfile reference, COPY --from; hadolint DL3022; KICS 68a51e22.

use crate::finding::Severity;
use crate::ir::{Base, ImageReference, Stage, closest};
use crate::knowledge::images::is_official;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;

pub const META: Meta = Meta {
    name: "build/unknown-stage",
    severity: Severity::Error,
    aliases: &["DL3022", "KICS-68a51e22"],
    ..Meta::on_by_default()
};

/// Stages before this one with whose names a word is compared; all of them would take quadratic time in a file of
/// thousands of stages, and no file of the corpus has thirty.
const STAGES_COMPARED: usize = 100;

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in &cx.build.stages {
        if let Base::Image(image) = &stage.base {
            misspelt(cx, sink, stage, image, stage.from.image.span());
        }
        for source in stage.steps.iter().flat_map(|step| &step.sources) {
            if let Base::Image(image) = &source.source {
                misspelt(cx, sink, stage, image, source.word.span());
            }
        }
    }
}

fn misspelt(cx: &Context<'_>, sink: &mut Sink<'_>, stage: &Stage<'_>, image: &ImageReference, span: Span) {
    let written = cx.text(span);
    // An image with a tag, a namespace or a fame of its own is meant as one.
    if written.contains(['/', ':', '@', '$', '.']) || is_official(&image.repository) {
        return;
    }
    let earlier = &cx.build.stages[stage.index.saturating_sub(STAGES_COMPARED)..stage.index];
    let names: Vec<String> = earlier.iter().filter_map(Stage::name).collect();
    let Some(meant) = closest(&written.to_lowercase(), names.iter().map(String::as_str)) else { return };
    let named = earlier.iter().rfind(|stage| stage.name().as_deref() == Some(meant));
    let report = sink.report(span, format!("`{written}` is no stage of this file, so BuildKit looks for an image"));
    let report = report.help(format!("did you mean `{meant}`?"));
    if let Some(name) = named.and_then(|stage| stage.from.name.as_ref()) {
        report.related(name.word.span(), "a stage of nearly the same name");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_misspelt_stage_is_reported_wherever_it_is_named() {
        fires!(concat!(
            "FROM a AS builder\nFROM «bilder»\nCOPY --from=«builde» b c\n",
            "RUN --mount=from=«buidler»,target=/d e\n",
        ));
    }

    #[test]
    fn images_are_images() {
        silent!("FROM a AS nginy\nFROM b\nCOPY --from=nginx c d\nCOPY --from=org/nginy e f\nCOPY --from=other g h\n");
    }
}
