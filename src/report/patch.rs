//! What a fix changes, line by line, for people to read.

use similar::{ChangeTag, TextDiff};

use crate::edit::{Edit, Fix};
use crate::source::{SourceFile, Span};

use super::place::{clamp, edited};
use super::plain;

/// Lines of a patch that are shown.
const SHOWN_LINES: usize = 16;

/// Bytes of neighbouring lines that are compared; more would take too long for too little.
const COMPARED_BYTES: usize = 20_000;

/// A line of a patch.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PatchLine {
    /// This line of the file goes.
    Removed(usize, String),
    /// This line comes.
    Added(String),
    /// Lines in between stay as they are.
    Gap,
    /// There is more to it than can be shown.
    More,
}

/// The lines that `fix` changes in `source`, or those of the file that it writes.
pub(super) fn patch(source: &SourceFile, fix: &Fix) -> Vec<PatchLine> {
    let written = fix.other_file().into_iter().flat_map(|file| file.added.trim_start_matches(['\r', '\n']).lines());
    let mut lines: Vec<PatchLine> = written.map(|line| PatchLine::Added(plain::line(line).to_string())).collect();
    for (whole, edits) in neighbourhoods(source, fix.edits()) {
        if !lines.is_empty() {
            lines.push(PatchLine::Gap);
        }
        if lines.len() > SHOWN_LINES {
            break;
        }
        push_neighbourhood(source, whole, edits, &mut lines);
    }
    if lines.len() > SHOWN_LINES {
        lines.truncate(SHOWN_LINES);
        lines.push(PatchLine::More);
    }
    lines
}

/// Edits that touch the same or neighbouring lines, with the span of these lines.
fn neighbourhoods<'f>(source: &SourceFile, edits: &'f [Edit]) -> Vec<(Span, &'f [Edit])> {
    let lines_of = |edit: &Edit| {
        let span = clamp(source.text(), edit.span);
        source.line_span(source.line_at(span.start)).cover(source.line_span(source.line_at(span.end)))
    };
    let mut found: Vec<(Span, &[Edit])> = Vec::new();
    let mut first = 0;
    for (index, edit) in edits.iter().enumerate() {
        let lines = lines_of(edit);
        match found.last_mut() {
            Some((whole, together)) if lines.start <= whole.end => {
                *whole = whole.cover(lines);
                *together = &edits[first..=index];
            }
            _ => {
                first = index;
                found.push((lines, &edits[index..=index]));
            }
        }
    }
    found
}

fn push_neighbourhood(source: &SourceFile, whole: Span, edits: &[Edit], lines: &mut Vec<PatchLine>) {
    let added: usize = edits.iter().map(|edit| edit.replacement.len()).sum();
    if whole.len() + added > COMPARED_BYTES {
        lines.push(PatchLine::More);
        return;
    }
    let new = edited(source, edits, whole);
    let old: Vec<&str> = source.slice(whole).lines().collect();
    let new: Vec<&str> = new.lines().collect();
    let focus = common_prefix(&old, &new);
    let first_line = source.line_at(whole.start);
    for change in TextDiff::from_slices(&old, &new).iter_all_changes() {
        let text = || shown(change.value(), focus);
        match change.tag() {
            ChangeTag::Equal => {}
            ChangeTag::Delete => lines.push(PatchLine::Removed(first_line + change.old_index().unwrap_or(0), text())),
            ChangeTag::Insert => lines.push(PatchLine::Added(text())),
        }
    }
}

/// Bytes that the first lines which differ have in common.
fn common_prefix(old: &[&str], new: &[&str]) -> usize {
    let Some((old, new)) = old.iter().zip(new).find(|(old, new)| old != new) else { return 0 };
    old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count()
}

/// `line` made harmless, clipped where it is long, with the white space at its end made visible.
fn shown(line: &str, focus: usize) -> String {
    let window = plain::window(line, focus.min(line.len()));
    let mut shown = plain::line(&line[window.range()]).into_owned();
    if window.end == line.len() {
        let end = shown.trim_end_matches([' ', '\t']).len();
        let marks: String = shown[end..].chars().map(|blank| if blank == '\t' { '→' } else { '·' }).collect();
        shown.truncate(end);
        shown += &marks;
    } else {
        shown.push('…');
    }
    if window.start > 0 { format!("…{shown}") } else { shown }
}

#[cfg(test)]
mod tests {
    use crate::edit::Effect;

    use super::PatchLine::{Added, Gap, More, Removed};
    use super::*;

    fn patch_of(text: &str, edits: Vec<Edit>) -> Vec<PatchLine> {
        patch(&SourceFile::new("Dockerfile", text), &Fix::new("fix", Effect::Identical, edits).unwrap())
    }

    #[test]
    fn a_line_inserted_at_the_end_of_a_file_without_line_end_is_only_added() {
        assert_eq!(patch_of("FROM a", vec![Edit::insert(6, "\nUSER b")]), [Added("USER b".into())]);
        assert_eq!(patch_of("", vec![Edit::insert(0, "FROM a\n")]), [Added("FROM a".into())]);
    }

    #[test]
    fn edits_far_apart_are_shown_apart() {
        let patch =
            patch_of("a\r\nb\r\nc \r\n", vec![Edit::replace(Span::new(0, 1), "x"), Edit::delete(Span::new(7, 8))]);
        let expected = [Removed(1, "a".into()), Added("x".into()), Gap, Removed(3, "c·".into()), Added("c".into())];
        assert_eq!(patch, expected);
    }

    #[test]
    fn a_patch_that_is_too_long_is_cut() {
        let text = "a\n".repeat(100);
        let patch = patch_of(&text, vec![Edit::delete(Span::new(0, 200))]);
        assert_eq!((patch.len(), patch.last()), (SHOWN_LINES + 1, Some(&More)));
    }
}
