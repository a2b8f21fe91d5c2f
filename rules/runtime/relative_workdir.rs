//! A relative WORKDIR whose start only the base image knows.
//!
//! ## Why
//! A relative WORKDIR is joined with the one before it. The first one in a file is joined with the base image's, which
//! may change with its next version, and with it the place of every file that is copied and run from there. A folder that
//! a `git clone` above has made in the same place is left alone: the two move together.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! WORKDIR app
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! WORKDIR /app
//! ```
//!
//! ## Fix
//! Puts a slash before the path, where the base image is one that is known to start in `/`: then the image is
//! *identical*. Holds back for other images and where the path comes out of a variable.
//!
//! ## Sources
//! BuildKit, WorkdirRelativePath; hadolint DL3000; Trivy DS-0009; Checkov CKV_DOCKER_10; KICS 6b376af8; SonarQube
//! S7021.

use crate::edit::{Edit, Effect};
use crate::finding::{Severity, Weight};
use crate::ir::{Base, Step, is_absolute};
use crate::knowledge::base_environment;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{InstructionKind, Keyword};

pub const META: Meta = Meta {
    name: "runtime/relative-workdir",
    severity: Severity::Info,
    effect: Some(Effect::Identical),
    aliases: &[
        "WorkdirRelativePath",
        "DL3000",
        "DS-0009",
        "CKV_DOCKER_10",
        "KICS-6b376af8",
        "S7021",
        "best-practices/WORKDIR",
    ],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.steps_of(Keyword::Workdir) {
        let InstructionKind::Workdir(word) = &step.instruction.kind else { continue };
        let path = step.value(word);
        if step.state.workdir.is_some() || is_absolute_here(cx, step, path) {
            continue;
        }
        if !cx.options.exactly_buildkit && (path == "." || is_cloned_above(cx, step, path)) {
            continue;
        }
        // `WORKDIR $HOME/app`: empty or absolute is for whoever sets the variable.
        if !cx.options.exactly_buildkit && (path.is_empty() || word.text().starts_with(['$', '"'])) {
            continue;
        }
        let report = sink
            .report(word.span(), format!("`{path}` starts where the base image left off"))
            .weight(weight(cx, step))
            .help("write the whole path, from `/` on");
        if starts_in_root(cx, step) && word.is_contiguous() && word.text() == path && !path.starts_with('.') {
            let edit = Edit::insert(word.span().start, "/");
            report.fix(format!("write `/{path}`"), Effect::Identical, vec![edit]);
        }
    }
}

/// Whether a step above clones a repository into a folder of that name. Wherever the base image works, both are there;
/// the whole path would tear them apart.
fn is_cloned_above(cx: &Context<'_>, step: &Step<'_>, path: &str) -> bool {
    let folder = path.split('/').next();
    let above = cx.build.stages.get(step.stage).into_iter().flat_map(|stage| stage.steps.iter().take(step.index));
    above.into_iter().any(|above| {
        let here = cx.commands.of_step(above).iter().take_while(|command| command.name() != Some("cd"));
        here.into_iter().any(|command| command.cloned_folder() == folder)
    })
}

/// Who builds on an image of their own without starting anything knows where it works: fuzzers of OSS-Fuzz and the like.
fn weight(cx: &Context<'_>, step: &Step<'_>) -> Weight {
    let is_own_image = cx.build.image_facts(step.stage).is_none() && cx.build.root_image(step.stage).is_some();
    let starts_nothing = cx.process().steps().next().is_none();
    if is_own_image && starts_nothing && !cx.options.exactly_buildkit { Weight::Minor } else { Weight::Ordinary }
}

/// BuildKit knows drive letters on Windows only, and takes a stage for Windows only if `--platform` says so or the
/// base image, which it asks. Who writes one means Windows, though the name of the base image does not say so.
fn is_absolute_here(cx: &Context<'_>, step: &Step<'_>, path: &str) -> bool {
    let platform = cx.build.root(step.stage).and_then(|root| root.platform.as_ref());
    let may_have_drives = !cx.options.exactly_buildkit || platform.is_some_and(|platform| platform.os == "windows");
    if may_have_drives { is_absolute(path) } else { path.starts_with('/') }
}

fn starts_in_root(cx: &Context<'_>, step: &Step<'_>) -> bool {
    match cx.build.root(step.stage).map(|root| &root.base) {
        Some(Base::Scratch) => true,
        Some(Base::Image(image)) => {
            base_environment::is_bare_system(&image.familiar_name()) && !cx.build.stage_of(step).is_windows
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_first_workdir_is_reported() {
        fires!("FROM a\nWORKDIR «b»\nWORKDIR c\n");
    }

    #[test]
    fn images_that_may_start_elsewhere_are_not_fixed() {
        let found = findings(&META, check, "FROM golang:1.25\nWORKDIR src\n");
        assert!(found[0].fix.is_none());
    }

    #[test]
    fn behind_an_absolute_one_the_place_is_known() {
        silent!("FROM a AS b\nWORKDIR /c\nWORKDIR d\nFROM b\nWORKDIR e\n");
    }

    #[test]
    fn the_folder_of_a_clone_is_where_the_clone_is() {
        silent!("FROM a\nRUN git clone --depth 1 https://example.com/b/c.git\nWORKDIR c/src\n");
        silent!("FROM a\nRUN apt-get update && git clone https://example.com/b c\nWORKDIR c\n");
        fires!("FROM a\nRUN cd /src && git clone https://example.com/b/c\nWORKDIR «c»\n");
        fires!("FROM a\nRUN git clone https://example.com/b/c /src/c\nWORKDIR «c»\n");
    }

    #[test]
    fn a_dot_goes_nowhere() {
        silent!("FROM a\nWORKDIR .\n");
    }

    #[test]
    fn windows_paths_are_absolute_on_windows() {
        silent!("FROM mcr.microsoft.com/windows/nanoserver:ltsc2025\nWORKDIR C:/app\n");
        silent!("FROM a\nENV D=/d\nWORKDIR $D\n");
        silent!("FROM jenkins/jenkins:windows\nWORKDIR C:/ProgramData\n");
    }
}
