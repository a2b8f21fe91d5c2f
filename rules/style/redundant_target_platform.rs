//! `--platform=$TARGETPLATFORM`, which is the default.
//!
//! ## Why
//! Without the flag, BuildKit takes the base image for the platform that the build is for, and that is what
//! `TARGETPLATFORM` holds. The flag says nothing, and makes the reader look for a reason.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM --platform=$TARGETPLATFORM debian:13
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! ```
//!
//! ## Fix
//! Takes the flag out. The image is *identical*.
//!
//! ## Sources
//! BuildKit, RedundantTargetPlatform; hadolint DL3065.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;

pub const META: Meta = Meta {
    name: "style/redundant-target-platform",
    severity: Severity::Style,
    effect: Some(Effect::Identical),
    aliases: &["RedundantTargetPlatform", "DL3065"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let target = cx.build.global_variables().variable("TARGETPLATFORM").and_then(|target| target.value.as_deref());
    for stage in &cx.build.stages {
        let (Some(flag), Some(platform)) = (stage.instruction.flag("platform"), &stage.platform_expansion) else {
            continue;
        };
        let is_target_alone = !platform.references.is_empty()
            && platform.references.iter().all(|reference| reference.is_set && reference.name == "TARGETPLATFORM");
        if !is_target_alone || Some(platform.value.as_str()) != target {
            continue;
        }
        let report = sink
            .report(flag.span, format!("`{}` is what FROM does by itself", cx.text(flag.span)))
            .help("take the flag out");
        let between = Span::new(flag.span.end, stage.from.image.span().start);
        if cx.text(between).bytes().all(|byte| matches!(byte, b' ' | b'\t')) {
            let edit = Edit::delete(flag.span.cover(between));
            report.fix("take the flag out", Effect::Identical, vec![edit]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_flag_is_taken_out() {
        fixes!("FROM --platform=${TARGETPLATFORM:-linux/amd64}  a AS b\n" => "FROM a AS b\n");
    }

    #[test]
    fn other_platforms_say_something() {
        silent!("FROM --platform=$BUILDPLATFORM a\nFROM --platform=linux/$TARGETARCH b\n");
    }
}
