//! Flags of instructions: `--from=build`.

use std::collections::HashSet;

use crate::source::Span;

use super::{Keyword, ProblemKind, Word, words};

/// A flag, without its dashes, quotes and escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The name, without dashes.
    pub name: Word,
    /// What follows `=`.
    pub value: Option<Word>,
    /// From the first dash to the end of the value.
    pub span: Span,
}

/// One field of a `--mount`: `target=/cache`, or `readonly`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountField {
    /// The key, as written; BuildKit compares it without regard to case.
    pub key: Word,
    /// What follows `=`.
    pub value: Option<Word>,
}

/// How BuildKit reads a flag.
enum Takes {
    /// `--link`, `--link=false`
    Boolean,
    /// `--from=build`, once
    Text,
    /// `--mount=...`, any number of times
    List,
}

impl Flag {
    pub(super) fn new(word: Word, span: Span) -> Self {
        let text = word.text();
        let end = text.find('=').unwrap_or(text.len());
        let value = (end < text.len()).then(|| word.slice(Span::new(end + 1, text.len())));
        Self { name: word.slice(Span::new(2.min(end), end)), value, span }
    }

    /// The value's text, empty where there is none.
    pub fn value_text(&self) -> &str {
        self.value.as_ref().map_or("", Word::text)
    }

    /// The value of a flag that is true or false; `None` where it is neither.
    pub fn boolean(&self) -> Option<bool> {
        match self.value.as_ref().map(|value| value.text().to_ascii_lowercase()).as_deref() {
            None | Some("true" | "") => Some(true),
            Some("false") => Some(false),
            Some(_) => None,
        }
    }

    /// The fields of a `--mount`; `None` where the value is no line of CSV.
    pub fn mount_fields(&self) -> Option<Vec<MountField>> {
        let fields = words::split_fields(self.value.as_ref()?)?;
        Some(fields.iter().map(MountField::new).collect())
    }

    /// The value of the first field of a `--mount` that has one of the `keys`, which are in lower case.
    pub fn mount_field(&self, keys: &[&str]) -> Option<Word> {
        let is_one = |field: &MountField| keys.iter().any(|key| field.key.text().eq_ignore_ascii_case(key));
        self.mount_fields()?.into_iter().find(is_one)?.value
    }
}

impl MountField {
    fn new(field: &Word) -> Self {
        let text = field.text();
        let end = text.find('=').unwrap_or(text.len());
        let value = (end < text.len()).then(|| field.slice(Span::new(end + 1, text.len())));
        Self { key: field.slice(Span::new(0, end)), value }
    }
}

/// What BuildKit refuses in the flags of an instruction.
pub(super) fn check(keyword: Keyword, flags: &[Flag]) -> Vec<(ProblemKind, Span)> {
    let mut problems = Vec::new();
    let mut seen = HashSet::new();
    for flag in flags {
        let name = flag.name.text().to_owned();
        if !keyword.flags().contains(&name.as_str()) {
            problems.push((ProblemKind::UnknownFlag { keyword, name }, flag.span));
            continue;
        }
        let takes = takes(&name);
        let repeated = !seen.insert(flag.name.text());
        if repeated && !matches!(takes, Takes::List) {
            problems.push((ProblemKind::RepeatedFlag { name }, flag.span));
        } else if matches!(takes, Takes::Boolean) && flag.boolean().is_none() {
            let expected = "`true` or `false`".to_owned();
            problems.push((ProblemKind::InvalidFlagValue { name, expected }, flag.span));
        } else if !matches!(takes, Takes::Boolean) && flag.value.is_none() {
            problems.push((ProblemKind::FlagWithoutValue { name }, flag.span));
        }
    }
    problems
}

fn takes(name: &str) -> Takes {
    match name {
        "keep-git-dir" | "link" | "parents" | "unpack" => Takes::Boolean,
        "device" | "exclude" | "mount" => Takes::List,
        _ => Takes::Text,
    }
}
