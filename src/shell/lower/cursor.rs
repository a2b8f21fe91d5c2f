//! Moving over the text: blanks, comments, heredoc bodies, expected tokens.

use super::{Fault, Lowered, Lowerer};
use crate::source::Span;

impl Lowerer<'_> {
    /// The text from the cursor on.
    pub(super) fn rest(&self) -> &str {
        self.text.get(self.cursor..self.end).unwrap_or_default()
    }

    /// Moves over blanks and `\`-newlines.
    pub(super) fn skip_blanks(&mut self) {
        let bytes = self.text.as_bytes();
        while self.cursor < self.end {
            match bytes.get(self.cursor..self.end) {
                Some([b' ' | b'\t', ..]) => self.cursor += 1,
                Some([b'\\', b'\n', ..]) => self.cursor += 2,
                _ => return,
            }
        }
    }

    /// Moves over blanks, newlines, comments and the bodies of heredocs.
    pub(super) fn skip_lines(&mut self) {
        loop {
            self.skip_blanks();
            match self.text.as_bytes().get(self.cursor..self.end) {
                Some([b'\n', ..]) => self.newline(),
                Some([b'#', ..]) => {
                    self.cursor += self.rest().find('\n').unwrap_or(self.end - self.cursor);
                }
                _ => return,
            }
        }
    }

    /// Moves over a newline and the bodies of the heredocs that start behind it.
    fn newline(&mut self) {
        self.cursor += 1;
        for (delimiter, strip_tabs) in std::mem::take(&mut self.pending_heredocs) {
            loop {
                let rest = self.rest();
                if rest.is_empty() {
                    return;
                }
                let line = rest.split('\n').next().unwrap_or_default();
                let found = delimiter == if strip_tabs { line.trim_start_matches('\t') } else { line };
                self.cursor = (self.cursor + line.len() + 1).min(self.end);
                if found {
                    break;
                }
            }
        }
    }

    /// Moves over `token`, which must come next.
    pub(super) fn expect(&mut self, token: &str) -> Lowered<Span> {
        if !self.rest().starts_with(token) {
            return Err(self.unexpected());
        }
        let span = Span::at(self.cursor).cover(Span::at(self.cursor + token.len()));
        self.cursor = span.end;
        Ok(span)
    }

    /// Moves over newlines and comments to `token` and over it.
    pub(super) fn expect_after_lines(&mut self, token: &str) -> Lowered<Span> {
        self.skip_lines();
        self.expect(token)
    }

    /// The fault at the cursor, where something else was due.
    pub(super) fn unexpected(&self) -> Fault {
        let rest = self.rest();
        let token = match rest.as_bytes() {
            [] => return Fault::Invalid(Span::at(self.cursor), "the script ends inside a command".to_owned()),
            [first, second, ..] if first == second && b"&|;".contains(first) => 2,
            [b'(' | b')' | b'&' | b'|' | b';' | b'<' | b'>' | b'}', ..] => 1,
            _ => match rest.find([' ', '\t', '\n', ';', '&', '|', '(', ')']).unwrap_or(rest.len()) {
                0 => return Fault::Opaque("not understood"),
                length => length,
            },
        };
        let span = Span::new(self.cursor, self.cursor + token);
        let message = match self.slice(span) {
            "(" => "a shell does not accept an unquoted `(` here; write `\\(` to pass it to the command".to_owned(),
            ")" => "this `)` closes nothing; write `\\)` to pass it to the command".to_owned(),
            token => format!("a shell does not expect `{token}` here"),
        };
        Fault::Invalid(span, message)
    }
}
