//! Two stages of the same name.
//!
//! ## Why
//! A name that two stages have means the later one: `--target` and `COPY --from` never reach the first. BuildKit
//! compares names without regard to case.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM golang:1.25 AS build
//! FROM node:24 AS build
//! FROM nginx:1.29
//! COPY --from=build /dist /usr/share/nginx/html
//! ```
//! ```dockerfile,good
//! FROM golang:1.25 AS server
//! FROM node:24 AS build
//! FROM nginx:1.29
//! COPY --from=build /dist /usr/share/nginx/html
//! ```
//!
//! ## Fix
//! None: a new name is yours to choose, and so is which of the two a `--from` means.
//!
//! ## Sources
//! BuildKit, DuplicateStageName; hadolint DL3024; Trivy DS-0012; Checkov CKV_DOCKER_11; KICS f2daed12.

use std::collections::HashMap;

use crate::rules::{Context, Meta, Sink};
use crate::source::Span;

pub const META: Meta = Meta {
    name: "build/duplicate-stage-name",
    aliases: &["DuplicateStageName", "DL3024", "DS-0012", "CKV_DOCKER_11", "KICS-f2daed12"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut seen: HashMap<String, Span> = HashMap::new();
    for stage in &cx.build.stages {
        let (Some(name), Some(written)) = (stage.name(), &stage.from.name) else { continue };
        let span = written.word.span();
        if let Some(earlier) = seen.insert(name, span) {
            sink.report(span, format!("another stage is called `{}` already", written.word.text()))
                .related(earlier, "this stage can no longer be named")
                .help("give each stage a name of its own");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn names_are_compared_without_regard_to_case() {
        fires!("FROM a AS b\nFROM c AS «B»\nFROM d AS «b»\n");
    }

    #[test]
    fn stages_without_names_are_never_the_same() {
        silent!("FROM a\nFROM a\nFROM b AS c\n");
    }
}
