//! An image whose product or distribution is past its end of life.
//!
//! ## Why
//! Behind its end of life, a release line gets no fixes: each hole found since then stays open in every image built on
//! it, and package archives move away, so that `apt-get update` fails one day. A build stage does not end in the image,
//! but what it compiles does, together with the standard library and the headers that it took from there.
//!
//! dfx judges tags that are bound to a release line (`node:16`, `python:3.12-buster`), on the day of the run, by the
//! dates that the makers publish. Debian's LTS counts as support; support that has to be bought does not. Release lines
//! that live for weeks only, such as Rust's, are not judged.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:16-alpine
//! ```
//! ```dockerfile,good
//! FROM node:26-alpine
//! ```
//!
//! ## Fix
//! None: another major version is for the authors to try. dfx names the tag to try first.
//!
//! ## Sources
//! endoflife.date; Docker's official images; Docker Scout, "No outdated base images".

use crate::ir::{ImageRole, ImageUse};
use crate::knowledge::end_of_life::Support;
use crate::knowledge::images::{self, Ending};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "pin/end-of-life-base-image", cwe: Some(1104), security_severity: Some(60), ..Meta::on_by_default() };

/// Products of which nothing ends in what they build; projects mostly bring their own release of them as a wrapper.
const BUILD_TOOLS: &[&str] = &["gradle", "maven"];

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let today = cx.options.today;
    for found in cx.build.image_uses().into_iter().filter(|found| found.stage.is_reachable && !found.is_repeat) {
        let facts = found.facts();
        let over = match &facts {
            // An image that was given up as a whole is told so by `deprecated-base-image`.
            Some(facts) => facts.ended(today).filter(|_| facts.notice.is_none()),
            None => found.image.tag.as_deref().and_then(|tag| images::ended_release(tag, today)),
        };
        let Some(ending) = over else { continue };
        let is_left_behind = found.role == ImageRole::Base && !cx.ends_in_final_image(found.stage.index);
        if is_left_behind && BUILD_TOOLS.contains(&ending.cycle.product) {
            continue;
        }
        let image = found.name_and_tag();
        let mut report = sink
            .report(found.tag_span(), format!("`{image}` ships {}, {}", ending.cycle.title(), ended(ending)))
            .related_all(found.tag_defaults())
            .help(help(&found, facts.and_then(|facts| facts.product) == Some(ending.cycle), cx));
        if let Support::Extended { until, .. } = ending.support {
            report =
                report.note(format!("Extended support, for those who have subscribed to it, lasts until {until}."));
        }
        if is_left_behind {
            report.note("Only what is copied out of this stage reaches the image.");
        }
    }
}

fn ended(ending: Ending) -> String {
    match ending.support {
        Support::Extended { ended: day, .. } => format!("whose ordinary support ended on {day}"),
        Support::EndedOn(Some(day)) => format!("which has had no fixes since {day}"),
        Support::EndedOn(None) | Support::Until(_) => "which gets no fixes any more".to_owned(),
    }
}

fn help(found: &ImageUse<'_>, is_product: bool, cx: &Context<'_>) -> String {
    let (name, today) = (found.name(), cx.options.today);
    let tag = found.image.tag.as_deref().unwrap_or("latest");
    let rebased = (!is_product).then(|| images::rebased_tag(&name, tag, today)).flatten();
    match rebased.or_else(|| images::supported_tag(&name, tag, today)) {
        // Whether the application runs on it, nobody can tell from here.
        Some(tag) => format!("move to a release that gets fixes; the current one is `{name}:{tag}`"),
        None => "move to a release that gets fixes".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_tag_is_reported_even_where_an_argument_gives_it() {
        fires!("FROM ubuntu:«18.04»\n");
        fires!("ARG PYTHON=3.7\nFROM python:«${PYTHON}-slim»\n");
        fires!("FROM docker.io/library/debian:«stretch-slim»\n");
    }

    #[test]
    fn the_distribution_named_in_a_tag_ends_too() {
        fires!("FROM python:«3.13-buster»\n");
        fires!("FROM nvidia/cuda:«8.0-devel-ubuntu16.04»\n");
        silent!("FROM example.com/stretch:buster\n");
    }

    #[test]
    fn what_is_maintained_or_in_debians_long_term_support_is_left_alone() {
        silent!("FROM node:24\n");
        silent!("FROM debian:bookworm-slim\n");
        silent!("FROM python:3\n");
        silent!("FROM rust:1.70\n");
        silent!("FROM example.com/node:16\n");
    }

    #[test]
    fn build_stages_count_but_stages_that_nobody_needs_do_not() {
        fires!("FROM golang:«1.17» AS build\nFROM scratch\nCOPY --from=build /a /a\n");
        silent!("FROM golang:1.17 AS unused\nFROM scratch\n");
    }

    #[test]
    fn a_build_tool_of_which_nothing_ends_in_the_image_is_left_alone() {
        silent!("FROM gradle:7.6.0-jdk17 AS build\nRUN ./gradlew jar\nFROM scratch\nCOPY --from=build /a /a\n");
        fires!("FROM gradle:«7.6.0-jdk17»\nCMD [\"gradle\", \"run\"]\n");
    }

    #[test]
    fn an_image_that_was_given_up_is_another_rules_matter() {
        silent!("FROM centos:7\n");
    }
}
