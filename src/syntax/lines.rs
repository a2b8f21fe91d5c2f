//! Lines as BuildKit reads them: which are comments, which go on, what is left of each.

use crate::source::Span;

/// One line of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    /// All of the line, its line end included.
    pub span: Span,
    /// Without the line end; BuildKit takes every CR and LF off the end.
    pub content: Span,
}

/// The lines of a text, one after the other.
#[derive(Debug, Clone)]
pub(super) struct Lines<'t> {
    text: &'t str,
    offset: usize,
    /// 1-based number of the line that was taken last; 0 at the start.
    number: usize,
}

impl<'t> Lines<'t> {
    /// The lines from the byte `offset` of the text on.
    pub fn new(text: &'t str, offset: usize) -> Self {
        Self { text, offset, number: 0 }
    }

    /// 1-based number of the line that was taken last.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Offset of the first byte that was not taken.
    pub fn offset(&self) -> usize {
        self.offset
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let rest = &self.text[self.offset..];
        if rest.is_empty() {
            return None;
        }
        let length = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |at| at + 1);
        let span = Span::new(self.offset, self.offset + length);
        let content = rest[..length].trim_end_matches(['\r', '\n']).len();
        self.offset = span.end;
        self.number += 1;
        Some(Line { span, content: Span::new(span.start, span.start + content) })
    }
}

/// Whether BuildKit takes the line for a comment, at the top level and inside a continued instruction alike.
pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// The part of a line before its continuation: an escape character with nothing but blanks behind it and no other
/// escape character before it. `None` where the instruction ends with this line.
///
/// BuildKit: `([^\\])\\[ \t]*$|^\\[ \t]*$`.
pub(super) fn before_continuation(line: &str, escape: char) -> Option<&str> {
    let before = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!before.ends_with(escape)).then_some(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubled_escape_character_does_not_continue() {
        assert_eq!(before_continuation("a \\", '\\'), Some("a "));
        assert_eq!(before_continuation("a \\ \t", '\\'), Some("a "));
        assert_eq!(before_continuation("\\", '\\'), Some(""));
        assert_eq!(before_continuation("a \\\\", '\\'), None);
        assert_eq!(before_continuation("a \\\\\\", '\\'), None);
        assert_eq!(before_continuation("C:\\ `", '`'), Some("C:\\ "));
        assert_eq!(before_continuation("a \\x", '\\'), None);
    }

    #[test]
    fn a_lone_carriage_return_is_no_line_end() {
        let contents: Vec<_> = Lines::new("a\rb\r\n\r\nc", 0).map(|line| line.content).collect();
        assert_eq!(contents, [Span::new(0, 3), Span::new(5, 5), Span::new(7, 8)]);
    }
}
