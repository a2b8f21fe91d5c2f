//! A comment above a stage or an ARG that does not describe it.
//!
//! ## Why
//! `docker build --call=targets` and `--call=outline` show the comment right above a named FROM or an ARG as its
//! description, if it starts with the name. A comment that does not is never shown; an empty line between them tells
//! that it is not meant to be.
//!
//! ## Example
//! ```dockerfile,bad
//! # the compiler
//! FROM golang:1.25 AS build
//! ```
//! ```dockerfile,good
//! # build has the compiler
//! FROM golang:1.25 AS build
//! ```
//!
//! ## Fix
//! None: whether to reword the comment or to set it apart is a matter of what it says.
//!
//! ## Sources
//! BuildKit, InvalidDefinitionDescription, an experiment there: `# check=experimental=InvalidDefinitionDescription`
//! turns it on.

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::{Instruction, InstructionKind, Item};

pub const META: Meta = Meta {
    name: "style/stage-description",
    severity: Severity::Style,
    aliases: &["InvalidDefinitionDescription"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut above: Option<Span> = None;
    for item in &cx.file.items {
        match item {
            Item::Comment(span) => above = Some(*span),
            Item::Instruction(instruction) => {
                if let Some(comment) = above.take() {
                    description(cx, sink, instruction, comment);
                }
            }
            Item::Blank(_) | Item::Directive(..) | Item::ByteOrderMark(_) => above = None,
        }
    }
}

fn description(cx: &Context<'_>, sink: &mut Sink<'_>, instruction: &Instruction, comment: Span) {
    let names: Vec<String> = match &instruction.kind {
        InstructionKind::From(from) => from.name.iter().map(|name| name.word.text().to_lowercase()).collect(),
        InstructionKind::Arg(pairs) => pairs.pairs.iter().map(|pair| pair.name.text().to_owned()).collect(),
        _ => return,
    };
    let Some(first) = names.first() else { return };
    let text = cx.text(comment).trim().trim_start_matches('#').trim();
    let word = text.split(' ').next().unwrap_or_default();
    // A line of signs describes nothing; an empty comment sets the ones above it apart.
    let says_nothing = !cx.options.exactly_buildkit && !text.chars().any(char::is_alphanumeric);
    if text.is_empty() || says_nothing || names.iter().any(|name| name == word) {
        return;
    }
    let what = if matches!(instruction.kind, InstructionKind::From(_)) { "stage" } else { "ARG" };
    let place = if cx.options.exactly_buildkit { instruction.keyword_span() } else { trimmed(cx, comment) };
    sink.report(place, format!("`docker build --call` does not show this comment with the {what} `{first}`"))
        .help(format!("begin it with the name, `# {first} ...`, or put an empty line behind it"));
}

fn trimmed(cx: &Context<'_>, comment: Span) -> Span {
    let text = cx.text(comment);
    let start = comment.start + (text.len() - text.trim_start().len());
    Span::new(start, start + text.trim().len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_last_comment_counts() {
        fires!("# b\n«# other»\nFROM a AS b\n«# more»\nARG c\n");
    }

    #[test]
    fn descriptions_and_comments_set_apart_are_fine() {
        silent!("# b builds\nFROM a AS b\n\n# free\n\nARG c\n# free\n#\nARG d\n# e is e\nARG e f\n");
    }

    #[test]
    fn a_line_of_signs_is_no_description() {
        silent!("# ======\nFROM a AS b\n");
    }

    #[test]
    fn stages_without_name_have_no_description() {
        silent!("# free\nFROM a\n# free\nRUN b\n");
    }
}
