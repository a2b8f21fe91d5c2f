//! An image with a digest and no tag.
//!
//! ## Why
//! A digest says exactly which image is meant, but not to people: nobody sees which version it is, whether it is old,
//! or what to move to. The builder ignores a tag in front of a digest; people and update tools read it.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node@sha256:e4bf2a82ad0a4037d28035ae71529873c069b13eb0455466ae0bc13363826e34
//! ```
//! ```dockerfile,good
//! FROM node:26-trixie@sha256:e4bf2a82ad0a4037d28035ae71529873c069b13eb0455466ae0bc13363826e34
//! ```
//!
//! ## Fix
//! None: only the registry knows which tag it was.
//!
//! ## Sources
//! Renovate, "Docker: digest pinning"; Docker, "Building best practices".

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "pin/digest-without-tag", severity: Severity::Info, ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for found in cx.build.image_uses() {
        if found.image.is_digest_pinned() && found.image.tag.is_none() && !found.is_repeat {
            let name = found.name();
            sink.report(found.span, format!("`{name}` has a digest and no tag, so nobody sees its version"))
                .related_all(found.tag_defaults())
                .help(format!("write the tag between name and digest: `{name}:TAG@sha256:...`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn without_a_digest_there_is_nothing_to_name() {
        silent!("FROM node\n");
    }
}
