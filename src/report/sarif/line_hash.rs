//! The hash by which GitHub knows an alert again when its line has moved.
//!
//! Where a SARIF file lacks it, GitHub's upload action computes it from the sources; an upload by any other way does
//! not, and alerts double. The algorithm is that of the action: a rolling hash over a hundred UTF-16 code units from
//! the start of the line on, without spaces and tabs, with CR and CRLF read as LF.

use std::collections::HashMap;

use crate::source::SourceFile;

/// UTF-16 code units that go into a hash.
const WINDOW: usize = 100;

/// Base of the polynomial.
const BASE: u64 = 37;

/// Stands behind the last character of a file.
const END_OF_FILE: u16 = 0xFFFF;

const LINE_FEED: u16 = b'\n' as u16;
const CARRIAGE_RETURN: u16 = b'\r' as u16;
const SPACE: u16 = b' ' as u16;
const TAB: u16 = b'\t' as u16;

/// The value of `primaryLocationLineHash` for each line of `source`, the first line first. A file that ends with a line
/// end has one more line behind it.
pub(super) fn line_hashes(source: &SourceFile) -> Vec<String> {
    let mut hashes = Hashes::new();
    let text = String::from_utf8_lossy(source.bytes());
    let mut after_carriage_return = false;
    for unit in text.encode_utf16() {
        let belongs_to_line_end = after_carriage_return && unit == LINE_FEED;
        after_carriage_return = unit == CARRIAGE_RETURN;
        if unit != SPACE && unit != TAB && !belongs_to_line_end {
            hashes.read(if unit == CARRIAGE_RETURN { LINE_FEED } else { unit });
        }
    }
    hashes.read(END_OF_FILE);
    hashes.finish()
}

struct Hashes {
    window: [u16; WINDOW],
    /// Whether a line starts with the character at this place of the window.
    line_starts: [bool; WINDOW],
    oldest: usize,
    hash: u64,
    /// `BASE` to the power of `WINDOW`: what the oldest character counts for when it leaves.
    leaving: u64,
    at_line_start: bool,
    seen: HashMap<u64, usize>,
    lines: Vec<String>,
}

impl Hashes {
    fn new() -> Self {
        Self {
            window: [0; WINDOW],
            line_starts: [false; WINDOW],
            oldest: 0,
            hash: 0,
            leaving: (0..WINDOW).fold(1, |power: u64, _| power.wrapping_mul(BASE)),
            at_line_start: true,
            seen: HashMap::new(),
            lines: Vec::new(),
        }
    }

    fn read(&mut self, unit: u16) {
        self.emit_oldest();
        self.line_starts[self.oldest] = self.at_line_start;
        self.at_line_start = unit == LINE_FEED;
        self.roll(unit);
    }

    fn finish(mut self) -> Vec<String> {
        for _ in 0..WINDOW {
            self.emit_oldest();
            self.roll(0);
        }
        self.lines
    }

    fn emit_oldest(&mut self) {
        if std::mem::take(&mut self.line_starts[self.oldest]) {
            let count = self.seen.entry(self.hash).or_default();
            *count += 1;
            self.lines.push(format!("{:x}:{count}", self.hash));
        }
    }

    fn roll(&mut self, unit: u16) {
        let oldest = std::mem::replace(&mut self.window[self.oldest], unit);
        let left = self.leaving.wrapping_mul(u64::from(oldest));
        self.hash = self.hash.wrapping_mul(BASE).wrapping_add(u64::from(unit)).wrapping_sub(left);
        self.oldest = (self.oldest + 1) % WINDOW;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(text: &str) -> Vec<String> {
        line_hashes(&SourceFile::new("Dockerfile", text))
    }

    #[test]
    fn white_space_and_the_kind_of_line_end_do_not_count() {
        assert_eq!(hashes("FROM a\nRUN b\n"), hashes("  FROM\ta\r\nRUN  b\r"));
        assert_eq!(hashes("FROM a\nRUN b\n").len(), 3);
    }

    #[test]
    fn lines_with_one_hash_are_numbered() {
        let same = "a\n".repeat(200);
        let hashes = hashes(&same);
        assert_eq!(hashes.len(), 201);
        assert!(hashes[0].ends_with(":1") && hashes[1].ends_with(":2"));
    }
}
