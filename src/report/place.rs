//! Spans as lines and columns, cheaply however long the lines are.

use crate::edit::{Edit, Fix, apply};
use crate::source::{SourceFile, Span};

/// Bytes between two checkpoints.
const STRIDE: usize = 1024;

/// Makes lines and columns of the offsets of one file.
///
/// [`SourceFile::position`] counts from the start of the line, which would be quadratic for the findings of a line
/// that is ten megabytes long.
pub(super) struct Places<'a> {
    source: &'a SourceFile,
    /// Code points that start before each multiple of [`STRIDE`]; `None` where each byte is one.
    checkpoints: Option<Vec<usize>>,
}

/// A place in a file, counted in every way that a format asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    /// 1-based line.
    pub line: usize,
    /// 1-based column in code points.
    pub column: usize,
    /// 1-based column in bytes.
    pub byte_column: usize,
    /// 0-based byte.
    pub offset: usize,
}

/// From the first place up to, not including, the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    /// Place of the first character.
    pub start: Point,
    /// Place behind the last character.
    pub end: Point,
}

impl<'a> Places<'a> {
    /// The places of `source`.
    pub fn of(source: &'a SourceFile) -> Self {
        let text = source.text().as_bytes();
        let count = |starts: &mut usize, chunk| {
            *starts += count_starts(chunk);
            Some(*starts)
        };
        let checkpoints = || std::iter::once(0).chain(text.chunks(STRIDE).scan(0, count)).collect();
        Self { source, checkpoints: (!text.is_ascii()).then(checkpoints) }
    }

    /// Where `span` starts and ends.
    pub fn range(&self, span: Span) -> Range {
        let span = clamp(self.source.text(), span);
        Range { start: self.point(span.start), end: self.point(span.end) }
    }

    /// Where `span` starts.
    pub fn start(&self, span: Span) -> Point {
        self.point(clamp(self.source.text(), span).start)
    }

    fn point(&self, offset: usize) -> Point {
        let line = self.source.line_at(offset);
        let start = self.source.line_span(line).start;
        let column = self.code_points_before(offset) - self.code_points_before(start) + 1;
        Point { line, column, byte_column: offset - start + 1, offset }
    }

    fn code_points_before(&self, offset: usize) -> usize {
        let Some(checkpoints) = &self.checkpoints else { return offset };
        let checkpoint = offset / STRIDE;
        checkpoints[checkpoint] + count_starts(&self.source.text().as_bytes()[checkpoint * STRIDE..offset])
    }
}

/// Bytes that start a code point.
fn count_starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0b1100_0000 != 0b1000_0000).count()
}

/// The part of `span` that lies in `text`, on character boundaries. A report must survive a rule's mistake.
pub(super) fn clamp(text: &str, span: Span) -> Span {
    let start = text.floor_char_boundary(span.start);
    Span::new(start, text.floor_char_boundary(span.end).max(start))
}

/// All edits of `fix` as one replacement, for formats that cannot say that several belong together.
pub(super) fn single_edit(source: &SourceFile, fix: &Fix) -> Edit {
    let whole = clamp(source.text(), fix.span());
    Edit::replace(whole, edited(source, fix.edits(), whole))
}

/// What the text of `within` becomes by `edits`, which are sorted and touch nothing outside.
pub(super) fn edited(source: &SourceFile, edits: &[Edit], within: Span) -> String {
    let mut touched = within.start;
    let mut inside = Vec::with_capacity(edits.len());
    for edit in edits {
        let span = clamp(source.text(), edit.span);
        let start = span.start.clamp(touched, within.end);
        let end = span.end.clamp(start, within.end);
        touched = end;
        inside.push(Edit::replace(Span::new(start, end).back(within.start), edit.replacement.as_str()));
    }
    let bytes = apply(source.slice(within).as_bytes(), &inside);
    // Edits on character boundaries leave text behind.
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_code_points_far_into_a_line() {
        let text = format!("a\n{}é-", "ü".repeat(3 * STRIDE));
        let source = SourceFile::new("Dockerfile", text.as_str());
        let point = Places::of(&source).start(Span::at(text.len() - 1));
        let expected = source.position(text.len() - 1);
        assert_eq!((point.line, point.column), (expected.line, expected.column));
        assert_eq!(point.byte_column, 2 * 3 * STRIDE + 3);
        assert_eq!(Places::of(&source).start(Span::at(text.len())).column, point.column + 1);
    }

    #[test]
    fn a_span_that_a_rule_got_wrong_is_moved_into_the_text() {
        assert_eq!(clamp("aé", Span::new(2, 9)), Span::new(1, 3));
        assert_eq!(clamp("", Span::new(5, 9)), Span::at(0));
    }
}
