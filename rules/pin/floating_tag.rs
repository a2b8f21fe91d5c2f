//! A tag that moves on to the next release line: `python:3`, `node:lts`, `alpine:edge`, `debian:stable`.
//!
//! ## Why
//! Such a tag is `latest` with limits. The day `python:3` becomes the next 3.x, wheels are missing and deprecated
//! functions are gone; the day `debian:stable` becomes the next release, packages are. Nothing in the file has changed.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM python:3-slim
//! ```
//! ```dockerfile,good
//! FROM python:3.14-slim-trixie
//! ```
//!
//! ## Fix
//! None: which version the program was made for, only its authors know. dfx names the tag that it meant when its tables
//! were made.
//!
//! ## Sources
//! The manifests of docker-library/official-images; Docker, "Building best practices": pin base image versions.

use crate::finding::Severity;
use crate::knowledge::{images, made_on};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "pin/floating-tag", severity: Severity::Info, ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for found in cx.build.image_uses() {
        let name = found.name();
        let Some(tag) = found.image.tag.as_deref().filter(|_| !found.image.is_digest_pinned()) else { continue };
        if !images::is_floating(&name, tag) || found.is_repeat || !found.stage.is_reachable {
            continue;
        }
        let help = match images::fixed_tag(&name, Some(tag), cx.options.today) {
            Some(fixed) => format!("write `{name}:{fixed}`, which is what it meant on {}", made_on::IMAGES),
            None => "name the release line that this file was written for".to_owned(),
        };
        sink.report(found.tag_span(), format!("`{name}:{tag}` moves on to the next release line"))
            .related_all(found.tag_defaults())
            .help(help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn tags_without_a_release_line_float() {
        fires!("FROM node:«lts-alpine»\n");
        fires!("FROM alpine:«edge»\n");
        fires!("FROM debian:«stable-slim»\n");
    }

    #[test]
    fn a_release_line_or_a_digest_holds() {
        silent!("FROM node:26-alpine\n");
        silent!("FROM debian:trixie\n");
        silent!("FROM node:lts@sha256:e4bf2a82ad0a4037d28035ae71529873c069b13eb0455466ae0bc13363826e34\n");
    }
}
