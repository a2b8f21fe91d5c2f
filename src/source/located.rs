//! Text gathered from several stretches of a file, which knows where each byte came from.

use super::Span;

/// Text put together from stretches of a file: an instruction without its continuations and comments, a word with its
/// escapes resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedText {
    text: String,
    first: Stretch,
    /// Further stretches, ordered by `text_start`; mostly there is none.
    rest: Vec<Stretch>,
}

/// Bytes of the text, and the bytes of the file that they stand for. The lengths differ only where an escape sequence
/// was resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    text_start: usize,
    text_len: usize,
    file: Span,
}

impl Stretch {
    fn is_verbatim(self) -> bool {
        self.text_len == self.file.len()
    }

    fn text_end(self) -> usize {
        self.text_start + self.text_len
    }
}

impl LocatedText {
    /// No text yet, at the byte `offset` of the file.
    pub fn empty_at(offset: usize) -> Self {
        let first = Stretch { text_start: 0, text_len: 0, file: Span::at(offset) };
        Self { text: String::new(), first, rest: Vec::new() }
    }

    /// Text that stands in the file as it is, starting at the byte `file_start`.
    pub fn verbatim(text: impl Into<String>, file_start: usize) -> Self {
        let text = text.into();
        let first =
            Stretch { text_start: 0, text_len: text.len(), file: Span::new(file_start, file_start + text.len()) };
        Self { text, first, rest: Vec::new() }
    }

    /// Append text that stands in the file as it is, starting at the byte `file_start`.
    pub fn push_verbatim(&mut self, text: &str, file_start: usize) {
        self.push(text, Span::new(file_start, file_start + text.len()));
    }

    /// Append text that the bytes `file` stand for.
    pub fn push(&mut self, text: &str, file: Span) {
        if text.is_empty() {
            return;
        }
        let stretch = Stretch { text_start: self.text.len(), text_len: text.len(), file };
        self.text.push_str(text);
        let last = self.rest.last_mut().unwrap_or(&mut self.first);
        if last.text_len == 0 {
            *last = stretch;
        } else if last.is_verbatim() && stretch.is_verbatim() && last.file.end == stretch.file.start {
            last.text_len += stretch.text_len;
            last.file.end = stretch.file.end;
        } else {
            self.rest.push(stretch);
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The smallest span of the file that holds all of the text.
    pub fn span(&self) -> Span {
        self.first.file.cover(self.rest.last().map_or(self.first.file, |stretch| stretch.file))
    }

    /// The smallest span of the file that holds what `within`, a range of the text, stands for.
    pub fn locate(&self, within: Span) -> Span {
        if within.is_empty() {
            return Span::at(self.offset_of_start(within.start));
        }
        let start = self.offset_of_start(within.start);
        Span::new(start, self.offset_of_end(within.end).max(start))
    }

    /// The span of the file that holds exactly what `within` stands for. `None` when something else lies between: then
    /// an edit of that span would lose a continuation or a comment.
    pub fn locate_exactly(&self, within: Span) -> Option<Span> {
        let located = self.locate(within);
        (located.len() == within.len()).then_some(located)
    }

    /// Whether the text stands in the file in one piece.
    pub fn is_contiguous(&self) -> bool {
        self.rest.is_empty() && self.first.is_verbatim()
    }

    /// A part of the text, which still knows its places.
    pub fn slice(&self, within: Span) -> LocatedText {
        // Most text stands in one piece.
        if self.is_contiguous()
            && let Some(text) = self.text.get(within.start..within.end)
        {
            return LocatedText::verbatim(text, self.first.file.start + within.start);
        }
        let mut slice = LocatedText::empty_at(self.offset_of_start(within.start));
        let first = self.index_at(within.start);
        for stretch in (first..=self.rest.len()).map(|index| self.stretch(index)) {
            let start = stretch.text_start.max(within.start);
            let end = stretch.text_end().min(within.end);
            if start >= within.end {
                break;
            }
            if start >= end {
                continue;
            }
            let file = if stretch.is_verbatim() {
                Span::new(start, end).shifted(stretch.file.start).back(stretch.text_start)
            } else {
                stretch.file
            };
            slice.push(&self.text[start..end], file);
        }
        slice
    }

    /// A part of the text without the white space around it.
    pub fn trimmed(&self) -> LocatedText {
        let start = self.text.len() - self.text.trim_start().len();
        let end = self.text.trim_end().len().max(start);
        self.slice(Span::new(start, end))
    }

    /// The stretches, each with its text and the bytes of the file that it stands for.
    pub fn stretches_of_file(&self) -> impl Iterator<Item = (&str, Span)> {
        self.stretches().map(|stretch| (&self.text[stretch.text_start..stretch.text_end()], stretch.file))
    }

    fn stretches(&self) -> impl Iterator<Item = Stretch> + '_ {
        std::iter::once(self.first).chain(self.rest.iter().copied())
    }

    fn stretch(&self, index: usize) -> Stretch {
        index.checked_sub(1).and_then(|index| self.rest.get(index)).copied().unwrap_or(self.first)
    }

    /// Index of the stretch that holds the byte at `offset` of the text.
    fn index_at(&self, offset: usize) -> usize {
        self.rest.partition_point(|stretch| stretch.text_start <= offset)
    }

    fn offset_of_start(&self, offset: usize) -> usize {
        let stretch = self.stretch(self.index_at(offset));
        let into = offset - stretch.text_start;
        if stretch.is_verbatim() || into == 0 {
            stretch.file.start + into.min(stretch.file.len())
        } else if into >= stretch.text_len {
            stretch.file.end
        } else {
            stretch.file.start
        }
    }

    fn offset_of_end(&self, offset: usize) -> usize {
        let stretch = self.stretch(self.index_at(offset.saturating_sub(1)));
        if stretch.is_verbatim() { stretch.file.start + (offset - stretch.text_start) } else { stretch.file.end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined() -> LocatedText {
        let mut text = LocatedText::empty_at(0);
        text.push_verbatim("RUN a ", 0);
        text.push_verbatim("&& b", 20);
        text
    }

    #[test]
    fn a_range_over_a_gap_covers_the_gap() {
        let text = joined();
        assert_eq!(text.text(), "RUN a && b");
        assert_eq!(text.locate(Span::new(4, 10)), Span::new(4, 24));
        assert_eq!(text.locate_exactly(Span::new(4, 10)), None);
        assert_eq!(text.locate_exactly(Span::new(9, 10)), Some(Span::new(23, 24)));
        assert_eq!(text.locate(Span::new(4, 6)), Span::new(4, 6));
    }

    #[test]
    fn slices_keep_their_places() {
        let slice = joined().slice(Span::new(4, 8));
        assert_eq!(slice.text(), "a &&");
        assert_eq!(slice.span(), Span::new(4, 22));
        assert_eq!(slice.slice(Span::new(2, 4)).span(), Span::new(20, 22));
        assert_eq!(joined().slice(Span::new(6, 10)).trimmed().span(), Span::new(20, 24));
    }

    #[test]
    fn a_resolved_escape_stands_for_all_its_bytes() {
        let mut text = LocatedText::empty_at(10);
        text.push_verbatim("a", 10);
        text.push("\n", Span::new(11, 13));
        text.push_verbatim("b", 13);
        assert_eq!(text.locate(Span::new(1, 2)), Span::new(11, 13));
        assert_eq!(text.locate(Span::new(0, 3)), Span::new(10, 14));
        assert!(!text.is_contiguous());
    }
}
