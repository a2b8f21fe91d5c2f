//! The patterns of `${x#pattern}`, `${x%pattern}` and `${x/pattern/text}`.
//!
//! BuildKit turns them into regular expressions for Go's engine; this finds the same matches without the price of
//! compiling one for each word. As there, `*` and `?` do not cross a line end, brackets are ordinary characters, and
//! the escape character is `\` whatever the `escape` directive says.

use super::ExpansionErrorKind;

/// The product of the lengths of a value and of its pattern and replacement, which bounds the time for the search, the
/// memory for it, and the length of what comes out. The files that people write stay a hundredfold below; a hostile
/// one could cost minutes.
const DEAREST_SEARCH: usize = 256 << 10;

/// How much of the value a `*` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Shortest,
    Longest,
}

/// The value without the prefix that matches.
pub(super) fn remove_prefix(value: &str, pattern: &str, reach: Reach) -> Result<String, ExpansionErrorKind> {
    check_cost(value, pattern, "")?;
    let pattern = compile(pattern)?;
    let value: Vec<char> = value.chars().collect();
    let end = Matcher::new(&pattern, &value, reach).end_of_match(0).unwrap_or(0);
    Ok(value.into_iter().skip(end).collect())
}

/// The value without the suffix that matches. Like BuildKit, this turns both around.
pub(super) fn remove_suffix(value: &str, pattern: &str, reach: Reach) -> Result<String, ExpansionErrorKind> {
    let reversed: String = value.chars().rev().collect();
    match remove_prefix(&reversed, &reverse_pattern(pattern), reach) {
        Ok(rest) => Ok(rest.chars().rev().collect()),
        Err(ExpansionErrorKind::InvalidPattern { escape, .. }) => {
            Err(ExpansionErrorKind::InvalidPattern { pattern: pattern.to_string(), escape })
        }
        Err(other) => Err(other),
    }
}

/// The value with its first match, or all matches, replaced.
pub(super) fn replace(value: &str, pattern: &str, replacement: &str, all: bool) -> Result<String, ExpansionErrorKind> {
    check_cost(value, pattern, replacement)?;
    let pattern = compile(pattern)?;
    let value: Vec<char> = value.chars().collect();
    let matcher = Matcher::new(&pattern, &value, Reach::Longest);
    let mut result = String::new();
    let mut copied = 0;
    let mut start = 0;
    while start <= value.len() {
        let Some(end) = matcher.end_of_match(start) else {
            start += 1;
            continue;
        };
        result.extend(value.iter().take(start).skip(copied));
        if !all {
            result.push_str(replacement);
            copied = end;
            break;
        }
        // An empty match right behind another one does not count.
        if end > copied || start == 0 {
            push_template(&mut result, replacement, value.get(start..end).unwrap_or_default());
        }
        copied = end;
        start = end.max(start + 1);
    }
    result.extend(value.iter().skip(copied));
    Ok(result)
}

fn check_cost(value: &str, pattern: &str, replacement: &str) -> Result<(), ExpansionErrorKind> {
    let cost = (value.len() + 1).saturating_mul(pattern.len() + replacement.len() + 1);
    if cost > DEAREST_SEARCH { Err(ExpansionErrorKind::TooLarge) } else { Ok(()) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Character(char),
    AnyCharacter,
    AnyText,
}

fn compile(pattern: &str) -> Result<Vec<Piece>, ExpansionErrorKind> {
    let mut pieces = Vec::with_capacity(pattern.len());
    // Go's scanner drops a byte order mark that comes first.
    let mut characters = pattern.strip_prefix('\u{FEFF}').unwrap_or(pattern).chars().peekable();
    while let Some(character) = characters.next() {
        pieces.push(match character {
            '*' => Piece::AnyText,
            '?' => Piece::AnyCharacter,
            // These need the escape to pass through `${}`; it is not part of the pattern.
            '\\' if matches!(characters.peek(), Some('}' | '/')) => continue,
            '\\' => match characters.next() {
                Some(escaped @ ('*' | '?' | '\\')) => Piece::Character(escaped),
                other => {
                    let escape = ['\\'].into_iter().chain(other).collect();
                    return Err(ExpansionErrorKind::InvalidPattern { pattern: pattern.to_string(), escape });
                }
            },
            _ => Piece::Character(character),
        });
    }
    Ok(pieces)
}

/// The pattern from back to front, each `\` still before the character that it escapes.
fn reverse_pattern(pattern: &str) -> String {
    let mut reversed = Vec::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character == '\\' {
            reversed.extend(characters.next());
        }
        reversed.push(character);
    }
    reversed.into_iter().rev().collect()
}

/// Finds what a backtracking search would find, in time proportional to the product of both lengths.
struct Matcher<'a> {
    pattern: &'a [Piece],
    value: &'a [char],
    reach: Reach,
    /// For each place in the value, whether the pattern matches there from its first, second ... piece on, or from
    /// its end on, which matches always.
    matches: Vec<bool>,
}

impl<'a> Matcher<'a> {
    fn new(pattern: &'a [Piece], value: &'a [char], reach: Reach) -> Self {
        let matches = vec![false; (pattern.len() + 1) * (value.len() + 1)];
        let mut matcher = Self { pattern, value, reach, matches };
        for at in (0..=value.len()).rev() {
            matcher.set(pattern.len(), at, true);
            for (index, piece) in pattern.iter().enumerate().rev() {
                let found = match piece {
                    Piece::AnyText => {
                        matcher.get(index + 1, at) || matcher.is_in_line(at) && matcher.get(index, at + 1)
                    }
                    Piece::AnyCharacter => matcher.is_in_line(at) && matcher.get(index + 1, at + 1),
                    Piece::Character(wanted) => value.get(at) == Some(wanted) && matcher.get(index + 1, at + 1),
                };
                matcher.set(index, at, found);
            }
        }
        matcher
    }

    /// Where the match ends that starts at `start`.
    fn end_of_match(&self, start: usize) -> Option<usize> {
        if !self.get(0, start) {
            return None;
        }
        let mut at = start;
        for (index, piece) in self.pattern.iter().enumerate() {
            at = match piece {
                Piece::AnyText => self.end_of_any_text(index, at),
                Piece::AnyCharacter | Piece::Character(_) => at + 1,
            };
        }
        Some(at)
    }

    fn end_of_any_text(&self, index: usize, start: usize) -> usize {
        let mut end = start;
        let mut at = start;
        loop {
            if self.get(index + 1, at) {
                end = at;
                if self.reach == Reach::Shortest {
                    return end;
                }
            }
            if !self.is_in_line(at) {
                return end;
            }
            at += 1;
        }
    }

    fn is_in_line(&self, at: usize) -> bool {
        self.value.get(at).is_some_and(|&character| character != '\n')
    }

    fn get(&self, index: usize, at: usize) -> bool {
        self.matches.get(at * (self.pattern.len() + 1) + index).copied().unwrap_or(false)
    }

    fn set(&mut self, index: usize, at: usize, found: bool) {
        if let Some(cell) = self.matches.get_mut(at * (self.pattern.len() + 1) + index) {
            *cell = found;
        }
    }
}

/// Where BuildKit replaces all matches, Go's `Expand` has its say: `$name` and `${name}` are groups of the expression,
/// of which there are none but `$0`, the match; `$$` is a dollar sign, as is a `$` before anything else.
fn push_template(result: &mut String, template: &str, found: &[char]) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            result.push('$');
            rest = after;
            continue;
        }
        let inside = after.strip_prefix('{').unwrap_or(after);
        let name_end = inside.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(inside.len());
        let (name, behind) = inside.split_at(name_end);
        let end = if inside.len() < after.len() { behind.strip_prefix('}') } else { Some(behind) };
        match end {
            Some(end) if !name.is_empty() => {
                if name == "0" {
                    result.extend(found);
                }
                rest = end;
            }
            _ => {
                result.push('$');
                rest = after;
            }
        }
    }
    result.push_str(rest);
}
