//! An image without a digest.
//!
//! ## Why
//! A tag can be moved: each rebuild of `node:26-trixie` is another image under the same name, and whoever gets hold of
//! the registry account can put anything there. A digest (`@sha256:...`) names one image for ever. It has to be kept
//! fresh by a tool such as Renovate or Dependabot, or the image never gets a fix again: that is why this rule has to be
//! asked for.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:26-trixie
//! ```
//! ```dockerfile,good
//! FROM node:26-trixie@sha256:e4bf2a82ad0a4037d28035ae71529873c069b13eb0455466ae0bc13363826e34
//! ```
//!
//! ## Fix
//! None: only the registry knows the digest, and dfx asks nobody.
//!
//! ## Sources
//! Docker, "Building best practices": pin base image versions; Sonar S7023; Semgrep dockerfile-source-not-pinned; SLSA.

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "pin/missing-digest",
    severity: Severity::Info,
    aliases: &["S7023", "dockerfile-source-not-pinned", "S6497", "best-practices/pin-digest"],
    cwe: Some(494),
    security_severity: Some(30),
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for found in cx.build.image_uses() {
        if found.image.is_digest_pinned() || found.is_local() || found.is_repeat || !found.stage.is_reachable {
            continue;
        }
        let image = found.name_and_tag();
        sink.report(found.span, format!("`{image}` is not pinned by a digest"))
            .related_all(found.tag_defaults())
            .help(format!("append the digest that `docker buildx imagetools inspect {image}` shows"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn images_of_copy_and_mounts_count() {
        fires!("FROM scratch\nCOPY --from=«composer:2» /usr/bin/composer /\n");
    }

    #[test]
    fn stages_and_local_images_have_no_digest() {
        silent!("FROM own AS a\nFROM a\n");
    }
}
