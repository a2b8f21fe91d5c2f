//! An instruction that BuildKit does not know.
//!
//! ## Why
//! BuildKit refuses the whole file. Mostly a keyword is misspelt, or a line that should go on has lost the backslash
//! at its end, so that its second half is taken for an instruction of its own.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUNN apt-get update
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN apt-get update
//! ```
//!
//! ## Fix
//! None: dfx suggests the keyword that comes nearest, but a wrong guess would be another program.
//!
//! ## Sources
//! BuildKit, `frontend/dockerfile/instructions/parse.go`: "unknown instruction".

use crate::finding::Severity;
use crate::ir::closest;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{Keyword, ProblemKind};

pub const META: Meta = Meta {
    name: "build/unknown-instruction",
    severity: Severity::Error,
    aliases: &["DL1000", "S2260"],
    is_refusal: true,
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for problem in &cx.file.problems {
        let ProblemKind::UnknownInstruction { word } = &problem.kind else { continue };
        let report = sink.report(problem.span, problem.kind.to_string());
        match closest(&word.to_ascii_uppercase(), Keyword::ALL.map(Keyword::name)) {
            Some(keyword) => report.help(format!("did you mean `{keyword}`?")),
            None => report.help("if this line continues the one above, end that one with a backslash"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_word_itself_is_reported() {
        fires!("«RUNN» echo a\nRUN echo b\n");
    }

    #[test]
    fn keywords_in_any_case_are_known() {
        silent!("from debian\nrun a\nCopy a b\n");
    }

    #[test]
    fn an_unknown_instruction_inside_onbuild_is_reported_too() {
        fires!("ONBUILD «COPPY» a b\n");
    }
}
