//! The patterns of `${x#pattern}`, `${x%pattern}` and `${x/pattern/text}`.
//!
//! BuildKit turns them into regular expressions for Go's engine; the `regex` crate finds the same matches. As there,
//! `*` and `?` do not cross a line end, brackets are ordinary characters, and the escape character is `\` whatever
//! the `escape` directive says.

use regex::Regex;

use super::ExpansionErrorKind;

/// Characters that a pattern may have, and the product of the lengths of value and pattern (or replacement, which
/// decides how far the value can grow). The files that people write stay a thousandfold below; the bounds keep a
/// hostile file from costing minutes.
const LONGEST_PATTERN: usize = 4 << 10;
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
    let regex = compile(pattern, reach, "^")?;
    let end = regex.find(value).map_or(0, |found| found.end());
    Ok(value.get(end..).unwrap_or_default().to_string())
}

/// The value without the suffix that matches. Like BuildKit, this reverses both sides: a regular expression can find
/// the shortest match at the start, but not at the end.
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

/// The value with its first match, or all matches, replaced. Where all are replaced, Go reads `$1` and `${1}` in the
/// replacement as groups, of which the pattern has none; `$0` is the match.
pub(super) fn replace(value: &str, pattern: &str, replacement: &str, all: bool) -> Result<String, ExpansionErrorKind> {
    check_cost(value, pattern, replacement)?;
    let regex = compile(pattern, Reach::Longest, "")?;
    if all {
        return Ok(regex.replace_all(value, replacement).into_owned());
    }
    Ok(regex.replace(value, regex::NoExpand(replacement)).into_owned())
}

fn check_cost(value: &str, pattern: &str, replacement: &str) -> Result<(), ExpansionErrorKind> {
    let cost = (value.len() + 1).saturating_mul(pattern.len() + replacement.len() + 1);
    if pattern.len() > LONGEST_PATTERN || cost > DEAREST_SEARCH {
        return Err(ExpansionErrorKind::TooLarge);
    }
    Ok(())
}

fn compile(pattern: &str, reach: Reach, anchor: &str) -> Result<Regex, ExpansionErrorKind> {
    let mut expression = String::from(anchor);
    // Go's scanner drops a byte order mark that comes first.
    let mut characters = pattern.strip_prefix('\u{FEFF}').unwrap_or(pattern).chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '*' if reach == Reach::Longest => expression.push_str(".*"),
            '*' => expression.push_str(".*?"),
            '?' => expression.push('.'),
            // These need the escape to pass through `${}`; it is not part of the pattern.
            '\\' if matches!(characters.peek(), Some('}' | '/')) => {}
            '\\' => match characters.next() {
                Some(escaped @ ('*' | '?' | '\\')) => expression.extend(['\\', escaped]),
                other => {
                    let escape = ['\\'].into_iter().chain(other).collect();
                    return Err(ExpansionErrorKind::InvalidPattern { pattern: pattern.to_string(), escape });
                }
            },
            literal => expression.push_str(&regex::escape(literal.encode_utf8(&mut [0; 4]))),
        }
    }
    // The expression is well-formed by construction; only the engine's own size limit is left to fail.
    Regex::new(&expression).map_err(|_| ExpansionErrorKind::TooLarge)
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
