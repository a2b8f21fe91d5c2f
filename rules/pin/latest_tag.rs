//! An image with the tag `latest`.
//!
//! ## Why
//! `latest` is no version. It is the tag that the builder takes where none is given, and it moves to each new release:
//! one day the same file builds on another major version, and nothing in the file shows on which it built before.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM python:latest
//! ```
//! ```dockerfile,good
//! FROM python:3.14-trixie
//! ```
//!
//! ## Fix
//! None: which version the program was made for, only its authors know. For official images dfx names the tag that
//! `latest` meant when its tables were made.
//!
//! ## Sources
//! hadolint DL3007; KICS; dockle DKL-DI-0006; Docker, "Building best practices": pin base image versions.

use crate::knowledge::{images, made_on};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "pin/latest-tag",
    aliases: &["DL3007", "KICS-f45ea400", "avoid-latest-version", "DKL-DI-0006"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for found in cx.build.image_uses() {
        let is_latest = found.image.tag.as_deref() == Some("latest") && !found.image.is_digest_pinned();
        let is_known = found.stage.is_reachable && !found.is_repeat && !found.is_local() && !found.has_no_versions();
        // Of an image that was given up as a whole, no tag is worth a pin.
        let is_given_up = found.facts().is_some_and(|facts| facts.notice.is_some());
        if !is_latest || !is_known || is_given_up {
            continue;
        }
        let name = found.name();
        let help = match images::fixed_tag(&name, None, cx.options.today) {
            Some(tag) => format!("write `{name}:{tag}`, which is what it meant on {}", made_on::IMAGES),
            None => "name the tag of the version that this file was written for".to_owned(),
        };
        sink.report(found.tag_span(), format!("`{name}:latest` is another image after each release"))
            .related_all(found.tag_defaults())
            .weight(cx.weight_of_base_images())
            .help(help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_tag_is_reported_wherever_an_image_is_named() {
        fires!("FROM a/b:«latest» AS x\nCOPY --from=ghcr.io/astral-sh/uv:«latest» /uv /bin/\n");
        fires!("ARG TAG=latest\nFROM node:«$TAG»\n");
    }

    #[test]
    fn a_digest_decides_whatever_the_tag_says() {
        silent!("FROM node:latest@sha256:e4bf2a82ad0a4037d28035ae71529873c069b13eb0455466ae0bc13363826e34\n");
    }

    #[test]
    fn repositories_without_versions_and_local_images_are_left_alone() {
        silent!("FROM cgr.dev/chainguard/static:latest\n");
        silent!("FROM my-base:latest\n");
    }
}
