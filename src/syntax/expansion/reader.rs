//! Reads a word from front to back, once.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::error::Problem;
use super::pattern::{Reach, remove_prefix, remove_suffix, replace};
use super::{Expander, ExpansionErrorKind, Modifier, Reference, Variables};
use crate::source::Span;

/// Braces inside braces that are followed.
const DEEPEST_NESTING: usize = 64;

/// Bytes that the values of variables may bring into one word. Without a bound, lines like `ENV A=$A$A` double a value
/// again and again; a process could not be started with what comes out.
const LARGEST_GROWTH: usize = 16 << 10;

type Result<T> = std::result::Result<T, Problem>;

pub(super) struct Reader<'a> {
    expander: &'a Expander,
    word: &'a str,
    variables: &'a dyn Variables,
    offset: usize,
    depth: usize,
    growth: usize,
    references: Vec<Reference>,
}

/// A reference whose end is still to be read.
struct Opened<'a> {
    /// Of the `$`.
    start: usize,
    name: &'a str,
    name_span: Span,
}

impl<'a> Reader<'a> {
    pub(super) fn new(expander: &'a Expander, word: &'a str, variables: &'a dyn Variables) -> Self {
        // Go's scanner drops a byte order mark that comes first.
        let offset = if word.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        Self { expander, word, variables, offset, depth: 0, growth: 0, references: Vec::new() }
    }

    pub(super) fn read_word(&mut self) -> Result<String> {
        let mut text = String::new();
        self.read_until(None, self.expander.raw_escapes, &mut text)?;
        Ok(text)
    }

    pub(super) fn read_words(&mut self) -> Result<Vec<String>> {
        let mut splitter = Splitter::default();
        self.read_until(None, self.expander.raw_escapes, &mut splitter)?;
        splitter.end_word();
        Ok(splitter.words)
    }

    /// The references in the order of their places: a variable is looked up only after the word in its braces has been
    /// read, so that inner references come first.
    pub(super) fn into_references(self) -> Vec<Reference> {
        let mut references = self.references;
        references.sort_by_key(|reference| reference.span.start);
        references
    }

    /// Reads up to `stop` and over it, or else to the end. Says whether it met `stop`.
    ///
    /// `raw_escapes` is the caller's: BuildKit keeps escapes for the patterns of `#`, `%` and `/`, and drops them in
    /// the other words in braces, whatever was asked for the word as a whole.
    fn read_until(&mut self, stop: Option<char>, raw_escapes: bool, output: &mut impl Output) -> Result<bool> {
        while let Some(character) = self.peek() {
            match character {
                _ if Some(character) == stop => {
                    self.next();
                    return Ok(true);
                }
                '$' => {
                    let value = self.read_reference()?;
                    output.push_splittable(&value);
                }
                '\'' if !self.expander.ignore_quotes => {
                    let text = self.read_single_quoted()?;
                    output.push_whole(text);
                }
                '"' if !self.expander.ignore_quotes => {
                    let text = self.read_double_quoted(raw_escapes)?;
                    output.push_whole(&text);
                }
                _ if character == self.expander.escape => self.read_escaped(raw_escapes, output),
                _ => output.push_splittable(self.read_plain(stop)),
            }
        }
        Ok(false)
    }

    /// The longest run of characters without a meaning; the first one is known to have none.
    fn read_plain(&mut self, stop: Option<char>) -> &'a str {
        let start = self.offset;
        self.next();
        let escape = self.expander.escape;
        let special = |c: char| matches!(c, '$' | '\'' | '"') || c == escape || Some(c) == stop;
        let rest = self.slice(self.rest());
        self.offset += rest.find(special).unwrap_or(rest.len());
        self.slice(Span::new(start, self.offset))
    }

    fn read_escaped(&mut self, raw_escapes: bool, output: &mut impl Output) {
        let start = self.offset;
        self.next();
        let escaped = self.offset;
        self.next();
        output.push_whole(self.slice(Span::new(if raw_escapes { start } else { escaped }, self.offset)));
    }

    fn read_single_quoted(&mut self) -> Result<&'a str> {
        let quote = Span::new(self.offset, self.offset + 1);
        let inside = self.slice(Span::new(quote.end, self.word.len()));
        let Some(length) = inside.find('\'') else {
            return Err(Problem::new(ExpansionErrorKind::UnterminatedSingleQuote, quote));
        };
        let end = quote.end + length;
        self.offset = end + 1;
        let kept = if self.expander.raw_quotes { Span::new(quote.start, end + 1) } else { Span::new(quote.end, end) };
        Ok(self.slice(kept))
    }

    fn read_double_quoted(&mut self, raw_escapes: bool) -> Result<String> {
        let quote = Span::new(self.offset, self.offset + 1);
        let mut text = String::new();
        if self.expander.raw_quotes {
            text.push('"');
        }
        self.next();
        while let Some(character) = self.peek() {
            match character {
                '"' => {
                    self.next();
                    if self.expander.raw_quotes {
                        text.push('"');
                    }
                    return Ok(text);
                }
                '$' => text.push_str(&self.read_reference()?),
                _ => {
                    self.next();
                    if character != self.expander.escape {
                        text.push(character);
                        continue;
                    }
                    if raw_escapes {
                        text.push(character);
                    }
                    // Before any other character the escape is text, which BuildKit writes even where it has just
                    // kept it as an escape.
                    match self.peek() {
                        Some(next) if matches!(next, '"' | '$') || next == self.expander.escape => {
                            self.next();
                            text.push(next);
                        }
                        _ => text.push(character),
                    }
                }
            }
        }
        Err(Problem::new(ExpansionErrorKind::UnterminatedDoubleQuote, quote))
    }

    /// Reads what begins with `$`, and gives what comes in its place.
    fn read_reference(&mut self) -> Result<String> {
        let start = self.offset;
        self.next();
        if self.peek() == Some('{') {
            if self.depth == DEEPEST_NESTING {
                return Err(Problem::new(ExpansionErrorKind::TooDeep, Span::new(start, self.offset + 1)));
            }
            self.depth += 1;
            let value = self.read_braced(start);
            self.depth -= 1;
            return value;
        }
        let opened = self.read_name(start);
        if opened.name.is_empty() {
            return Ok("$".to_string());
        }
        match self.look_up(&opened, None) {
            None if self.expander.skip_unset => Ok(format!("${}", opened.name)),
            value => self.grow(value.unwrap_or_default(), opened.name_span),
        }
    }

    fn read_braced(&mut self, start: usize) -> Result<String> {
        self.next();
        if matches!(self.peek(), Some('{' | '}' | ':')) {
            self.next();
            return Err(Problem::new(ExpansionErrorKind::BadSubstitution, Span::new(start, self.offset)));
        }
        let opened = self.read_name(start);
        let operator_start = self.offset;
        let colon = self.peek() == Some(':');
        if colon {
            self.next();
        }
        let operator = self.next();
        let operator_span = Span::new(operator_start, self.offset);
        match operator {
            None => Err(Problem::new(ExpansionErrorKind::MissingBrace, Span::new(start, self.offset))),
            Some('}') if !colon => match self.look_up(&opened, None) {
                None if self.expander.skip_unset => Ok(format!("${{{}}}", opened.name)),
                value => self.grow(value.unwrap_or_default(), opened.name_span),
            },
            Some('/') if !colon => self.read_replacement(&opened),
            Some(operator) if colon || matches!(operator, '+' | '-' | '?' | '#' | '%') => {
                self.read_modified(&opened, operator, colon, operator_span)
            }
            Some(_) => Err(self.unsupported(operator_span)),
        }
    }

    fn read_modified(
        &mut self,
        opened: &Opened<'_>,
        operator: char,
        colon: bool,
        operator_span: Span,
    ) -> Result<String> {
        let modifier = match operator {
            '-' => Modifier::Default,
            '+' => Modifier::Alternative,
            '?' => Modifier::Required,
            '#' => Modifier::RemovePrefix,
            '%' => Modifier::RemoveSuffix,
            _ => Modifier::Unsupported,
        };
        let is_pattern = matches!(modifier, Modifier::RemovePrefix | Modifier::RemoveSuffix);
        let word = self.read_in_braces('}', is_pattern, opened)?;
        let value = self.look_up(opened, Some(modifier));
        if self.expander.skip_unset && value.is_none() {
            return Ok(format!("${{{}{}{word}}}", opened.name, self.slice(operator_span)));
        }
        let missing = value.as_ref().is_none_or(|value| colon && value.is_empty());
        let name = || opened.name.to_string();
        match modifier {
            Modifier::Default if missing => Ok(word),
            Modifier::Alternative if missing => Ok(String::new()),
            Modifier::Alternative => Ok(word),
            Modifier::Required if missing => {
                let kind = match value {
                    None => ExpansionErrorKind::Unset { name: name(), message: word },
                    Some(_) => ExpansionErrorKind::Empty { name: name(), message: word },
                };
                Err(Problem::new(kind, Span::new(opened.start, self.offset)))
            }
            Modifier::RemovePrefix | Modifier::RemoveSuffix => {
                let value = self.grow(value.unwrap_or_default(), opened.name_span)?;
                let (pattern, reach) = match word.strip_prefix(operator) {
                    Some(pattern) => (pattern, Reach::Longest),
                    None => (word.as_str(), Reach::Shortest),
                };
                let remove = if modifier == Modifier::RemovePrefix { remove_prefix } else { remove_suffix };
                let pattern_span = Span::new(operator_span.end, self.offset - 1);
                remove(&value, pattern, reach).map_err(|kind| Problem::new(kind, pattern_span))
            }
            Modifier::Unsupported => Err(self.unsupported(operator_span)),
            Modifier::Default | Modifier::Required | Modifier::Replace => {
                self.grow(value.unwrap_or_default(), opened.name_span)
            }
        }
    }

    fn read_replacement(&mut self, opened: &Opened<'_>) -> Result<String> {
        let all = self.peek() == Some('/');
        if all {
            self.next();
        }
        let pattern_start = self.offset;
        let pattern = self.read_in_braces('/', true, opened)?;
        let pattern_span = Span::new(pattern_start, self.offset - 1);
        let replacement = self.read_in_braces('}', true, opened)?;
        match self.look_up(opened, Some(Modifier::Replace)) {
            // BuildKit writes one slash here even where the file had two.
            None if self.expander.skip_unset => Ok(format!("${{{}/{pattern}/{replacement}}}", opened.name)),
            value => {
                let value = self.grow(value.unwrap_or_default(), opened.name_span)?;
                let replaced =
                    replace(&value, &pattern, &replacement, all).map_err(|kind| Problem::new(kind, pattern_span))?;
                self.grow(replaced.into(), opened.name_span)
            }
        }
    }

    /// A word inside braces; where its end is missing, the fault is the opening's.
    fn read_in_braces(&mut self, stop: char, raw_escapes: bool, opened: &Opened<'_>) -> Result<String> {
        let mut text = String::new();
        if self.read_until(Some(stop), raw_escapes, &mut text)? {
            return Ok(text);
        }
        let kind = if stop == '/' { ExpansionErrorKind::MissingSlash } else { ExpansionErrorKind::MissingBrace };
        Err(Problem::new(kind, Span::new(opened.start, opened.name_span.end)))
    }

    fn read_name(&mut self, start: usize) -> Opened<'a> {
        let rest = self.slice(self.rest());
        let length = name_length(rest);
        let name_span = Span::new(self.offset, self.offset + length);
        self.offset = name_span.end;
        Opened { start, name: self.slice(name_span), name_span }
    }

    fn look_up(&mut self, opened: &Opened<'_>, modifier: Option<Modifier>) -> Option<Cow<'a, str>> {
        let value = self.variables.get(opened.name);
        self.references.push(Reference {
            name: opened.name.to_string(),
            span: Span::new(opened.start, self.offset),
            name_span: opened.name_span,
            is_set: value.is_some(),
            modifier,
        });
        value
    }

    /// Passes a value on into the word, as long as the word stays within bounds.
    fn grow(&mut self, value: Cow<'_, str>, span: Span) -> Result<String> {
        self.growth = self.growth.saturating_add(value.len());
        if self.growth > LARGEST_GROWTH {
            return Err(Problem::new(ExpansionErrorKind::TooLarge, span));
        }
        Ok(value.into_owned())
    }

    fn unsupported(&self, operator_span: Span) -> Problem {
        let modifier = self.slice(operator_span).to_string();
        Problem::new(ExpansionErrorKind::UnsupportedModifier(modifier), operator_span)
    }

    fn peek(&self) -> Option<char> {
        self.slice(self.rest()).chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.offset += character.len_utf8();
        Some(character)
    }

    fn rest(&self) -> Span {
        Span::new(self.offset, self.word.len())
    }

    fn slice(&self, span: Span) -> &'a str {
        self.word.get(span.range()).unwrap_or_default()
    }
}

/// Length of the name at the start of the text: digits, or one special parameter, or letters, digits and underscores as
/// Go's `unicode` package sees them.
pub(super) fn name_length(text: &str) -> usize {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let bytes = text.as_bytes();
    let length = match bytes.first() {
        Some(first) if is_digit(first) => bytes.iter().take_while(|byte| is_digit(byte)).count(),
        Some(first) if is_of_word(first) => bytes.iter().take_while(|byte| is_of_word(byte)).count(),
        Some(b'@' | b'*' | b'#' | b'?' | b'$' | b'!' | b'-') => return 1,
        _ => 0,
    };
    // To compile the pattern takes longer than to read a file, and hardly a name needs it.
    if bytes.get(length).is_none_or(u8::is_ascii) { length } else { name_length_by_pattern(text) }
}

/// The same for letters of all scripts.
pub(super) fn name_length_by_pattern(text: &str) -> usize {
    NAME.find(text).map_or(0, |name| name.end())
}

#[expect(clippy::expect_used, reason = "the pattern is a constant, which the tests compile")]
static NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\A(?:\p{Nd}+|[@*#?$!-]|[\p{L}_][\p{L}\p{Nd}_]*)").expect("a well-formed pattern"));

/// What takes the expanded text: a string, or words.
trait Output {
    /// Text in which white space separates words.
    fn push_splittable(&mut self, text: &str);
    /// Text that was quoted or escaped.
    fn push_whole(&mut self, text: &str);
}

impl Output for String {
    fn push_splittable(&mut self, text: &str) {
        self.push_str(text);
    }

    fn push_whole(&mut self, text: &str) {
        self.push_str(text);
    }
}

#[derive(Default)]
struct Splitter {
    word: String,
    words: Vec<String>,
}

impl Splitter {
    fn end_word(&mut self) {
        if !self.word.is_empty() {
            self.words.push(std::mem::take(&mut self.word));
        }
    }
}

impl Output for Splitter {
    fn push_splittable(&mut self, text: &str) {
        let mut pieces = text.split(char::is_whitespace);
        self.word.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.end_word();
            self.word.push_str(piece);
        }
    }

    fn push_whole(&mut self, text: &str) {
        self.word.push_str(text);
    }
}
