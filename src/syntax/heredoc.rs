//! Heredocs: `<<EOF`, `<<-EOF`, `3<<"EOF"`.

use std::borrow::Cow;

use crate::source::{LocatedText, Span};

use super::expansion::{Expander, Variables};

/// A heredoc of RUN, COPY or ADD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// The operator with the delimiter: `3<<-"EOF"`.
    pub operator: Span,
    /// The delimiter as written, quotes included.
    pub delimiter: Span,
    /// The delimiter without quotes: the line that ends the body, and the file's name for COPY and ADD.
    pub name: String,
    /// The file descriptor before `<<`; 0 where none is written.
    pub file_descriptor: u64,
    /// `<<-`: tabs at the start of the lines are taken off.
    pub strips_tabs: bool,
    /// Whether variables in the body are expanded: the delimiter has no quotes.
    pub expands: bool,
    /// The lines between, line ends included.
    pub body: Span,
    /// The line that ends it, without its line end. `None` where the file ends first, which BuildKit refuses.
    pub terminator: Option<Span>,
}

/// Words that only come out of a substitution, `${x:-<<EOF}`, are sought in vain from end to end; not more often than
/// this, lest a line of them takes quadratic time.
const MOST_MISSES: usize = 100;

/// The heredocs that the line opens, with empty bodies.
///
/// BuildKit looks at every word of the line, keyword and flags included, and always takes the backslash as escape. A
/// line that its word reader refuses has no heredocs.
pub(super) fn operators(line: &LocatedText) -> Vec<Heredoc> {
    if !line.text().contains("<<") {
        return Vec::new();
    }
    let Some(words) = raw_words(line.text()) else { return Vec::new() };
    let mut heredocs = Vec::new();
    let mut from = 0;
    let mut misses = 0;
    for word in words.iter().filter(|word| word.contains("<<")) {
        let Some(start) = line.text()[from..].find(word).map(|at| from + at) else {
            misses += 1;
            if misses > MOST_MISSES {
                break;
            }
            continue;
        };
        from = start + word.len();
        heredocs.extend(parse_operator(line, word, start));
    }
    heredocs
}

/// BuildKit: `^(\d*)<<(-?)([^<]*)$`, where the delimiter must be a single word.
fn parse_operator(line: &LocatedText, word: &str, start: usize) -> Option<Heredoc> {
    let digits = word.find(|c: char| !c.is_ascii_digit())?;
    let rest = word[digits..].strip_prefix("<<")?;
    let strips_tabs = rest.starts_with('-');
    let delimiter = if strips_tabs { &rest[1..] } else { rest };
    if delimiter.is_empty() || delimiter.contains('<') {
        return None;
    }
    let raw = raw_words(delimiter)?;
    let [raw] = raw.as_slice() else { return None };
    let plain = Expander { skip_unset: true, ..Expander::new('\\') };
    let words = plain.expand_words(delimiter, &NoVariables).ok()?.words;
    let [name] = words.as_slice() else { return None };
    let end = start + word.len();
    Some(Heredoc {
        operator: line.locate(Span::new(start, end)),
        delimiter: line.locate(Span::new(end - delimiter.len(), end)),
        name: name.clone(),
        file_descriptor: word[..digits].parse().unwrap_or(0),
        strips_tabs,
        expands: raw == name,
        body: Span::default(),
        terminator: None,
    })
}

fn raw_words(text: &str) -> Option<Vec<String>> {
    let raw = Expander { raw_quotes: true, raw_escapes: true, skip_unset: true, ..Expander::new('\\') };
    raw.expand_words(text, &NoVariables).ok().map(|expansion| expansion.words)
}

struct NoVariables;

impl Variables for NoVariables {
    fn get(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}
