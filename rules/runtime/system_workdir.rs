//! The working directory is one of the system's own.
//!
//! ## Why
//! What the program writes without saying where, logs, dumps, uploads, ends up beside the system's files, and a relative
//! path in a later COPY or `rm` meets them. `/proc` and `/sys` are no directories of the image at all.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! WORKDIR /usr/bin
//! COPY tool .
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! WORKDIR /app
//! COPY tool /usr/bin/
//! ```
//!
//! ## Fix
//! None: relative paths behind it would mean another place.
//!
//! ## Sources
//! Filesystem Hierarchy Standard 3.0; Trivy DS-0030.

use crate::ir::is_system_directory;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{InstructionKind, Keyword};

pub const META: Meta = Meta { name: "runtime/system-workdir", aliases: &["DS-0030"], ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.steps_of(Keyword::Workdir).filter(|step| cx.shapes_final_image(step)) {
        let InstructionKind::Workdir(path) = &step.instruction.kind else { continue };
        let Some(value) = step.certain_value(path) else { continue };
        if value.len() > 1 && is_system_directory(value) {
            sink.report(path.span(), format!("`{value}` belongs to the system"))
                .help("give the program a directory of its own, such as `/app`");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn directories_of_the_system_are_reported() {
        fires!("WORKDIR «/etc»\nWORKDIR «/usr/bin/»\n");
    }

    #[test]
    fn directories_below_them_and_the_root_are_fine() {
        silent!("WORKDIR /\nWORKDIR /usr/src/app\nWORKDIR /etc/nginx\nWORKDIR etc\n");
    }

    #[test]
    fn build_stages_may_go_where_they_like() {
        silent!("FROM a AS b\nWORKDIR /etc\nFROM a\n");
    }
}
