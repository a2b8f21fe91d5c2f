//! Variables and quotes in a word, as BuildKit expands them (`frontend/dockerfile/shell/lex.go`).
//!
//! It looks like a shell, and is not one: no command substitution, no arithmetic, quotes removed inside `${x:-"y"}`,
//! patterns without bracket expressions, and every variable that is looked up counts as used even if a default
//! stands ready for it.

mod error;
mod pattern;
mod reader;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::source::Span;

pub use error::{ExpansionError, ExpansionErrorKind};
use reader::Reader;

/// How a word is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expander {
    /// The character that takes the meaning from the next one: `\`, or a backtick where the `escape` directive says so.
    pub escape: char,
    /// Keep the quotes around quoted text.
    pub raw_quotes: bool,
    /// Keep the escape character before an escaped one.
    pub raw_escapes: bool,
    /// Leave references to variables that are not set as they were written.
    pub skip_unset: bool,
    /// Quotes are characters like any other.
    pub ignore_quotes: bool,
}

impl Expander {
    /// What BuildKit uses for the words of an instruction.
    pub fn new(escape: char) -> Self {
        Self { escape, raw_quotes: false, raw_escapes: false, skip_unset: false, ignore_quotes: false }
    }

    /// What BuildKit uses for the text of a heredoc of `COPY` or `ADD`: quotes mean nothing, and the escape character
    /// is `\` whatever the `escape` directive says.
    pub fn for_heredoc() -> Self {
        Self { ignore_quotes: true, ..Self::new('\\') }
    }

    /// The word with quotes removed and variables replaced; white space in it stays (BuildKit's `ProcessWord`).
    ///
    /// # Errors
    /// Where BuildKit refuses the word, and where a word nests or grows without measure: see [`ExpansionErrorKind`].
    pub fn expand_word(&self, word: &str, variables: &dyn Variables) -> Result<Expansion, ExpansionError> {
        let mut reader = Reader::new(self, word, variables);
        match reader.read_word() {
            Ok(value) => Ok(Expansion { value, references: reader.into_references() }),
            Err(problem) => Err(problem.with_references(reader.into_references())),
        }
    }

    /// The word as [`expand_word`](Self::expand_word) reads it, then split at white space outside quotes (BuildKit's
    /// `ProcessWords`). Values of variables are split too, unless the reference is quoted; empty words vanish, even
    /// quoted ones.
    ///
    /// # Errors
    /// As for [`expand_word`](Self::expand_word).
    pub fn expand_words(&self, word: &str, variables: &dyn Variables) -> Result<SplitExpansion, ExpansionError> {
        let mut reader = Reader::new(self, word, variables);
        match reader.read_words() {
            Ok(words) => Ok(SplitExpansion { words, references: reader.into_references() }),
            Err(problem) => Err(problem.with_references(reader.into_references())),
        }
    }
}

/// Where the values of variables come from.
pub trait Variables {
    /// The value of the variable; `None` where it is not set, which is not the same as empty.
    fn get(&self, name: &str) -> Option<Cow<'_, str>>;
}

/// What became of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// The word, expanded.
    pub value: String,
    /// Every variable that was looked up, in the order in which the references start.
    pub references: Vec<Reference>,
}

impl Expansion {
    /// The references to variables that were not set: what BuildKit's check `UndefinedVar` goes by. A reference with
    /// a default is among them.
    pub fn unmatched(&self) -> impl Iterator<Item = &Reference> {
        self.references.iter().filter(|reference| !reference.is_set)
    }

    /// The references to variables that were set.
    pub fn matched(&self) -> impl Iterator<Item = &Reference> {
        self.references.iter().filter(|reference| reference.is_set)
    }
}

/// What became of a word that may turn into several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitExpansion {
    /// The words; none of them is empty.
    pub words: Vec<String>,
    /// Every variable that was looked up, in the order in which the references start.
    pub references: Vec<Reference>,
}

/// A place in a word where a variable is asked for. Spans are byte spans inside the word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The variable's name. A special parameter (`$$`, `$@`) is a name to BuildKit; `${/a/b}` has an empty one.
    pub name: String,
    /// From the `$` to the end of the name or to the closing brace.
    pub span: Span,
    /// The name alone.
    pub name_span: Span,
    /// Whether the variable was set, be it to nothing.
    pub is_set: bool,
    /// What the braces ask for besides the value.
    pub modifier: Option<Modifier>,
}

/// What `${name...}` does with the variable's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modifier {
    /// `${name-word}`, `${name:-word}`: the word where the variable is not set (or, with a colon, is empty).
    Default,
    /// `${name+word}`, `${name:+word}`: the word where the variable is set (and, with a colon, is not empty).
    Alternative,
    /// `${name?message}`, `${name:?message}`: an error where the variable is not set (or, with a colon, is empty).
    Required,
    /// `${name#pattern}`, `${name##pattern}`.
    RemovePrefix,
    /// `${name%pattern}`, `${name%%pattern}`.
    RemoveSuffix,
    /// `${name/pattern/replacement}`, `${name//pattern/replacement}`.
    Replace,
    /// A letter behind a colon that BuildKit refuses, though only after it has looked the variable up.
    Unsupported,
}
