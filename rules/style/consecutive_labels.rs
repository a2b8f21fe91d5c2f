//! LABEL instructions that follow one another.
//!
//! ## Why
//! One LABEL can hold all labels. Each further one adds an entry to the image's history and a step to the build; what
//! it does not add, since long, is a layer. It is a matter of taste, and this rule has to be asked for.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! LABEL version="1.1"
//! LABEL description="An example"
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! LABEL version="1.1" \
//!       description="An example"
//! ```
//!
//! ## Fix
//! Joins them into one, with the comments between them. *Equivalent*: the same labels; the history has fewer entries. Holds
//! back where a blank line stands between them, behind a quote that is never closed, and for the old form `LABEL key value`.
//!
//! ## Sources
//! Docker, "Building best practices": LABEL.

use crate::edit::Effect;
use crate::finding::Severity;
use crate::rewrite::join_pairs;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "style/consecutive-labels",
    severity: Severity::Style,
    effect: Some(Effect::Equivalent),
    aliases: &["best-practices/LABEL"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for [first, second] in cx.build.neighbours() {
        if [first, second].iter().any(|step| step.instruction.keyword != Some(Keyword::Label)) {
            continue;
        }
        let report = sink
            .report(second.instruction.keyword_span(), "this `LABEL` follows another one")
            .related(first.instruction.keyword_span(), "which could hold its labels")
            .help("write all labels in one `LABEL`");
        // BuildKit expands all words of an instruction before it sets any of them; for labels that makes no difference.
        if let Some(edit) = join_pairs(cx.file, first, second) {
            report.fix("join it with the one above", Effect::Equivalent, vec![edit]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn each_further_one_is_reported_and_joined() {
        fires!("LABEL a=1\n«LABEL» b=2\n«LABEL» c=3\n");
        fixes!("LABEL a=1\r\nLABEL b=2 \\\r\n  c=3\r\nLABEL d=4\r\n" =>
            "LABEL a=1 \\\r\n      b=2 \\\r\n  c=3 \\\r\n  d=4\r\n");
    }

    #[test]
    fn a_comment_between_them_is_kept() {
        fixes!("LABEL a=1\n# the second\nLABEL b=2\n" => "LABEL a=1 \\\n# the second\n      b=2\n");
    }

    #[test]
    fn a_blank_line_keeps_them_apart() {
        let found = findings(&META, check, "FROM debian\nLABEL a=1\n\nLABEL b=2\nLABEL c d\n");
        assert!(found.len() == 2 && found.iter().all(|finding| finding.fix.is_none()));
    }

    #[test]
    fn nothing_is_joined_to_a_word_that_would_go_on() {
        for text in ["LABEL a=\"1\nLABEL b=\"2\"\n", "LABEL a='1\nLABEL b=2\n", "LABEL a=1\\\\\\\nLABEL b=2\n"] {
            let found = findings(&META, check, &format!("FROM debian\n{text}"));
            assert!(found.len() == 1 && found[0].fix.is_none(), "{text}");
        }
        fixes!("LABEL a=1\\\\\nLABEL b=2\n" => "LABEL a=1\\\\ \\\n      b=2\n");
    }

    #[test]
    fn other_instructions_between_them_part_them() {
        silent!("LABEL a=1\nRUN true\nLABEL b=2\n");
    }
}
