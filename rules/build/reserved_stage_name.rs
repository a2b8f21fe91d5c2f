//! A stage called `scratch` or `context`.
//!
//! ## Why
//! `scratch` is the empty image and `context` the build context. A stage of that name hides the one, or cannot be
//! told from the other where a build context is replaced.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13 AS scratch
//! ```
//! ```dockerfile,good
//! FROM debian:13 AS base
//! ```
//!
//! ## Fix
//! None: the new name is yours to choose.
//!
//! ## Sources
//! BuildKit, ReservedStageName; hadolint DL3063.

use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "build/reserved-stage-name", aliases: &["ReservedStageName", "DL3063"], ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in &cx.build.stages {
        let (Some(name), Some(written)) = (stage.name(), &stage.from.name) else { continue };
        let meaning = match name.as_str() {
            "scratch" => "the empty image",
            "context" => "the build context",
            _ => continue,
        };
        sink.report(written.word.span(), format!("`{}` is the name of {meaning}", written.word.text()))
            .help("give the stage another name");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn both_names_are_reserved_in_any_case() {
        fires!("FROM a AS «Scratch»\nFROM b AS «context»\n");
    }

    #[test]
    fn scratch_as_a_base_is_fine() {
        silent!("FROM scratch AS empty\n");
    }
}
