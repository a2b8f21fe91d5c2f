//! `ENV name value` without an equals sign.
//!
//! ## Why
//! The old form takes the rest of the line as one value, blanks and all, so it can set one name only and reads like
//! two arguments. The form with `=` says where the value starts and ends. Docker may drop the old one.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! ENV JAVA_OPTS -Xms64m -Xmx256m
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! ENV JAVA_OPTS="-Xms64m -Xmx256m"
//! ```
//!
//! ## Fix
//! Puts `=` between name and value, and double quotes around a value with blanks; quotes inside it, which BuildKit
//! takes off anyway, go. The value is the same, and the image *identical*. Holds back where the value holds both
//! blanks and escapes, or single quotes around something that would mean something else in double ones, or where a
//! comment stands between name and value.
//!
//! ## Sources
//! BuildKit, LegacyKeyValueFormat; Dockerfile reference, ENV and LABEL.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::{Instruction, InstructionKind, Pair, Word};

pub const META: Meta = Meta {
    name: "style/legacy-key-value",
    severity: Severity::Style,
    effect: Some(Effect::Identical),
    aliases: &["LegacyKeyValueFormat"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps() {
        let (InstructionKind::Env(pairs) | InstructionKind::Label(pairs)) = &step.instruction.kind else { continue };
        let ([pair], true) = (pairs.pairs.as_slice(), pairs.legacy) else { continue };
        let keyword = step.instruction.keyword_word.text();
        let name = pair.name.text();
        let report = sink
            .report(pair.name.span(), format!("`{keyword} {name}` stands before its value without `=`"))
            .help(format!("write `{keyword} {name}=...`"));
        if let Some(edits) = edits(cx, step.instruction, pair) {
            report.fix("put `=` between name and value", Effect::Identical, edits);
        }
    }
}

fn edits(cx: &Context<'_>, instruction: &Instruction, pair: &Pair) -> Option<Vec<Edit>> {
    let value = pair.value.as_ref()?;
    let between = Span::new(pair.name.span().end, value.span().start);
    let has_comment = cx.text(between).lines().any(|line| line.trim_start().starts_with('#'));
    // The old form ends the name at a blank, the new one at white space of any kind: a no-break space is the difference.
    let means_something = |c: char| c.is_whitespace() || matches!(c, '"' | '\'') || c == cx.file.escape;
    let is_plain_name = pair.name.is_contiguous() && !pair.name.text().contains(means_something);
    if has_comment || !is_plain_name || !instruction.heredocs.is_empty() {
        return None;
    }
    if is_one_word(value.text(), cx.file.escape) {
        return Some(vec![Edit::replace(between, "=")]);
    }
    let mut edits = vec![Edit::replace(between, "=\""), Edit::insert(value.span().end, "\"")];
    for at in quotes_to_drop(value.text(), cx.file.escape)? {
        edits.push(Edit::delete(quote_in_file(value, at)?));
    }
    Some(edits)
}

fn quote_in_file(value: &Word, at: usize) -> Option<Span> {
    value.locate_exactly(Span::new(at, at + 1))
}

/// Whether the form with `=` takes the value for one word as it stands: no blank outside quotes and unescaped, every
/// quote closed.
fn is_one_word(value: &str, escape: char) -> bool {
    let mut quote = None;
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match quote {
            None if character.is_whitespace() => return false,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            Some(open) if open == character => quote = None,
            _ => {}
        }
        if character == escape && quote != Some('\'') && characters.next().is_none() {
            return false;
        }
    }
    quote.is_none()
}

/// The quotes inside the value that go once double quotes stand around the whole; `None` where the value would not
/// stay the same.
fn quotes_to_drop(value: &str, escape: char) -> Option<Vec<usize>> {
    let mut drop = Vec::new();
    let mut quote = None;
    for (at, character) in value.char_indices() {
        match quote {
            _ if character == escape => return None,
            Some('\'') if matches!(character, '$' | '"') => return None,
            None if matches!(character, '"' | '\'') => {
                quote = Some(character);
                drop.push(at);
            }
            Some(open) if open == character => {
                quote = None;
                drop.push(at);
            }
            _ => {}
        }
    }
    quote.is_none().then_some(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_single_word_needs_no_quotes() {
        fixes!("ENV A  b\nENV C \"d e\"\nLABEL f g\\ h$i\n" => "ENV A=b\nENV C=\"d e\"\nLABEL f=g\\ h$i\n");
    }

    #[test]
    fn blanks_are_quoted_and_the_quotes_inside_go() {
        fixes!("ENV A -b \"c  d\" -e='f'\n" => "ENV A=\"-b c  d -e=f\"\n");
    }

    #[test]
    fn a_value_over_several_lines_stays_so() {
        fixes!("LABEL a b \\\n# why\n    c\n" => "LABEL a=\"b \\\n# why\n    c\"\n");
        fixes!("ENV a \\\n    b\n" => "ENV a=b\n");
    }

    #[test]
    fn what_would_mean_something_else_is_left_alone() {
        for text in ["FROM a\nENV b c \\\"d\n", "FROM a\nENV b c '$d'\n", "FROM a\nENV b it's\n"] {
            assert!(findings(&META, check, text)[0].fix.is_none(), "{text}");
        }
    }

    #[test]
    fn a_no_break_space_in_the_name_is_left_alone() {
        fires!("ENV «a\u{a0}b» c\n");
        assert!(findings(&META, check, "FROM a\nENV a\u{a0}b c\n").iter().all(|finding| finding.fix.is_none()));
    }

    #[test]
    fn pairs_with_an_equals_sign_are_fine() {
        silent!("ENV a=b c=d\nLABEL e=f\nARG g\n");
    }
}
