//! A tag of an official image that is not built any more.
//!
//! ## Why
//! A tag that has left the list of its image can still be pulled, and stays what it was on its last day: fixes of the
//! distribution below no longer reach it. Mostly a newer patch release has taken its place.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM golang:1.26-alpine3.22
//! ```
//! ```dockerfile,good
//! FROM golang:1.26-alpine3.24
//! ```
//!
//! ## Fix
//! None: the tag to move to is another image.
//!
//! ## Sources
//! The manifests of docker-library/official-images; Docker, "Building best practices": rebuild your images often.

use crate::finding::Severity;
use crate::knowledge::images::{self, TagState};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "pin/removed-tag", severity: Severity::Info, ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let today = cx.options.today;
    for found in cx.build.image_uses() {
        let Some(facts) = found.facts().filter(|_| found.stage.is_reachable && !found.is_repeat) else { continue };
        let TagState::NoLongerTagged { last } = facts.tag else { continue };
        // What has ended or was given up as a whole is told so by the rules about that.
        if facts.notice.is_some() || facts.ended(today).is_some() {
            continue;
        }
        let since = last.map(|last| format!(" since {last}")).unwrap_or_default();
        let (name, tag) = (found.name(), found.image.tag.as_deref().unwrap_or("latest"));
        let help = match images::rebased_tag(&name, tag, today) {
            Some(tag) => format!("move to `{name}:{tag}`"),
            None => "move to a tag that is still built".to_owned(),
        };
        sink.report(found.tag_span(), format!("`{}` has not been rebuilt{since}", found.name_and_tag()))
            .related_all(found.tag_defaults())
            .help(help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn tags_that_are_built_or_unknown_are_left_alone() {
        silent!("FROM node:24-trixie\n");
        silent!("FROM example.com/own:1\n");
    }

    #[test]
    fn what_has_ended_is_not_reported_twice() {
        silent!("FROM node:16\n");
        silent!("FROM openjdk:8\n");
    }
}
