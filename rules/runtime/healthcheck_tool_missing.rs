//! A health check with a program that the image does not have.
//!
//! ## Why
//! HEALTHCHECK runs inside the container. Slim and Alpine images have no curl, Debian's have no wget, and without the
//! program every check fails: the container is "unhealthy" for ever, and Swarm or Compose restarts it or waits in vain.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24-slim
//! HEALTHCHECK CMD curl -f http://localhost:3000/ || exit 1
//! ```
//! ```dockerfile,good
//! FROM node:24-slim
//! HEALTHCHECK CMD ["node", "-e", "fetch('http://localhost:3000/').then(r => process.exit(r.ok ? 0 : 1))"]
//! ```
//!
//! ## Fix
//! None: the program could be installed, or another be used.
//!
//! ## Sources
//! Dockerfile reference, HEALTHCHECK; the Dockerfiles of the official images, which list what they install.

use crate::finding::Severity;
use crate::ir::ToolPresence;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Keyword;

pub const META: Meta =
    Meta { name: "runtime/healthcheck-tool-missing", severity: Severity::Error, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(stage) = cx.final_stage().filter(|stage| !stage.is_windows) else { return };
    let Some(step) = cx.build.last_step_of(stage.index, Keyword::Healthcheck) else { return };
    // Each program is a walk through the file; no honest check runs so many.
    for command in cx.commands.of_step(step).iter().take(16) {
        let Some(tool) = command.words.first().and_then(|word| word.value) else { continue };
        let is_certain = command.invoked.as_ref().is_none_or(|it| !it.circumstances.in_condition);
        if tool.contains('/') || !is_certain {
            continue;
        }
        if cx.commands.tool_presence(cx.build, stage.index, tool) != ToolPresence::Absent {
            continue;
        }
        let report = sink.report(command.name_span(), format!("`{tool}` is not in this image"));
        let report = match cx.build.root(stage.index) {
            Some(root) => {
                report.related(root.from.image.span(), format!("does not bring `{tool}`, and no step installs it"))
            }
            None => report,
        };
        match (tool, cx.commands.tool_presence(cx.build, stage.index, "wget")) {
            ("curl", ToolPresence::Present) => report.help("use `wget -q --spider`, which the image has"),
            _ => report.help(format!("install `{tool}`, or check with a program that the image has")),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn every_form_is_seen() {
        fires!("FROM python:3.12-slim\nHEALTHCHECK CMD [\"«curl»\", \"-f\", \"http://localhost\"]\n");
        fires!("FROM scratch\nCOPY a /a\nHEALTHCHECK CMD «wget» -q http://localhost || exit 1\n");
    }

    #[test]
    fn what_is_installed_or_part_of_the_image_is_there() {
        silent!("FROM debian:12\nRUN apt-get update && apt-get install -y curl\nHEALTHCHECK CMD curl localhost\n");
        silent!("FROM alpine:3.20\nHEALTHCHECK CMD wget -q localhost\n");
        silent!("FROM node:22\nHEALTHCHECK CMD curl localhost\n");
    }

    #[test]
    fn the_last_check_counts() {
        silent!("FROM debian:12-slim AS a\nHEALTHCHECK CMD curl x\nFROM a\nHEALTHCHECK NONE\n");
    }

    #[test]
    fn unknown_images_may_have_anything() {
        silent!("FROM example.com/own\nHEALTHCHECK CMD curl x\n");
    }
}
