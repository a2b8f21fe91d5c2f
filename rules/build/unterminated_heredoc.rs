//! A heredoc whose end never comes.
//!
//! ## Why
//! Everything behind `<<EOF` belongs to the heredoc until a line consists of `EOF` and nothing else. Without such a
//! line BuildKit reads to the end of the file and refuses it. Mostly the line is indented, which only `<<-` forgives
//! and only for tabs, or blanks follow the word.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN <<EOF
//! echo hello
//!   EOF
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN <<EOF
//! echo hello
//! EOF
//! ```
//!
//! ## Fix
//! Takes the blanks away from a line that would end the heredoc without them, where there is one such line. The file
//! did not build before: *content*. Holds back where no line comes near, and where the lines behind it are no
//! instructions: then it is not the end.
//!
//! ## Sources
//! BuildKit, `frontend/dockerfile/parser/parser.go`: "unterminated heredoc".

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::source::{SourceFile, Span};
use crate::syntax::{Heredoc, parse};

pub const META: Meta = Meta {
    name: "build/unterminated-heredoc",
    severity: Severity::Error,
    effect: Some(Effect::Content),
    is_refusal: true,
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let heredocs = cx.file.instructions().flat_map(|instruction| &instruction.heredocs);
    // BuildKit stops at the first; those behind it have no lines left to search.
    let Some(heredoc) = heredocs.into_iter().find(|heredoc| heredoc.terminator.is_none()) else { return };
    let name = &heredoc.name;
    let message = format!("the heredoc `{}` is never closed", cx.text(heredoc.operator));
    let report = sink.report(heredoc.operator, message);
    match near_miss(cx, heredoc) {
        Some(line) if holds_instructions(cx, line.end) => {
            let word = cx.text(line).trim();
            let start = line.start + (cx.text(line).len() - cx.text(line).trim_start().len());
            let word = Span::new(start, start + word.len());
            report
                .related(word, format!("this line is not `{name}` alone"))
                .help(format!("write `{name}` at the start of its line, with nothing behind it"))
                .fix(format!("write `{name}` alone on its line"), Effect::Content, vec![Edit::replace(line, name)]);
        }
        _ => {
            report.help(format!("end it with a line that consists of `{name}` alone"));
        }
    }
}

/// The line, without its end, that is the delimiter but for white space around it; `None` unless it is the only one.
fn near_miss(cx: &Context<'_>, heredoc: &Heredoc) -> Option<Span> {
    let mut at = heredoc.body.start;
    let mut found = None;
    for line in cx.text(heredoc.body).split_inclusive('\n') {
        let content = line.trim_end_matches(['\r', '\n']);
        if content.trim() == heredoc.name && found.replace(Span::new(at, at + content.len())).is_some() {
            return None;
        }
        at += line.len();
    }
    found
}

/// Whether everything from the byte `offset` on reads as instructions.
fn holds_instructions(cx: &Context<'_>, offset: usize) -> bool {
    let rest = &cx.source().text()[offset..];
    let text = format!("# escape={}\nFROM scratch{rest}", cx.file.escape);
    parse(SourceFile::new("", text)).problems.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_operator_is_reported() {
        fires!("RUN cat «<<EOF»\na\n");
        fires!("COPY «<<-\"A\"» /b\na\n");
    }

    #[test]
    fn blanks_behind_the_delimiter_are_taken_away() {
        fixes!("RUN <<EOF\na\nEOF \nUSER b\n" => "RUN <<EOF\na\nEOF\nUSER b\n");
    }

    #[test]
    fn tabs_before_the_delimiter_are_allowed_by_the_dash() {
        silent!("RUN <<-EOF\n\ta\n\tEOF\n");
    }

    #[test]
    fn a_line_with_more_of_the_heredoc_behind_it_is_not_its_end() {
        let found = findings(&META, check, "FROM a\nRUN <<EOF\n EOF\napt-get update\n");
        assert!(found[0].fix.is_none());
    }

    #[test]
    fn two_lines_that_come_near_are_not_chosen_from() {
        let found = findings(&META, check, "FROM a\nRUN <<EOF\n EOF\n EOF\n");
        assert!(found[0].fix.is_none());
    }
}
