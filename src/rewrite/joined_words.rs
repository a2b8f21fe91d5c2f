//! Two neighbouring instructions that hold lists of words, as one.

use crate::edit::Edit;
use crate::ir::Step;
use crate::source::Span;
use crate::syntax::{Dockerfile, InstructionKind, Pairs};

/// Where the words of the second instruction go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Behind those of the first, as long as that makes no long line.
    SameLine,
    /// On a line of their own.
    OwnLine,
}

/// Columns; a longer line is broken.
const LONGEST_LINE: usize = 100;

/// The edit that hangs the pairs of the second instruction on to those of the first: two ENV or two LABEL. `None` for
/// the old form `LABEL key value`, behind a quote that is never closed, and where a blank line stands between the two.
pub fn join_pairs(file: &Dockerfile, first: &Step<'_>, second: &Step<'_>) -> Option<Edit> {
    let is_list = |step| pairs(step).is_some_and(|pairs| !pairs.legacy);
    if !is_list(first) || !is_list(second) || !is_closed(file, first) {
        return None;
    }
    let gap = Span::new(first.instruction.arguments.span().end, second.instruction.arguments.span().start);
    join_words(file, first, second, gap, Layout::OwnLine)
}

/// The edit that hangs the words behind `gap`, of the second instruction, on to those before it, of the first. Comments in
/// the gap stay; all else in it goes. `None` where a blank line stands between the instructions: somebody wants them apart.
pub fn join_words(file: &Dockerfile, first: &Step<'_>, second: &Step<'_>, gap: Span, layout: Layout) -> Option<Edit> {
    let mut between = first.instruction.last_line + 1..second.instruction.first_line;
    if between.any(|line| file.source.line_text(line).trim().is_empty()) {
        return None;
    }
    let spans_lines = first.instruction.first_line != first.instruction.last_line;
    let columns = |offset| file.source.line_span(file.source.line_at(offset));
    let length = gap.start - columns(gap.start).start + columns(gap.end).end - gap.end;
    let is_short = layout == Layout::SameLine && !spans_lines && length < LONGEST_LINE;
    if is_short && comments_in(file, gap).next().is_none() {
        return Some(Edit::replace(gap, " "));
    }
    let indentation = if spans_lines { indentation(file, first) } else { below_arguments(first) };
    Some(Edit::replace(gap, format!("{}{indentation}", continuation(file, first, gap))))
}

/// The end of a line of `first` that goes on, and below it the comments in `gap`.
pub(super) fn continuation(file: &Dockerfile, first: &Step<'_>, gap: Span) -> String {
    let line_ending = file.source.line_ending(first.instruction.last_line);
    let mut text = format!(" {}{line_ending}", file.escape);
    for comment in comments_in(file, gap) {
        text.push_str(comment);
        text.push_str(line_ending);
    }
    text
}

/// The comments in the gap between the words of two instructions: all of its lines that look like one.
pub(super) fn comments_in(file: &Dockerfile, gap: Span) -> impl Iterator<Item = &str> {
    file.source.slice(gap).lines().skip(1).map(str::trim).filter(|line| line.starts_with('#'))
}

/// The blanks before the last line of an instruction.
fn indentation<'f>(file: &'f Dockerfile, step: &Step<'_>) -> &'f str {
    let line = file.source.line_text(step.instruction.last_line);
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Blanks up to where the arguments would start.
fn below_arguments(step: &Step<'_>) -> &'static str {
    const BLANKS: &str = "                ";
    &BLANKS[..BLANKS.len().min(step.instruction.keyword_span().len() + 1)]
}

fn pairs<'s>(step: &'s Step<'_>) -> Option<&'s Pairs> {
    match &step.instruction.kind {
        InstructionKind::Env(pairs) | InstructionKind::Label(pairs) => Some(pairs),
        _ => None,
    }
}

/// Whether the last word ends where its line does. Behind an open quote or escape character it would go on into what is
/// joined to it.
fn is_closed(file: &Dockerfile, step: &Step<'_>) -> bool {
    let text = step.instruction.arguments.text();
    let escapes = text.len() - text.trim_end_matches(file.escape).len();
    escapes.is_multiple_of(2) && step.expanded.last().is_some_and(|word| word.result.is_ok())
}
