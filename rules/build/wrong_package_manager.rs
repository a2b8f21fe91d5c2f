//! A package manager that the base image does not have.
//!
//! ## Why
//! Each distribution has a package manager of its own. In `node:22-alpine` there is no `apt-get`, in `node:22-slim` no
//! `apk`: the RUN ends with `apt-get: not found`. Mostly the base image has been changed, and the commands below have
//! not. The packages often have other names there, too.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:22-alpine
//! RUN apt-get update && apt-get install -y git
//! ```
//! ```dockerfile,good
//! FROM node:22-alpine
//! RUN apk add --no-cache git
//! ```
//!
//! Silent where the base image is not in dfx's tables, where the command is one of several alternatives, and where an
//! earlier command may have brought the manager.
//!
//! ## Fix
//! None: the packages' names differ between distributions.
//!
//! ## Sources
//! The Dockerfiles of Docker's official images and of Red Hat's universal base images.

use crate::finding::Severity;
use crate::ir::Command;
use crate::knowledge::images::{Basis, Known};
use crate::knowledge::package_managers::{Family, Home};
use crate::rules::{Context, Meta, Sink};
use crate::shell::Failure;

pub const META: Meta = Meta { name: "build/wrong-package-manager", severity: Severity::Error, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // One finding a stage says it all.
    let mut reported = None;
    for (command, invocation) in cx.commands.package_managers() {
        let Home::System(family) = invocation.manager.home else { continue };
        if reported == Some(command.step.stage) || !must_run(cx, command) {
            continue;
        }
        let tool = command.name().unwrap_or(invocation.manager.name);
        let Some((image, theirs)) = manager_of_base(cx, command) else { continue };
        let is_there = match theirs {
            // `yum` is another name of dnf, except in the minimal images.
            Some("microdnf") => family == Family::Fedora && !matches!(tool, "dnf" | "yum"),
            Some(theirs) => family_of(theirs) == Some(family),
            None => false,
        };
        if is_there || may_be_brought(cx, command, tool) {
            continue;
        }
        reported = Some(command.step.stage);
        let help = match theirs {
            Some(theirs) => format!("use `{theirs}`, or another base image"),
            None => {
                "install the packages in an earlier stage and copy what is needed, or use another base image".into()
            }
        };
        let root = cx.build.root(command.step.stage).map(|root| root.from.image.span());
        let mut report = sink.report(command.name_span(), format!("there is no `{tool}` in `{image}`")).help(help);
        if let Some(root) = root {
            report = match theirs {
                Some(theirs) => report.related(root, format!("has `{theirs}`")),
                None => report.related(root, "has no package manager"),
            };
        }
    }
}

/// The base image's name and the manager in it; `None` inside where it has none for sure.
fn manager_of_base(cx: &Context<'_>, command: &Command<'_>) -> Option<(String, Option<&'static str>)> {
    let stage = command.step.stage;
    let (image, facts) = (cx.build.root_image(stage)?, cx.build.image_facts(stage)?);
    // A variable may make another variant of the tag.
    let is_written_out = cx.build.root(stage).is_some_and(|root| !root.from.image.text().contains('$'));
    let configuration = facts.configuration.filter(|_| is_written_out && facts.basis != Basis::Names);
    let theirs = match configuration {
        Some(configuration) => match configuration.package_manager {
            Known::Is(theirs) => Some(theirs),
            Known::Nothing if !configuration.partial => None,
            _ => return None,
        },
        None if !is_written_out => return None,
        None => Some(match facts.distribution.filter(|distribution| distribution.named_in_tag)?.family {
            "debian" | "ubuntu" => "apt-get",
            "alpine" => "apk",
            _ => return None,
        }),
    };
    let name = image.tag.as_ref().map_or(image.familiar_name(), |tag| format!("{}:{tag}", image.familiar_name()));
    Some((name, theirs))
}

fn family_of(manager: &str) -> Option<Family> {
    match crate::knowledge::package_managers::find(manager)?.home {
        Home::System(family) => Some(family),
        Home::Language(_) => None,
    }
}

/// Whether the build fails if the command is not there.
fn must_run(cx: &Context<'_>, command: &Command<'_>) -> bool {
    let asks = ["||", "command -v", "which ", "type ", "hash ", "[ -", "test -", "/etc/os-release", "apk --version"];
    let text = cx.text(command.step.instruction.span);
    command.invoked.as_ref().is_none_or(|invoked| {
        let circumstances = &invoked.circumstances;
        circumstances.depth == 0
            && matches!(circumstances.failure, Failure::Propagates | Failure::NotLast)
            && invoked.wrapper("chroot").is_none()
            && !asks.iter().any(|word| text.contains(word))
    })
}

/// Whether a command or copy before this one may put the tool into the image.
fn may_be_brought(cx: &Context<'_>, command: &Command<'_>, tool: &str) -> bool {
    let start = command.step.instruction.span.start;
    cx.build.inherited_steps(command.step.stage).into_iter().take_while(|step| step.instruction.span.start < start).any(
        |step| {
            let text = cx.text(step.instruction.span);
            step.instruction.flag("from").is_some()
                || text.contains(tool)
                    && !cx
                        .commands
                        .of_step(step)
                        .iter()
                        .all(|other| other.name() == Some(tool) || !mentions(other, tool))
        },
    ) || cx
        .commands
        .of_step(command.step)
        .iter()
        .take_while(|other| other.span() != command.span())
        .any(|other| mentions(other, tool))
}

fn mentions(command: &Command<'_>, tool: &str) -> bool {
    command.name() != Some(tool) && command.arguments().iter().any(|word| word.written.contains(tool))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn one_word_of_a_run_is_reported() {
        fires!("FROM node:22-slim\nRUN «apk» update && apk add git\n");
        fires!("FROM alpine:3.22\nRUN «yum» install -y git\n");
        fires!("FROM busybox:1.37\nRUN «apk» add git\n");
    }

    #[test]
    fn a_stage_built_on_another_has_its_base() {
        fires!("FROM alpine:3.22 AS base\nFROM base\nRUN «apt-get» update\n");
    }

    #[test]
    fn the_right_manager_and_its_other_names_are_fine() {
        silent!("FROM node:22\nRUN apt update && apt-get install -y git\n");
        silent!("FROM fedora:42\nRUN yum install -y git\n");
    }

    #[test]
    fn unknown_images_may_have_any() {
        silent!("FROM example.com/base\nRUN apk add git\n");
        silent!("ARG BASE=alpine\nFROM ${BASE}\nRUN apt-get update\n");
        silent!("ARG VARIANT=alpine\nFROM node:${VARIANT}\nRUN apt-get update\n");
    }

    #[test]
    fn one_of_several_ways_need_not_work() {
        silent!("FROM alpine:3.22\nRUN apk add git || apt-get install -y git\n");
        silent!("FROM alpine:3.22\nRUN if command -v apt-get; then apt-get update; fi\n");
    }

    #[test]
    fn a_manager_can_be_installed() {
        silent!("FROM debian:13\nRUN apt-get update && apt-get install -y dnf && dnf install -y git\n");
        silent!("FROM alpine:3.22\nRUN apk add apt-get\nRUN apt-get update\n");
    }
}
