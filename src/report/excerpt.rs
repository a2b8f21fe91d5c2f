//! The lines of a file that a finding is about, made fit for a terminal.

use std::collections::BTreeSet;
use std::ops::Range;

use codespan_reporting::files::{Error, Files, Location};

use crate::source::{SourceFile, Span};

use super::place::{Point, clamp};
use super::plain;

/// Lines shown from the start of a stretch that is longer, and from its end.
const LINES_AT_START: usize = 4;
const LINES_AT_END: usize = 2;

/// Some lines of a file as they are shown: without anything that a terminal obeys, clipped where they are long.
///
/// codespan-reporting asks it for lines by an index. Shown neighbours have neighbouring indices; where lines are left
/// out, the indices jump by just enough to be drawn as a break, however many lines are left out.
pub(super) struct Excerpt {
    name: String,
    text: String,
    rows: Vec<Row>,
    primary: Location,
}

/// A line of the file in the excerpt.
struct Row {
    index: usize,
    /// 1-based line of the file.
    line: usize,
    /// The row in the excerpt's text, without the line end.
    shown: Span,
    /// Where characters stand in the file and in the excerpt's text, in order, and last the end of both.
    characters: Vec<(usize, usize)>,
}

impl Excerpt {
    /// The lines of `spans`, of which the first is the primary one, starting at `primary`.
    pub fn new(source: &SourceFile, spans: &[Span], primary: Point) -> Self {
        let mut excerpt = Self {
            name: plain::path(source.name()),
            text: String::new(),
            rows: Vec::new(),
            primary: Location { line_number: primary.line, column_number: primary.column },
        };
        let spans: Vec<Span> = spans.iter().map(|&span| trimmed(source, span)).collect();
        for line in lines_to_show(source, &spans) {
            excerpt.push_row(source, line, &spans);
        }
        excerpt
    }

    /// The range of the excerpt's text that stands for `span`.
    pub fn locate(&self, source: &SourceFile, span: Span) -> Range<usize> {
        let span = trimmed(source, span);
        let start = self.offset_of(source, span.start);
        start..self.offset_of(source, span.end).max(start)
    }

    /// The greatest line number that is shown.
    pub fn last_line(&self) -> usize {
        self.rows.last().map_or(1, |row| row.line)
    }

    fn push_row(&mut self, source: &SourceFile, line: usize, spans: &[Span]) {
        let index = match self.rows.last() {
            None => 0,
            // Three apart is what codespan-reporting draws as a break.
            Some(last) => last.index + (line - last.line).min(3),
        };
        let whole = source.line_span(line);
        let text = source.line_text(line);
        let focus = spans.iter().find(|span| source.line_at(span.start) == line).map_or(whole.start, |span| span.start);
        let window = plain::window(text, (focus - whole.start).min(text.len()));
        let start = self.text.len();
        let mut characters = Vec::with_capacity(window.len());
        if window.start > 0 {
            characters.push((whole.start, self.text.len()));
            self.text.push('…');
        }
        for (at, character) in text[window.range()].char_indices() {
            let at = window.start + at;
            characters.push((whole.start + at, self.text.len()));
            plain::push_visible(character, &mut self.text);
            if character == '#' && plain::starts_command(&text[at + 1..]) {
                self.text.push(' ');
            }
        }
        characters.push((whole.start + window.end, self.text.len()));
        if window.end < text.len() {
            self.text.push('…');
        }
        self.rows.push(Row { index, line, shown: Span::new(start, self.text.len()), characters });
        self.text.push('\n');
    }

    /// Offset in the excerpt's text of the byte at `offset` of the file; the nearest one where that is not shown.
    fn offset_of(&self, source: &SourceFile, offset: usize) -> usize {
        let line = source.line_at(offset);
        let row = self.rows.partition_point(|row| row.line < line).min(self.rows.len().saturating_sub(1));
        let Some(row) = self.rows.get(row) else { return 0 };
        let character = row.characters.partition_point(|&(file, _)| file < offset);
        row.characters.get(character).or(row.characters.last()).map_or(row.shown.start, |&(_, shown)| shown)
    }

    fn row_at(&self, index: usize) -> Option<&Row> {
        self.rows.get(self.rows.partition_point(|row| row.index < index)).or(self.rows.last())
    }
}

/// `span` inside the text and without the line end behind it, which would be drawn as a stretch over two lines.
fn trimmed(source: &SourceFile, span: Span) -> Span {
    let span = clamp(source.text(), span);
    let text = source.slice(span).trim_end_matches(['\r', '\n']);
    if text.is_empty() { Span::at(span.start) } else { Span::new(span.start, span.start + text.len()) }
}

fn lines_to_show(source: &SourceFile, spans: &[Span]) -> BTreeSet<usize> {
    let mut lines = BTreeSet::new();
    for span in spans {
        let (first, last) = (source.line_at(span.start), source.line_at(span.end));
        lines.extend(first..=last.min(first + LINES_AT_START - 1));
        lines.extend((last + 1).saturating_sub(LINES_AT_END).max(first)..=last);
    }
    // A single line left out takes as much room as the sign that it is left out.
    let single_gaps: Vec<usize> = lines
        .iter()
        .filter(|&line| !lines.contains(&(line + 1)) && lines.contains(&(line + 2)))
        .map(|l| l + 1)
        .collect();
    lines.extend(single_gaps);
    lines
}

impl<'a> Files<'a> for Excerpt {
    type FileId = ();
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, (): ()) -> Result<&'a str, Error> {
        Ok(&self.name)
    }

    fn source(&'a self, (): ()) -> Result<&'a str, Error> {
        Ok(&self.text)
    }

    fn line_index(&'a self, (): (), byte_index: usize) -> Result<usize, Error> {
        let row = self.rows.partition_point(|row| row.shown.start <= byte_index).saturating_sub(1);
        Ok(self.rows.get(row).map_or(0, |row| row.index))
    }

    fn line_number(&'a self, (): (), line_index: usize) -> Result<usize, Error> {
        Ok(self.row_at(line_index).map_or(1, |row| row.line))
    }

    fn location(&'a self, (): (), _: usize) -> Result<Location, Error> {
        // Only asked for the start of the primary label; the excerpt's own columns are not those of the file.
        Ok(self.primary)
    }

    fn line_range(&'a self, (): (), line_index: usize) -> Result<Range<usize>, Error> {
        match self.row_at(line_index) {
            Some(row) if row.index == line_index => Ok(row.shown.start..row.shown.end + 1),
            Some(row) => Ok(row.shown.start..row.shown.start),
            None => Ok(0..0),
        }
    }
}
