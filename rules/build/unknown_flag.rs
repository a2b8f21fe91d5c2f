//! A flag that the instruction does not have.
//!
//! ## Why
//! BuildKit refuses the whole file. Flags belong to single instructions: `--chown` means something to COPY and ADD and
//! nothing to RUN. Also an argument that starts with `--` is taken for a flag where it comes first.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! COPY --chwon=app app.conf /etc/
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! COPY --chown=app app.conf /etc/
//! ```
//!
//! ## Fix
//! None: dfx suggests the flag that comes nearest, but a wrong guess would be another build.
//!
//! ## Sources
//! BuildKit, `frontend/dockerfile/instructions/bflag.go`: "unknown flag".

use crate::finding::Severity;
use crate::ir::closest;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{Keyword, ProblemKind};

pub const META: Meta =
    Meta { name: "build/unknown-flag", severity: Severity::Error, is_refusal: true, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for problem in &cx.file.problems {
        if let ProblemKind::UnknownFlag { keyword, name } = &problem.kind {
            sink.report(problem.span, problem.kind.to_string()).help(advice(*keyword, name));
        }
    }
}

fn advice(keyword: Keyword, name: &str) -> String {
    if let Some(flag) = closest(&name.to_ascii_lowercase(), keyword.flags().iter().copied()) {
        return format!("did you mean `--{flag}`?");
    }
    if keyword.flags().contains(&name.to_ascii_lowercase().as_str()) {
        return format!("write `--{}` in lower case", name.to_ascii_lowercase());
    }
    let owners: Vec<&str> =
        Keyword::ALL.iter().filter(|other| other.flags().contains(&name)).map(|other| other.name()).collect();
    if !owners.is_empty() {
        return format!("take it out: `--{name}` is a flag of {}", owners.join(" and "));
    }
    if keyword.flags().is_empty() {
        return format!("take it out: {keyword} has no flags");
    }
    format!("use one of `--{}`", keyword.flags().join("`, `--"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    fn help(text: &str) -> String {
        findings(&META, check, text)[0].help.clone().unwrap()
    }

    #[test]
    fn the_flag_with_its_value_is_reported() {
        fires!("RUN «--chown=a» echo b\n");
    }

    #[test]
    fn the_nearest_flag_is_suggested() {
        assert_eq!(help("FROM a\nCOPY --frm=b c d\n"), "did you mean `--from`?");
        assert_eq!(help("FROM a\nRUN --mont=type=tmpfs b\n"), "did you mean `--mount`?");
    }

    #[test]
    fn a_flag_of_another_instruction_is_said_to_be_one() {
        assert_eq!(help("FROM a\nRUN --platform=b c\n"), "take it out: `--platform` is a flag of FROM");
        assert_eq!(help("FROM a\nWORKDIR --chown=b /c\n"), "take it out: `--chown` is a flag of ADD and COPY");
    }

    #[test]
    fn flags_behind_the_arguments_are_arguments() {
        silent!("RUN echo --chown=a\nCMD [\"a\", \"--b\"]\n");
    }
}
