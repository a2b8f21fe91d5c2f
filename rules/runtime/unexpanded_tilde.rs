//! A path with `~` where nobody expands it.
//!
//! ## Why
//! `~` means home to a shell. BuildKit has none for WORKDIR, COPY and ADD: `WORKDIR ~/app` makes a directory that is
//! called `~`, below the working directory, and programs find nothing in the home directory.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! WORKDIR ~/app
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! WORKDIR /root/app
//! ```
//!
//! ## Fix
//! None: whose home was meant depends on the user.
//!
//! ## Sources
//! BuildKit, `frontend/dockerfile/shell/lex.go`, which knows no tilde; Dockerfile reference, "Environment replacement".

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{InstructionKind, Word};

pub const META: Meta = Meta { name: "runtime/unexpanded-tilde", severity: Severity::Error, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps().filter(|step| !cx.build.stage_of(step).is_windows) {
        let words: Vec<&Word> = match &step.instruction.kind {
            InstructionKind::Workdir(path) => vec![path],
            InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) => {
                transfer.sources.iter().chain([&transfer.destination]).collect()
            }
            _ => continue,
        };
        for word in words {
            let value = step.value(word);
            if value == "~" || value.starts_with("~/") {
                let keyword = step.instruction.keyword.map_or("", |keyword| keyword.name());
                sink.report(word.span(), format!("{keyword} takes `~` for a name, not for the home directory"))
                    .help("write the whole path: `/root` or `/home/NAME`");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn tildes_are_names_to_buildkit() {
        fires!("WORKDIR «~»\nCOPY a «~/.ssh/»\nENV H=~/b\nWORKDIR «$H»\n");
    }

    #[test]
    fn a_tilde_inside_a_name_or_for_a_shell_is_fine() {
        silent!("COPY a~ /b~/\nRUN cd ~/a && b\n");
    }
}
