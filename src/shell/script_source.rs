//! The text that a shell receives, and where each byte of it stands in the file.

use crate::shell::Dialect;
use crate::source::Span;

/// How a script reaches its shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptForm {
    /// Shell form of an instruction: handed to `SHELL` as one argument.
    ShellForm,
    /// Body of a heredoc.
    Heredoc,
    /// Argument of `-c` of a shell that is named in the command itself.
    ExecDashC,
}

/// A stretch of script text that is also one stretch of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// First byte in the script text.
    pub joined_start: usize,
    /// First byte in the file.
    pub source_start: usize,
    /// Length in bytes, in both.
    pub len: usize,
}

impl Segment {
    fn joined_end(&self) -> usize {
        self.joined_start + self.len
    }

    fn source_end(&self) -> usize {
        self.source_start + self.len
    }
}

/// A script's text with its map to the file.
///
/// BuildKit drops `\`-newlines, comment lines and blank lines inside a continued instruction before the shell sees
/// them, so the shell's text is the file's text with gaps. Spans in the shell model are spans of [`text`](Self::text).
#[derive(Debug, Clone)]
pub struct ScriptSource {
    text: String,
    segments: Vec<Segment>,
    dialect: Dialect,
    form: ScriptForm,
}

impl ScriptSource {
    /// A script without text, to which [`push`](Self::push) appends.
    pub fn new(dialect: Dialect, form: ScriptForm) -> Self {
        Self { text: String::new(), segments: Vec::new(), dialect, form }
    }

    /// Appends `text`, which stands in the file from byte `source_start` on.
    ///
    /// Stretches must come in the order of the file. A stretch that directly continues the one before joins it.
    pub fn push(&mut self, text: &str, source_start: usize) {
        if text.is_empty() {
            return;
        }
        let joined_start = self.text.len();
        self.text.push_str(text);
        match self.segments.last_mut() {
            Some(last) if last.source_end() == source_start => last.len += text.len(),
            _ => self.segments.push(Segment { joined_start, source_start, len: text.len() }),
        }
    }

    /// Appends the text of `joined` of another script, keeping its places in the file.
    pub fn push_from(&mut self, other: &ScriptSource, joined: Span) {
        for segment in other.segments_touching(joined) {
            let start = segment.joined_start.max(joined.start);
            let end = segment.joined_end().min(joined.end);
            if let Some(text) = other.text.get(start..end) {
                self.push(text, segment.source_start + (start - segment.joined_start));
            }
        }
    }

    /// The text that the shell receives.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The stretches, in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The shell that receives the text.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// How the text reaches the shell.
    pub fn form(&self) -> ScriptForm {
        self.form
    }

    /// The file's bytes of a span of the text: `None` when they are not one contiguous stretch, so that an edit there
    /// would swallow a continuation or a comment. An empty span lies where the byte behind it lies.
    pub fn to_file(&self, joined: Span) -> Option<Span> {
        let (first, last) = self.ends(joined)?;
        let contiguous = self.segments.get(first..=last)?.windows(2).all(|pair| match pair {
            [left, right] => left.source_end() == right.source_start,
            _ => true,
        });
        contiguous.then(|| self.cover(joined, first, last))
    }

    /// The smallest stretch of the file that holds a span of the text, the gaps between included.
    pub fn to_file_cover(&self, joined: Span) -> Span {
        self.ends(joined).map_or(Span::default(), |(first, last)| self.cover(joined, first, last))
    }

    /// The stretch of the file from the start of `joined`, which the segment `first` holds, to its end in `last`.
    fn cover(&self, joined: Span, first: usize, last: usize) -> Span {
        let place = |index: usize, offset: usize| {
            self.segments.get(index).map_or(0, |segment| {
                segment.source_start + offset.saturating_sub(segment.joined_start).min(segment.len)
            })
        };
        let start = place(first, joined.start);
        Span::new(start, place(last, joined.end).max(start))
    }

    /// The place in the text of the byte at `offset` of the file; `None` for bytes that the shell does not see.
    pub fn to_joined(&self, offset: usize) -> Option<usize> {
        let behind = self.segments.partition_point(|segment| segment.source_start <= offset);
        let segment = self.segments.get(behind.checked_sub(1)?)?;
        let within = offset - segment.source_start;
        (within < segment.len).then_some(segment.joined_start + within)
    }

    /// Indices of the segments that hold the first and the last byte of `joined`.
    fn ends(&self, joined: Span) -> Option<(usize, usize)> {
        let holding =
            |offset: usize| self.segments.partition_point(|segment| segment.joined_start <= offset).saturating_sub(1);
        if self.segments.is_empty() || joined.end > self.text.len() {
            return None;
        }
        let first = holding(joined.start);
        Some((first, if joined.is_empty() { first } else { holding(joined.end - 1) }))
    }

    fn segments_touching(&self, joined: Span) -> &[Segment] {
        match self.ends(joined) {
            Some((first, last)) if !joined.is_empty() => self.segments.get(first..=last).unwrap_or_default(),
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `RUN a \` newline `# note` newline `  b`, whose text is `a   b`.
    fn joined() -> ScriptSource {
        let mut source = ScriptSource::new(Dialect::Sh, ScriptForm::ShellForm);
        source.push("a ", 4);
        source.push("  b", 15);
        source
    }

    #[test]
    fn a_span_inside_one_stretch_maps_exactly() {
        assert_eq!(joined().to_file(Span::new(4, 5)), Some(Span::new(17, 18)));
        assert_eq!(joined().to_file(Span::new(0, 2)), Some(Span::new(4, 6)));
    }

    #[test]
    fn a_span_over_a_gap_has_only_a_cover() {
        assert_eq!(joined().to_file(Span::new(0, 5)), None);
        assert_eq!(joined().to_file_cover(Span::new(0, 5)), Span::new(4, 18));
    }

    #[test]
    fn an_empty_span_lies_before_the_byte_behind_it() {
        assert_eq!(joined().to_file(Span::at(2)), Some(Span::at(15)));
        assert_eq!(joined().to_file(Span::at(5)), Some(Span::at(18)));
    }

    #[test]
    fn bytes_that_the_shell_does_not_see_have_no_place_in_the_text() {
        assert_eq!(joined().to_joined(5), Some(1));
        assert_eq!(joined().to_joined(6), None);
        assert_eq!(joined().to_joined(17), Some(4));
        assert_eq!(joined().to_joined(3), None);
    }

    #[test]
    fn neighbouring_stretches_become_one() {
        let mut source = ScriptSource::new(Dialect::Sh, ScriptForm::ShellForm);
        source.push("ab", 4);
        source.push("cd", 6);
        assert_eq!(source.segments().len(), 1);
        assert_eq!(source.to_file(Span::new(1, 3)), Some(Span::new(5, 7)));
    }

    #[test]
    fn a_span_outside_the_text_maps_to_nothing() {
        assert_eq!(joined().to_file(Span::new(0, 99)), None);
    }
}
