//! A project that is copied into the root directory.
//!
//! ## Why
//! Without WORKDIR, `COPY . .` puts the project's files beside `/etc` and `/usr`: a folder called `lib` or `bin` in it
//! mixes with the system's own, and tools that look upwards or through all files find the whole system.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! COPY . .
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! WORKDIR /app
//! COPY . .
//! ```
//!
//! ## Fix
//! None: later commands may name the files by their paths.
//!
//! ## Sources
//! Dockerfile best practices, WORKDIR.

use crate::ir::Base;
use crate::knowledge::images::Known;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Keyword;

pub const META: Meta = Meta { name: "runtime/copy-into-root-directory", ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (step, transfer) in cx.transfers() {
        let stage = cx.build.stage_of(step);
        let is_whole_project = transfer.sources.iter().any(|source| matches!(step.value(source), "." | "./"));
        // `COPY . /` says where it goes.
        let is_relative = matches!(step.value(&transfer.destination), "." | "./");
        let from_elsewhere =
            step.instruction.flag("from").is_some() || step.instruction.keyword == Some(Keyword::Onbuild);
        if !is_whole_project || !is_relative || from_elsewhere || stage.is_windows {
            continue;
        }
        let is_root = match step.state.workdir.as_deref() {
            Some(workdir) => workdir.is_certain && workdir.value == "/",
            None => cx.build.image_configuration(stage.index).is_some_and(|image| image.workdir == Known::Is("/")),
        };
        let is_scratch = cx.build.root(stage.index).is_some_and(|root| root.base == Base::Scratch);
        if !is_root || is_scratch || !cx.shapes_final_image(step) {
            continue;
        }
        sink.report(transfer.destination.span(), "the project goes into the root directory, beside `/etc` and `/usr`")
            .help("set a WORKDIR before it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_copy_without_workdir_goes_to_the_root() {
        fires!("FROM node:24\nCOPY --chown=node . «./»\n");
        fires!("WORKDIR /\nADD . «.»\n");
    }

    #[test]
    fn images_with_a_workdir_of_their_own_or_unknown_ones_are_no_finding() {
        silent!("FROM golang:1.25\nCOPY . .\n");
        silent!("FROM example.com/own\nCOPY . .\n");
        silent!("FROM scratch\nCOPY . .\n");
    }

    #[test]
    fn who_writes_the_root_means_it() {
        silent!("COPY . /\nCOPY rootfs .\n");
    }
}
