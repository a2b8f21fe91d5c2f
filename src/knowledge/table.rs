//! Tables that are searched where they lie in the program file.
//!
//! A table is ASCII text: a line an entry, fields parted by tabs, lines in the order of their key fields. Nothing is
//! parsed or copied at start-up; a look-up is a binary search over bytes.

use std::cmp::Ordering;

use memchr::{memchr, memrchr};

/// Parts the items of a list inside a field (ASCII unit separator).
pub(super) const LIST_SEPARATOR: char = '\u{1f}';

/// A sorted table embedded in the program.
#[derive(Clone, Copy)]
pub(super) struct Table(&'static str);

impl Table {
    pub(super) const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The first row whose leading fields are `key`.
    pub(super) fn find<const N: usize>(self, key: [&str; N]) -> Option<Row> {
        self.rows(key).next()
    }

    /// All rows whose leading fields are `key`, in table order. The table must be sorted by those fields.
    pub(super) fn rows<const N: usize>(self, key: [&str; N]) -> impl Iterator<Item = Row> + Clone {
        let mut start = self.lower_bound(&key);
        let next = move || {
            let row = Row(self.line_at(start));
            start += row.0.len() + 1;
            Some(row).filter(|row| row.begins_with(&key) && !row.0.is_empty())
        };
        std::iter::from_fn(next)
    }

    /// Every row.
    pub(super) fn all(self) -> impl Iterator<Item = Row> {
        let mut start = 0;
        std::iter::from_fn(move || {
            let row = self.at_byte(start)?;
            start += row.0.len() + 1;
            Some(row)
        })
    }

    /// The row that begins at this byte, given in base 36 as the tables write it.
    pub(super) fn at(self, offset: &str) -> Option<Row> {
        self.at_byte(usize::from_str_radix(offset, 36).ok()?)
    }

    /// The row that begins at this byte.
    pub(super) fn at_byte(self, offset: usize) -> Option<Row> {
        (offset < self.0.len()).then(|| Row(self.line_at(offset)))
    }

    fn line_at(self, start: usize) -> &'static str {
        let rest = self.0.get(start..).unwrap_or_default();
        let end = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    /// Offset of the first row that is not less than `key`.
    fn lower_bound(self, key: &[&str]) -> usize {
        let bytes = self.0.as_bytes();
        let (mut low, mut high) = (0, bytes.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let before = bytes.get(low..middle).unwrap_or_default();
            let start = memrchr(b'\n', before).map_or(low, |at| low + at + 1);
            let line = self.line_at(start);
            if Row(line).compare(key) == Ordering::Less {
                low = start + line.len() + 1;
            } else {
                high = start;
            }
        }
        low
    }
}

/// One line of a table.
#[derive(Clone, Copy)]
pub(super) struct Row(&'static str);

impl Row {
    /// The field at this place, counted from 0; empty where the row has fewer.
    pub(super) fn field(self, index: usize) -> &'static str {
        self.fields().nth(index).unwrap_or_default()
    }

    /// All fields, in order.
    pub(super) fn fields(self) -> Fields {
        Fields { rest: Some(self.0) }
    }

    /// The line as it stands.
    pub(super) fn text(self) -> &'static str {
        self.0
    }

    /// Whether these are the leading fields.
    fn begins_with(self, key: &[&str]) -> bool {
        let mut rest = Some(self.0);
        key.iter().all(|part| {
            let behind = rest.and_then(|rest| rest.strip_prefix(part));
            rest = behind.and_then(|behind| behind.strip_prefix('\t'));
            behind.is_some_and(|behind| behind.is_empty() || rest.is_some())
        })
    }

    /// Compares the leading fields with `key`. No field holds a byte below the tab, so that they need not be told apart.
    fn compare(self, key: &[&str]) -> Ordering {
        let mut rest = self.0.as_bytes();
        for part in key {
            let shared = rest.len().min(part.len());
            let (field, behind) = rest.split_at(shared);
            let order = field.cmp(&part.as_bytes()[..shared]);
            match (order, behind.first()) {
                (Ordering::Equal, _) if shared < part.len() => return Ordering::Less,
                (Ordering::Equal, None) => rest = behind,
                (Ordering::Equal, Some(b'\t')) => rest = &behind[1..],
                (Ordering::Equal, Some(_)) => return Ordering::Greater,
                (order, _) => return order,
            }
        }
        Ordering::Equal
    }
}

/// The fields of a row, in order.
pub(super) struct Fields {
    rest: Option<&'static str>,
}

impl Iterator for Fields {
    type Item = &'static str;

    fn next(&mut self) -> Option<&'static str> {
        let rest = self.rest?;
        // Fields are short: going byte by byte is faster than setting up a search.
        let end = rest.bytes().position(|byte| byte == b'\t');
        let (field, behind) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        self.rest = end.and_then(|_| behind.get(1..));
        Some(field)
    }
}

/// Words from a table, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List {
    text: &'static str,
    separator: char,
}

impl List {
    /// A field whose items may hold blanks.
    pub(super) fn items(text: &'static str) -> Self {
        Self { text, separator: LIST_SEPARATOR }
    }

    /// A field of words parted by one blank.
    pub(super) fn words(text: &'static str) -> Self {
        Self { text, separator: ' ' }
    }

    /// The items.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        self.text.split(self.separator).filter(|item| !item.is_empty())
    }

    /// Whether this very word is in the list.
    pub fn contains(self, word: &str) -> bool {
        self.iter().any(|item| item == word)
    }

    /// Whether there are no items.
    pub fn is_empty(self) -> bool {
        self.text.is_empty()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    impl Table {
        /// Panics unless every line is ASCII, has one of these numbers of fields and lies behind the line before it, by
        /// its first `key` fields.
        pub(in super::super) fn assert_well_formed(self, name: &str, key: usize, fields: usize) {
            assert!(self.0.is_ascii() && self.0.ends_with('\n') && !self.0.contains('\r'), "{name}");
            let mut before: Vec<&str> = Vec::new();
            for row in self.all() {
                assert_eq!(row.fields().count(), fields, "{name}: {}", row.text());
                let now: Vec<&str> = row.fields().take(key).collect();
                assert!(before <= now, "{name}: {before:?} before {now:?}");
                before = now;
            }
        }
    }

    #[test]
    fn every_row_of_a_small_table_is_found_and_nothing_else() {
        let table = Table::new("a\t1\na\t2\nab\t3\nb\t4\n");
        assert_eq!(table.rows(["a"]).map(|row| row.field(1)).collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(table.find(["a", "2"]).map(Row::text), Some("a\t2"));
        assert_eq!(table.find(["ab"]).map(|row| row.field(1)), Some("3"));
        assert_eq!(table.find(["b"]).map(|row| row.field(1)), Some("4"));
        for missing in ["", "A", "aa", "abc", "c", "\u{10ffff}", "\n"] {
            assert!(table.find([missing]).is_none(), "{missing:?}");
        }
    }

    #[test]
    fn a_bad_offset_finds_nothing() {
        let table = Table::new("a\t1\nb\t2\n");
        assert_eq!(table.at("0004").map(Row::text), Some("b\t2"));
        for offset in ["", "zzzz", "-1", "é", "zzzzzzzzzzzzzzzzzzzzz", "0008"] {
            assert!(table.at(offset).is_none(), "{offset:?}");
        }
    }
}
