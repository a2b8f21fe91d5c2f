//! npm is asked to empty its cache, and refuses.
//!
//! ## Why
//! Since npm 5 the cache repairs itself, and `npm cache clean` ends with an error that says so. With `--force` it empties
//! the cache.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24
//! COPY package.json package-lock.json ./
//! RUN npm ci && npm cache clean
//! ```
//! ```dockerfile,good
//! FROM node:24
//! COPY package.json package-lock.json ./
//! RUN npm ci && npm cache clean --force
//! ```
//!
//! Silent where the failure is caught, and where the base image may have an older npm.
//!
//! ## Fix
//! Adds `--force`. *Content*: what failed empties the cache.
//!
//! ## Sources
//! npm, `npm cache clean`; binnacle, `npmCacheCleanUseForce`.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, CommandWord};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "build/unforced-cache-clean",
    severity: Severity::Error,
    effect: Some(Effect::Content),
    aliases: &["npmCacheCleanUseForce"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for command in cx.commands.of_build().filter(|command| command.name() == Some("npm")) {
        let Some(verb) = cleaning_verb(command).filter(|_| !command.is_expected_to_fail() && has_npm_5(cx, command))
        else {
            continue;
        };
        let report = sink
            .report(command.span(), "`npm` refuses to empty its cache")
            .help("add `--force`, or take the command out and use a cache mount");
        if verb.is_contiguous {
            report.fix("add `--force`", Effect::Content, vec![Edit::insert(verb.span.end, " --force")]);
        }
    }
}

/// The verb of `npm cache clean` without `--force`, and without a name of something in the cache.
fn cleaning_verb<'c, 'b>(command: &'c Command<'b>) -> Option<&'c CommandWord<'b>> {
    let [cache, verb] = command.arguments() else { return None };
    let cleans = matches!(verb.value, Some("clean" | "clear" | "rm"));
    (cache.value == Some("cache") && cleans).then_some(verb)
}

/// Whether the image has Node.js 8 or later, which brought npm 5.
fn has_npm_5(cx: &Context<'_>, command: &Command<'_>) -> bool {
    let image = cx.build.root_image(command.step.stage);
    let is_node = image.is_some_and(|image| image.repository.rsplit('/').next() == Some("node"));
    let tag = image.and_then(|image| image.tag.as_deref()).unwrap_or("latest");
    let major = tag.split(['.', '-']).next().and_then(|major| major.parse::<u32>().ok());
    is_node && major.map_or(tag == "latest" || tag.starts_with("lts") || tag.starts_with("current"), |major| major >= 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_clean_without_force_is_reported() {
        fires!("FROM node:22-alpine\nRUN npm ci && «npm cache clear»\n");
    }

    #[test]
    fn who_forces_or_catches_it_is_fine() {
        silent!("FROM node:22\nRUN npm cache clean --force && npm cache verify\nRUN npm cache clean || true\n");
    }

    #[test]
    fn an_old_npm_needs_no_force() {
        silent!("FROM node:6\nRUN npm cache clean\n");
        silent!("FROM debian\nRUN npm cache clean\n");
    }
}
