//! Edits of a file's bytes, and what they do to the image.

mod composition;
mod new_stage;
mod other_file;

use crate::source::Span;

pub use composition::Composition;
pub use new_stage::{NewStage, ServedFolder};
pub use other_file::OtherFile;

/// What a fix does to the built image: the ladder of five rungs, from none to much.
///
/// A fix on one rung keeps the promises of all rungs above its own in this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// BuildKit computes the same cache keys and the same image configuration.
    Identical,
    /// Same files and same configuration in the final image; layers, history or cache behaviour differ.
    Equivalent,
    /// Additionally drops what a package manager can make again: lists, archives, download caches.
    Debris,
    /// Other files or package sets in the image.
    Content,
    /// What runs, as whom, on which base.
    Runtime,
}

impl Effect {
    /// All rungs, from the least effect to the greatest.
    pub const ALL: [Effect; 5] =
        [Effect::Identical, Effect::Equivalent, Effect::Debris, Effect::Content, Effect::Runtime];

    /// The rung's name, as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Effect::Identical => "identical",
            Effect::Equivalent => "equivalent",
            Effect::Debris => "debris",
            Effect::Content => "content",
            Effect::Runtime => "runtime",
        }
    }

    /// The rung called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.name() == name)
    }
}

impl std::fmt::Display for Effect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Replace the bytes of `span` by `replacement`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edit {
    /// The bytes that go.
    pub span: Span,
    /// The text that comes.
    pub replacement: String,
}

impl Edit {
    /// Put `text` before the byte at `offset`.
    pub fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self { span: Span::at(offset), replacement: text.into() }
    }

    /// Put `text` in the place of `span`.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, replacement: text.into() }
    }

    /// Take `span` out.
    pub fn delete(span: Span) -> Self {
        Self { span, replacement: String::new() }
    }
}

/// Who decides whether a fix is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Applicability {
    /// It is made wherever its effect is allowed.
    Automatic,
    /// Only the user can know whether it is right here: it is made where its rule is selected by name.
    Suggested,
}

/// What a fix does to the stages of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StageChange {
    /// It makes two of one, and promises this of the second.
    Added(NewStage),
    /// It takes one out that the last does not need.
    Removed,
}

/// One repair: edits that belong together, or another file, and the stated effect on the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What is done, as an order: "write `AS` in upper case".
    pub title: String,
    /// The promise about the image.
    pub effect: Effect,
    /// Who decides whether it is made.
    pub applicability: Applicability,
    /// What it does to the stages of the file, where that is part of the promise.
    pub stages: Option<StageChange>,
    change: Change,
}

/// What a fix does.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    /// Sorted by place, without overlaps; never empty.
    Edits(Vec<Edit>),
    /// Another file is written, and the Dockerfile stays as it is.
    File(OtherFile),
}

impl Fix {
    /// A fix of the given edits, in any order. `None` when there are none or when two of them overlap.
    pub fn new(title: impl Into<String>, effect: Effect, mut edits: Vec<Edit>) -> Option<Self> {
        edits.sort();
        let overlap = edits.windows(2).any(|pair| pair[0].span.end > pair[1].span.start);
        (!edits.is_empty() && !overlap).then(|| Self::of(title.into(), effect, Change::Edits(edits)))
    }

    /// A fix that writes a file and leaves the Dockerfile as it is.
    pub fn writing(title: impl Into<String>, effect: Effect, file: OtherFile) -> Self {
        Self::of(title.into(), effect, Change::File(file))
    }

    fn of(title: String, effect: Effect, change: Change) -> Self {
        Self { title, effect, applicability: Applicability::Automatic, stages: None, change }
    }

    /// The stage that is added, where one is of which something is promised.
    pub fn new_stage(&self) -> Option<&NewStage> {
        match &self.stages {
            Some(StageChange::Added(new_stage)) => Some(new_stage),
            _ => None,
        }
    }

    /// The edits, sorted by place, without overlaps. Empty where a file is written instead.
    pub fn edits(&self) -> &[Edit] {
        match &self.change {
            Change::Edits(edits) => edits,
            Change::File(_) => &[],
        }
    }

    /// The file that is written, where that is the repair.
    pub fn other_file(&self) -> Option<&OtherFile> {
        match &self.change {
            Change::Edits(_) => None,
            Change::File(file) => Some(file),
        }
    }

    /// From the first byte touched to the last; empty where a file is written.
    pub fn span(&self) -> Span {
        let start = self.edits().first().map_or(0, |edit| edit.span.start);
        let end = self.edits().iter().map(|edit| edit.span.end).max().unwrap_or_default();
        Span::new(start, end)
    }
}

/// Where edits that were made for a text belong once the edits `made` have been made to it. Both are sorted, and no
/// edit of the one touches an edit of the other.
pub fn moved<'e>(edits: impl IntoIterator<Item = &'e Edit>, made: &[Edit]) -> Vec<Edit> {
    let mut before = made.iter().peekable();
    let (mut added, mut taken) = (0, 0);
    let moved = edits.into_iter().map(|edit| {
        while let Some(earlier) = before.next_if(|earlier| earlier.span.end <= edit.span.start) {
            added += earlier.replacement.len();
            taken += earlier.span.len();
        }
        Edit { span: edit.span.shifted(added).back(taken), replacement: edit.replacement.clone() }
    });
    moved.collect()
}

/// The spans that the replacements of sorted `edits` have in the text that comes out.
pub fn places_of_replacements(edits: &[Edit]) -> Vec<Span> {
    let (mut added, mut taken) = (0, 0);
    let place = |edit: &Edit| {
        let start = edit.span.start + added - taken;
        added += edit.replacement.len();
        taken += edit.span.len();
        Span::new(start, start + edit.replacement.len())
    };
    edits.iter().map(place).collect()
}

/// The bytes that come out when sorted `edits` without overlaps are made to `bytes`.
pub fn apply<'e>(bytes: &[u8], edits: impl IntoIterator<Item = &'e Edit>) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut copied = 0;
    for edit in edits {
        result.extend_from_slice(&bytes[copied..edit.span.start]);
        result.extend_from_slice(edit.replacement.as_bytes());
        copied = edit.span.end;
    }
    result.extend_from_slice(&bytes[copied..]);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_made_in_order_of_place() {
        let fix = Fix::new(
            "swap",
            Effect::Identical,
            vec![Edit::insert(5, "!"), Edit::replace(Span::new(0, 1), "J"), Edit::delete(Span::new(2, 4))],
        )
        .unwrap();
        assert_eq!(apply(b"Hello", fix.edits()), b"Jeo!");
        assert_eq!(fix.span(), Span::new(0, 5));
    }

    #[test]
    fn edits_find_their_place_after_others_were_made() {
        let text = b"0123456789";
        let first = [Edit::delete(Span::new(1, 3)), Edit::insert(6, "abc")];
        let second =
            [Edit::replace(Span::at(0), ">"), Edit::replace(Span::new(4, 5), "x"), Edit::delete(Span::new(8, 9))];
        let both: Vec<Edit> = {
            let mut both = [first.to_vec(), second.to_vec()].concat();
            both.sort();
            both
        };
        let step = apply(text, &first);
        assert_eq!(apply(&step, &moved(&second, &first)), apply(text, &both));
        assert_eq!(places_of_replacements(&first), [Span::at(1), Span::new(4, 7)]);
    }

    #[test]
    fn overlapping_edits_are_no_fix() {
        let edits = vec![Edit::delete(Span::new(0, 3)), Edit::delete(Span::new(2, 4))];
        assert!(Fix::new("no", Effect::Identical, edits).is_none());
        assert!(Fix::new("no", Effect::Identical, vec![]).is_none());
    }
}
