//! An image without tag and digest.
//!
//! ## Why
//! Where no tag is given, the builder takes `latest`, whatever that is on the day of the build. The next major version
//! comes without anybody having asked for it, two machines build two images from one file, and last month's build
//! cannot be made again. `COPY --from` and mounts take images the same way.
//!
//! Names without a namespace that are none of Docker's official images are left alone: no registry has them, so they
//! were built on this machine or are named contexts. So are repositories that have no versions at all (distroless), and
//! build arguments that are the whole name (`FROM $BASE_IMAGE`): whoever runs the build is meant to set them.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node
//! ```
//! ```dockerfile,good
//! FROM node:26-trixie
//! ```
//!
//! ## Fix
//! None: which version the program was made for, only its authors know. For official images dfx names the tag that the
//! name meant when its tables were made.
//!
//! ## Sources
//! hadolint DL3006; Trivy DS-0001; Checkov CKV_DOCKER_7; KICS; Docker, "Building best practices": pin base image
//! versions.

use crate::knowledge::{images, made_on};
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;

pub const META: Meta = Meta {
    name: "pin/untagged-base-image",
    aliases: &["DL3006", "DS-0001", "CKV_DOCKER_7", "KICS-9efb0b2d", "missing-image-version", "S6596"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for found in cx.build.image_uses() {
        let is_open = found.image.tag.is_none() && !found.image.is_digest_pinned();
        let is_known = found.stage.is_reachable && !found.is_repeat && !found.is_local() && !found.has_no_versions();
        // Of an image that was given up as a whole, no tag is worth a pin.
        let is_given_up = found.facts().is_some_and(|facts| facts.notice.is_some());
        if !is_open || !is_known || is_given_up || is_callers_choice(cx, found.span) {
            continue;
        }
        let name = found.name();
        let help = match images::fixed_tag(&name, None, cx.options.today) {
            Some(tag) => format!("write `{name}:{tag}`, which is what it meant on {}", made_on::IMAGES),
            None => "name the tag of the version that this file was written for".to_owned(),
        };
        sink.report(found.span, format!("`{name}` has no tag: each build takes the `latest` of its day"))
            .related_all(found.tag_defaults())
            .weight(cx.weight_of_base_images())
            .help(help);
    }
}

/// Whether a build argument is the whole image, `FROM $BASE_IMAGE`: the argument is there for the caller to say more.
fn is_callers_choice(cx: &Context<'_>, span: Span) -> bool {
    let word = cx.text(span).trim_matches('"');
    let name = word.strip_prefix("${").and_then(|word| word.strip_suffix('}')).or_else(|| word.strip_prefix('$'));
    name.is_some_and(|name| name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Weight;
    use crate::rules::harness::*;

    #[test]
    fn a_name_alone_is_reported_in_from_copy_and_mounts() {
        fires!("FROM «ghcr.io/a/b»\nCOPY --from=«composer» /usr/bin/composer /usr/bin/\n");
        fires!("RUN --mount=from=«golang»,target=/go true\n");
    }

    #[test]
    fn a_file_that_builds_nothing_hardly_matters() {
        let weight = |text: &str| findings(&META, check, text)[0].weight;
        assert_eq!(weight("FROM alpine\nENV A=b\n"), Weight::Minor);
        assert_eq!(weight("FROM alpine\nRUN a\n"), Weight::Ordinary);
    }

    #[test]
    fn the_default_of_an_argument_is_reported_where_it_is_used() {
        fires!("ARG REGISTRY=ghcr.io\nFROM «$REGISTRY/a/b»\n");
        fires!("ARG NAME=b\nFROM «ghcr.io/a/$NAME» AS a\nFROM ghcr.io/a/$NAME\nCOPY --from=a /a /b\n");
    }

    #[test]
    fn an_argument_that_is_the_whole_image_is_the_callers_choice() {
        silent!("ARG BASE_IMAGE=quay.io/jupyter/base-notebook\nFROM $BASE_IMAGE\n");
        silent!("ARG BASE=node\nFROM ${BASE} AS a\n");
    }

    #[test]
    fn stages_scratch_digests_and_open_arguments_are_not_untagged() {
        silent!("FROM node:26 AS a\nFROM a AS b\nFROM scratch\nCOPY --from=b /a /a\n");
        silent!("FROM node@sha256:e4bf2a82ad0a4037d28035ae71529873c069b13eb0455466ae0bc13363826e34\n");
        silent!("ARG BASE\nFROM $BASE\n");
        silent!("FROM ${BASE}\n");
    }

    #[test]
    fn names_that_no_registry_has_are_local() {
        silent!("FROM my-base\n");
        silent!("FROM gcr.io/distroless/static-debian13\n");
    }

    #[test]
    fn a_stage_that_nobody_needs_is_not_judged() {
        silent!("FROM node AS unused\nFROM debian:13\n");
    }
}
