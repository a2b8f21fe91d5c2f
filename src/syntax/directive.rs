//! Parser directives: `# syntax=`, `# escape=`, `# check=` at the very top.

use crate::source::Span;

/// What a parser directive sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DirectiveName {
    /// The front end that reads the file.
    Syntax,
    /// The escape character, `\` or a backtick.
    Escape,
    /// What `docker build --check` skips, and whether it fails the build.
    Check,
}

/// A parser directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// What it sets.
    pub name: DirectiveName,
    /// The comment, from `#` to the end of the value.
    pub span: Span,
    /// The value.
    pub value_span: Span,
    /// The value's text.
    pub value: String,
}

/// Reads the lines at the top until one is not a directive.
#[derive(Debug, Default)]
pub(super) struct DirectiveParser {
    done: bool,
}

impl DirectiveParser {
    /// The directive on a line, given without its leading white space, whose first byte is at `offset`.
    ///
    /// BuildKit ends the search at the first line that does not look like a directive; one with an unknown name does
    /// look like one.
    pub fn parse(&mut self, line: &str, offset: usize) -> Option<Directive> {
        if self.done {
            return None;
        }
        let Some((name, value)) = split(line) else {
            self.done = true;
            return None;
        };
        let name = match name.to_ascii_lowercase().as_str() {
            "syntax" => DirectiveName::Syntax,
            "escape" => DirectiveName::Escape,
            "check" => DirectiveName::Check,
            _ => return None,
        };
        let start = line.len() - value.len();
        let value = value.trim_end();
        let value_span = Span::new(start, start + value.len()).shifted(offset);
        Some(Directive { name, span: Span::new(offset, value_span.end), value_span, value: value.to_owned() })
    }
}

/// BuildKit: `^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$`. The value is given up to the end of the line.
fn split(line: &str) -> Option<(&str, &str)> {
    let blank = |c: char| matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ');
    let rest = line.strip_prefix('#')?.trim_start_matches(blank);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric())?;
    let (name, rest) = rest.split_at(end);
    let value = rest.trim_start_matches(blank).strip_prefix('=')?.trim_start_matches(blank);
    (name.starts_with(|c: char| c.is_ascii_alphabetic()) && !value.is_empty()).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_comment_ends_the_directives_and_an_unknown_name_does_not() {
        let mut parser = DirectiveParser::default();
        assert_eq!(parser.parse("# foo=bar", 0), None);
        let directive = parser.parse("#escape = ` ", 10).unwrap();
        assert_eq!((directive.name, directive.value.as_str()), (DirectiveName::Escape, "`"));
        assert_eq!(directive.value_span, Span::new(20, 21));
        assert_eq!(parser.parse("# a comment", 0), None);
        assert_eq!(parser.parse("# escape=`", 0), None);
    }
}
