//! The final stage stands on the full variant of an image that has a slim one.
//!
//! ## Why
//! `node:22` and `python:3.13` are built on `buildpack-deps`: compilers, headers and version control systems for
//! whatever a package may want to compile. The `-slim` variant has the same interpreter without them. A finished program
//! mostly needs nothing else.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:22-bookworm
//! COPY server.js /
//! CMD ["node", "/server.js"]
//! ```
//! ```dockerfile,good
//! FROM node:22-bookworm-slim
//! COPY server.js /
//! CMD ["node", "/server.js"]
//! ```
//!
//! ## Fix
//! None: a program may call one of the tools, or a library that comes with them.
//!
//! ## Sources
//! The descriptions of Docker's official images, "Image Variants"; the Dockerfiles of `buildpack-deps`.

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "size/full-base-image", severity: Severity::Info, ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(last) = cx.final_stage() else { return };
    let (Some(root), Some(facts)) = (cx.build.root(last.index), cx.build.image_facts(last.index)) else { return };
    let Some(configuration) = facts.configuration.filter(|it| !facts.slim && it.buildpack_deps == Some("full")) else {
        return;
    };
    let Some(slim) = configuration.slim_sibling.filter(|_| !root.from.image.text().contains('$')) else { return };
    let image = root.from.image.text();
    sink.report(root.from.image.span(), format!("`{image}` brings compilers and headers along"))
        .help(format!("try `{}`", of_same_version(slim, image)));
}

/// The name of the slim variant with the version that the file names: the table has the shortest of several names for the
/// same image, `python:3-slim` for `python:3.14-slim`.
fn of_same_version(slim: &str, image: &str) -> String {
    let parts = (slim.rsplit_once(':'), image.rsplit_once(':'));
    let (Some((repository, tag)), Some((_, written))) = parts else { return slim.to_owned() };
    match (version_of(tag), version_of(written)) {
        ("", _) | (_, "") => slim.to_owned(),
        (shortest, version) => format!("{repository}:{version}{}", &tag[shortest.len()..]),
    }
}

/// The digits and dots at the front of a tag.
fn version_of(tag: &str) -> &str {
    &tag[..tag.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(tag.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn build_stages_may_be_full() {
        silent!("FROM node:22-bookworm AS a\nFROM node:22-bookworm-slim\nCOPY --from=a /x /x\n");
        fires!("FROM «python:3.13-bookworm» AS a\nFROM a\n");
    }

    #[test]
    fn the_slim_variant_is_of_the_same_version() {
        assert_eq!(of_same_version("python:3-slim", "python:3.14"), "python:3.14-slim");
        assert_eq!(of_same_version("pypy:3-slim-bullseye", "pypy:3.9-bullseye"), "pypy:3.9-slim-bullseye");
        assert_eq!(of_same_version("ruby:4-slim", "ruby:latest"), "ruby:4-slim");
        assert_eq!(of_same_version("node:8-slim", "node:carbon"), "node:8-slim");
    }

    #[test]
    fn other_images_have_no_slim_variant() {
        silent!("FROM alpine:3.22\n");
        silent!("FROM example.com/node:22\n");
    }
}
