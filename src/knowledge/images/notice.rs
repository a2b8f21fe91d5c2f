//! Repositories that their makers gave up.

use super::super::table::{List, Row, Table};

/// repository pattern, tag pattern, kind, since, replacements, note, source.
pub(super) const NOTICES: Table = Table::new(include_str!("../data/image-notices.tsv"));

/// What became of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// The repositories that it is about; a `*` stands for anything.
    pattern: &'static str,
    /// What happened.
    pub kind: NoticeKind,
    /// When, as precise as is known: `2022-07` or `2024-07-29`.
    pub since: Option<&'static str>,
    /// What to use instead, the nearest first; empty where nothing takes its place. A `*` stands for the part of the name
    /// that stays.
    pub replacements: List,
    /// A remark; may be empty.
    pub note: &'static str,
    /// The document that says so.
    pub source: &'static str,
}

/// What happened to a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Its maintainers advise against it.
    Deprecated,
    /// No longer an official image.
    Removed,
    /// Published under another name.
    Moved,
    /// Not updated any more without having been given up in words.
    Unmaintained,
}

impl Notice {
    /// What to use in place of `repository`, the nearest first.
    pub fn replacements_of(&self, repository: &str) -> Vec<String> {
        let kept = self
            .pattern
            .split_once('*')
            .and_then(|(front, back)| repository.strip_prefix(front).and_then(|rest| rest.strip_suffix(back)));
        self.replacements.iter().map(|name| name.replacen('*', kept.unwrap_or("*"), 1)).collect()
    }
}

/// The notice for this repository and tag. The table is a screenful, and its patterns keep it from being searched.
pub(super) fn find(repository: &str, tag: &str) -> Option<Notice> {
    NOTICES.all().find(|row| matches(row.field(0), repository) && matches(row.field(1), tag)).map(read)
}

/// Whether `text` is `pattern`, in which one `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    // Most patterns begin otherwise.
    let may_match = |first: &u8| *first == b'*' || text.as_bytes().first() == Some(first);
    if !pattern.as_bytes().first().is_some_and(may_match) {
        return pattern == text;
    }
    match pattern.split_once('*') {
        None => pattern == text,
        Some((front, back)) => text.strip_prefix(front).is_some_and(|rest| rest.ends_with(back)),
    }
}

fn read(row: Row) -> Notice {
    let kind = match row.field(2) {
        "deprecated" => NoticeKind::Deprecated,
        "removed" => NoticeKind::Removed,
        "moved" => NoticeKind::Moved,
        _ => NoticeKind::Unmaintained,
    };
    let since = Some(row.field(3)).filter(|since| !since.is_empty());
    let pattern = row.field(0);
    Notice { pattern, kind, since, replacements: List::items(row.field(4)), note: row.field(5), source: row.field(6) }
}
