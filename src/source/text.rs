//! Bytes in, text with a line index out.

use super::Span;

/// What stands in a text for each byte that is no part of UTF-8.
pub const SUBSTITUTE: char = '\u{1A}';

/// A file's name and contents, with an index of its lines.
///
/// BuildKit reads bytes and does not ask whether they are UTF-8. dfx wants `str`, and it wants offsets that are true
/// for the file on disk: each byte that is not part of valid UTF-8 is shown as U+001A (SUBSTITUTE, one byte long) in
/// [`text`](Self::text), while [`bytes`](Self::bytes) keeps the original.
#[derive(Debug, Clone)]
pub struct SourceFile {
    name: String,
    text: String,
    original: Option<Vec<u8>>,
    line_starts: Vec<usize>,
}

/// A place as people and programs count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// 1-based line. Lines end at LF, as for BuildKit; a CR before it belongs to the line end.
    pub line: usize,
    /// 1-based column, counted in Unicode code points.
    pub column: usize,
}

impl SourceFile {
    /// A file called `name`, as findings will call it, holding `bytes`.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        let (text, original) = match String::from_utf8(bytes.into()) {
            Ok(text) => (text, None),
            Err(error) => {
                let bytes = error.into_bytes();
                (substitute_invalid_bytes(&bytes), Some(bytes))
            }
        };
        let line_starts =
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        Self { name: name.into(), text, original, line_starts }
    }

    /// The name by which findings call this file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text; each byte outside valid UTF-8 reads as U+001A.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes as they were read.
    pub fn bytes(&self) -> &[u8] {
        self.original.as_deref().unwrap_or(self.text.as_bytes())
    }

    /// Whether some bytes are no part of UTF-8, so that the text does not tell them.
    pub fn has_invalid_bytes(&self) -> bool {
        self.original.is_some()
    }

    /// The text of a span.
    pub fn slice(&self, span: Span) -> &str {
        &self.text[span.range()]
    }

    /// Number of lines; a final line end does not start another line, and an empty file has one.
    pub fn line_count(&self) -> usize {
        let starts = self.line_starts.len();
        if starts > 1 && self.text.ends_with('\n') { starts - 1 } else { starts }
    }

    /// 1-based line that holds the byte at `offset`.
    pub fn line_at(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= offset)
    }

    /// 1-based line and column of the byte at `offset`.
    pub fn position(&self, offset: usize) -> Position {
        let line = self.line_at(offset);
        let start = self.line_starts[line - 1];
        Position { line, column: self.text[start..offset].chars().count() + 1 }
    }

    /// The bytes of a 1-based line, its line end included. Empty behind the last line.
    pub fn line_span(&self, line: usize) -> Span {
        let end_of_text = self.text.len();
        let start = self.line_starts.get(line - 1).copied().unwrap_or(end_of_text);
        let end = self.line_starts.get(line).copied().unwrap_or(end_of_text);
        Span::new(start, end)
    }

    /// The text of a 1-based line without its line end.
    pub fn line_text(&self, line: usize) -> &str {
        self.slice(self.line_span(line)).trim_end_matches(['\r', '\n'])
    }

    /// How the 1-based line ends, or, where it is the last and does not, how the lines before it do: `\n` or `\r\n`.
    pub fn line_ending(&self, line: usize) -> &'static str {
        let text = self.text.get(..self.line_span(line).end).unwrap_or_default();
        let ended = text.rfind('\n').map(|end| &text[..end]);
        if ended.is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" }
    }

    /// Offset of a 1-based line and column (code points); `None` outside the text.
    pub fn offset(&self, position: Position) -> Option<usize> {
        let start = *self.line_starts.get(position.line.checked_sub(1)?)?;
        let line = self.slice(self.line_span(position.line));
        let column = position.column.checked_sub(1)?;
        line.char_indices().map(|(at, _)| at).chain([line.len()]).nth(column).map(|at| start + at)
    }
}

fn substitute_invalid_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| SUBSTITUTE));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_bytes_keep_their_offsets() {
        let file = SourceFile::new("Dockerfile", b"FROM a\xff\xfe\nRUN \xc3\xa9 x".to_vec());
        assert_eq!(file.text(), "FROM a\u{1A}\u{1A}\nRUN é x");
        assert_eq!(file.bytes()[6], 0xff);
        assert_eq!(file.position(file.text().find('x').unwrap()), Position { line: 2, column: 7 });
    }

    #[test]
    fn a_line_without_end_would_end_as_the_one_before() {
        let file = SourceFile::new("Dockerfile", "a\r\nb\nc");
        assert_eq!([1, 2, 3].map(|line| file.line_ending(line)), ["\r\n", "\n", "\n"]);
        assert_eq!(SourceFile::new("Dockerfile", "a").line_ending(1), "\n");
    }

    #[test]
    fn positions_and_offsets_are_inverse() {
        let file = SourceFile::new("Dockerfile", "a\r\nbé\n\nc");
        for offset in [0, 1, 3, 4, 6, 7, 8, 9] {
            assert_eq!(file.offset(file.position(offset)), Some(offset));
        }
        assert_eq!(file.line_count(), 4);
        assert_eq!(file.line_text(1), "a");
    }

    #[test]
    fn a_final_line_end_starts_no_line() {
        assert_eq!(SourceFile::new("", "").line_count(), 1);
        assert_eq!(SourceFile::new("", "a").line_count(), 1);
        assert_eq!(SourceFile::new("", "a\n").line_count(), 1);
        assert_eq!(SourceFile::new("", "a\n\n").line_count(), 2);
    }
}
