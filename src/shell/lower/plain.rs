//! Plain scripts: words, variables and `&&`, and quotes without a blank between them. There is nothing in them for a parser to
//! find out, and every second RUN of real files is one.
//!
//! This is no second parser. It takes a script only where all of it is plain, and leaves the rest to the parser, whose
//! answer is the same: tests hold the two to each other.

use super::Lowerer;
use super::words::identifier_length;
use crate::shell::{
    AndOr, Chain, Command, CommandKind, Item, Parameter, ParameterOperator, Part, Pipeline, Sequence, Word,
};
use crate::source::Span;

/// How many bytes a plain script has at the most: the parser, not this, says how long a chain may be.
const LONGEST_PLAIN_TEXT: usize = 2048;

/// Names that are more to the parser than a command's, sorted: keywords, builtins with a syntax or a meaning of their own.
#[rustfmt::skip]
const SPECIAL: &[&str] = &[
    "alias", "always", "break", "case", "continue", "coproc", "declare", "do", "done", "elif", "else", "esac", "exit",
    "export", "fi", "for", "foreach", "function", "if", "in", "local", "readonly", "repeat", "return", "select", "shopt",
    "then", "time", "typeset", "unalias", "until", "while",
];

impl Lowerer<'_> {
    /// The commands of a plain script; `None` for any other.
    pub(super) fn plain_script(&mut self) -> Option<Sequence> {
        if self.text.len() > LONGEST_PLAIN_TEXT || !self.text.bytes().all(|byte| is_plain(byte) || is_mark(byte)) {
            return None;
        }
        let mut commands = self.text.split("&&");
        let first = commands.next()?;
        let mut at = first.len();
        let first = self.plain_pipeline(first, 0)?;
        let mut rest = Vec::new();
        for command in commands {
            let operator = Span::new(at, at + "&&".len());
            at = operator.end + command.len();
            rest.push((AndOr::And, operator, self.plain_pipeline(command, operator.end)?));
        }
        Some(Sequence { items: vec![Item { chain: Chain { first, rest }, terminator: None }] })
    }

    /// The single command `text`, which starts at the byte `start` of the script.
    fn plain_pipeline(&mut self, text: &str, start: usize) -> Option<Pipeline> {
        let mut words = Vec::new();
        let mut at = start;
        for word in text.split([' ', '\t']) {
            let span = Span::new(at, at + word.len());
            at = span.end + 1;
            if word.contains('&') {
                return None;
            }
            if !word.is_empty() {
                words.push(self.plain_word(span)?);
            }
        }
        let (first, last) = (words.first()?, words.last()?);
        let name = first.literal()?;
        if name.contains('=') || SPECIAL.binary_search(&name).is_ok() {
            return None;
        }
        let span = first.span.cover(last.span);
        let simple = self.simple_of_words(words, span);
        let command = Command { kind: CommandKind::Simple(Box::new(simple)), redirections: Vec::new(), span };
        Some(Pipeline { negated: false, timed: false, commands: vec![command], pipes: Vec::new(), span })
    }

    /// A word that ends where the next blank is; `None` where a quote does not.
    fn plain_word(&self, span: Span) -> Option<Word> {
        let mut has_glob = false;
        let mut parts = Vec::with_capacity(1);
        let mut at = span.start;
        while at < span.end {
            let rest = self.text.get(at..span.end)?;
            let (part, length) = match rest.as_bytes().first()? {
                b'$' => plain_parameter(rest, at)?,
                b'\'' => {
                    let value = rest.get(1..)?.split_once('\'')?.0;
                    let span = Span::new(at, at + value.len() + 2);
                    (Part::SingleQuoted { span, value: value.into() }, span.len())
                }
                b'"' => {
                    let inner = rest.get(1..)?.split_once('"')?.0;
                    let span = Span::new(at, at + inner.len() + 2);
                    (Part::DoubleQuoted { span, parts: plain_parts_in_quotes(inner, at + 1)? }, span.len())
                }
                _ => {
                    let (part, length) = plain_literal(rest, at, ['$', '\'', '"']);
                    let text = rest.get(..length)?;
                    // Bash makes several words of one by braces.
                    if text.contains(['{', '}']) {
                        return None;
                    }
                    has_glob |= text.contains('*');
                    (part, length)
                }
            };
            parts.push(part);
            at += length;
        }
        Some(Word::new(span, parts, has_glob, false))
    }
}

/// What stands between double quotes and starts at the byte `start` of the script.
fn plain_parts_in_quotes(inner: &str, start: usize) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(rest) = inner.get(at..).filter(|rest| !rest.is_empty()) {
        let (part, length) = if rest.starts_with('$') {
            plain_parameter(rest, start + at)?
        } else {
            plain_literal(rest, start + at, ['$'; 3])
        };
        parts.push(part);
        at += length;
    }
    Some(parts)
}

/// The text up to one of the marks, which starts at the byte `start` of the script, and its length.
fn plain_literal(rest: &str, start: usize, marks: [char; 3]) -> (Part, usize) {
    let text = &rest[..rest.find(marks).unwrap_or(rest.len())];
    (Part::Literal { span: Span::new(start, start + text.len()), value: text.into() }, text.len())
}

/// `$NAME` or `${NAME}` at the front of the text, which starts at the byte `start` of the script, and its length.
fn plain_parameter(rest: &str, start: usize) -> Option<(Part, usize)> {
    let behind = rest.strip_prefix('$')?;
    let (name, length) = match behind.strip_prefix('{') {
        Some(braced) => braced.split_once('}').map(|(name, _)| (name, name.len() + 3))?,
        None => {
            let name = &behind[..identifier_length(behind)];
            (name, name.len() + 1)
        }
    };
    let is_name = !name.is_empty() && identifier_length(name) == name.len();
    let span = Span::new(start, start + length);
    let parameter = || Parameter { name: name.into(), span, operator: ParameterOperator::None, operand: None };
    is_name.then(|| (Part::Parameter(Box::new(parameter())), length))
}

/// Whether the byte begins or ends something that is plain all the same.
fn is_mark(byte: u8) -> bool {
    matches!(byte, b'&' | b'*' | b'$' | b'{' | b'}' | b'\'' | b'"')
}

/// Whether the byte stands for itself wherever it is in a command, but for `=` in the first word, and parts words if it is
/// a blank.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b' ' | b'\t' | b'_' | b'.' | b'/' | b':' | b'=' | b'@' | b'%' | b'+' | b',' | b'-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::shell::{Dialect, ScriptForm, ScriptSource};

    /// Whether the script is plain. Panics where it is, and the parser makes something else of it.
    fn is_plain_script(text: &str) -> bool {
        let mut source = ScriptSource::new(Dialect::Sh, ScriptForm::ShellForm);
        source.push(text, 0);
        let Some(plain) = Lowerer::new(&source, 0).plain_script() else { return false };
        let Ok(parsed) = Lowerer::new(&source, 0).parsed_script() else { panic!("the parser refuses {text:?}") };
        assert_eq!(format!("{plain:?}"), format!("{parsed:?}"), "{text:?}");
        true
    }

    #[test]
    fn special_names_are_sorted() {
        assert!(SPECIAL.is_sorted());
    }

    #[test]
    fn plain_words_need_no_parser() {
        assert!(is_plain_script("apt-get update && apt-get install -y --no-install-recommends git=1:2.30.2-1+deb11u2"));
        assert!(is_plain_script(" \tsudo -u app env A=b make  &&sh -c ls&& . /etc/profile "));
        for text in ["", " ", "a &&", "&& a", "a & b", "a &&& b", "A=b make", "export A=b", "exit 1", "time a", "a; b"]
        {
            assert!(!is_plain_script(text), "{text:?}");
        }
    }

    #[test]
    fn lines_of_real_files_are_what_the_parser_makes_of_them() {
        let Some(folder) = std::env::var_os("DFX_CORPUS") else {
            eprintln!("SKIPPED: DFX_CORPUS names no folder of Dockerfiles");
            assert!(std::env::var_os("CI").is_none(), "CI must set DFX_CORPUS");
            return;
        };
        let mut plain = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            for line in String::from_utf8_lossy(&bytes).lines() {
                let line = line.trim_end_matches('\\');
                let line = line.strip_prefix("RUN").unwrap_or(line);
                let line = line.trim().trim_start_matches("&&").trim_end_matches("&&");
                plain += usize::from(is_plain_script(line));
            }
        }
        assert!(plain > 1_000, "only {plain} of the lines are plain");
    }

    proptest! {
        #[test]
        fn plain_scripts_are_what_the_parser_makes_of_them(
            words in prop::collection::vec(
                prop_oneof![
                    Just("&&".to_owned()), Just("&&".to_owned()), prop::sample::select(SPECIAL).prop_map(str::to_owned),
                    prop::sample::select(vec!["sudo", "env", "sh", "-c", "eval", "let", "noglob", "command", "exec", "-p"])
                        .prop_map(str::to_owned),
                    "[-a-zA-Z0-9_./:=@%+,]{1,6}",
                    "[-a1_./=*]{0,2}(\\$A|\\$\\{a_1\\}|'[-a=*\"]{0,2}'|\"[-a*$A]{0,3}\"|[*])[-a1_./:=*]{0,2}",
                    "[-a=*${}'\"]{1,5}",
                ],
                1..12,
            ),
            blank in "[ \t]{1,2}",
        ) {
            is_plain_script(&words.join(&blank));
        }
    }
}
