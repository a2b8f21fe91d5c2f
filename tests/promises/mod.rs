//! What dfx promises for every input, as assertions that any test can make of a file at hand.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem::discriminant;

use dfx::edit::{Edit, Fix, apply};
use dfx::finding::Finding;
use dfx::knowledge::Date;
use dfx::rules::Options;
use dfx::source::{LocatedText, SourceFile, Span};
use dfx::syntax::{CommandForm, Dockerfile, Healthcheck, Instruction, InstructionKind, parse};

/// The options with which the tests lint; their day never changes.
pub fn options() -> Options {
    Options::new(Date::new(2026, 11, 23).unwrap())
}

/// The file as it is parsed from `bytes`.
pub fn parsed(bytes: &[u8]) -> Dockerfile {
    parse(SourceFile::new("Dockerfile", bytes))
}

/// Every finding of all rules.
pub fn linted(file: &Dockerfile) -> Vec<Finding> {
    dfx::lint(file, dfx::rules::all(), &options(), None)
}

/// Joined tokens are the text.
pub fn assert_nothing_is_lost(file: &Dockerfile) {
    let mut at = 0;
    for token in file.tokens() {
        assert_eq!(token.span.start, at, "a gap or an overlap before {token:?}");
        assert!(!token.span.is_empty(), "{token:?} is empty");
        at = token.span.end;
    }
    assert_eq!(at, file.source.text().len(), "the end is missing");
}

/// Every span of the tree lies on character boundaries, and inside what it is part of.
pub fn assert_spans_are_true(file: &Dockerfile) {
    for directive in file.directives() {
        assert_inside(file, directive.span, whole(file), "a directive");
        assert_inside(file, directive.value_span, directive.span, "a directive's value");
    }
    for comment in file.comments() {
        assert_inside(file, comment, whole(file), "a comment");
    }
    for problem in &file.problems {
        assert_inside(file, problem.span, whole(file), "a problem");
    }
    let mut end = 0;
    for instruction in file.instructions() {
        assert!(instruction.span.start >= end, "{:?} starts inside the one before", instruction.span);
        end = instruction.span.end;
        assert_inside(file, instruction.span, whole(file), "an instruction");
        let lines = instruction.first_line..=instruction.last_line;
        assert!(lines.contains(&file.source.line_at(instruction.span.start)), "{:?} on {lines:?}", instruction.span);
        assert_instruction(file, instruction, instruction.span);
    }
}

fn assert_instruction(file: &Dockerfile, instruction: &Instruction, within: Span) {
    assert_text(file, &instruction.text, within, "the instruction's text");
    let words = words(instruction);
    for word in &words {
        assert_text(file, word, within, "a word");
    }
    for flag in &instruction.flags {
        assert_inside(file, flag.span, within, "a flag");
        assert_text(file, &flag.name, flag.span, "a flag's name");
        if let Some(value) = &flag.value {
            assert_text(file, value, flag.span, "a flag's value");
        }
        for field in flag.mount_fields().into_iter().flatten() {
            assert_text(file, &field.key, flag.span, "a mount's key");
            if let Some(value) = &field.value {
                assert_text(file, value, flag.span, "a mount's value");
            }
        }
    }
    for heredoc in &instruction.heredocs {
        assert_inside(file, heredoc.operator, within, "a heredoc's operator");
        assert_inside(file, heredoc.delimiter, heredoc.operator, "a heredoc's delimiter");
        assert_inside(file, heredoc.body, whole(file), "a heredoc's body");
        if let Some(terminator) = heredoc.terminator {
            assert_inside(file, terminator, within, "a heredoc's terminator");
        }
    }
    if let InstructionKind::Onbuild(inner) = &instruction.kind {
        assert_instruction(file, inner, within);
    }
}

/// Every word of an instruction's typed view.
fn words(instruction: &Instruction) -> Vec<&LocatedText> {
    let mut words = vec![&instruction.keyword_word, &instruction.arguments];
    match &instruction.kind {
        InstructionKind::Add(transfer) | InstructionKind::Copy(transfer) => {
            words.extend(transfer.sources.iter().chain([&transfer.destination]));
        }
        InstructionKind::Arg(pairs) | InstructionKind::Env(pairs) | InstructionKind::Label(pairs) => {
            words.extend(pairs.pairs.iter().flat_map(|pair| std::iter::once(&pair.name).chain(&pair.value)));
        }
        InstructionKind::Cmd(command)
        | InstructionKind::Entrypoint(command)
        | InstructionKind::Run(command)
        | InstructionKind::Healthcheck(Healthcheck::Cmd(command)) => match command {
            CommandForm::Shell(text) => words.push(text),
            CommandForm::Exec { words: strings, .. } => words.extend(strings),
        },
        InstructionKind::From(from) => {
            words.push(&from.image);
            words.extend(from.name.iter().flat_map(|name| [&name.as_keyword, &name.word]));
        }
        InstructionKind::Expose(list) | InstructionKind::Shell(list) | InstructionKind::Volume(list) => {
            words.extend(list)
        }
        InstructionKind::Maintainer(word)
        | InstructionKind::Stopsignal(word)
        | InstructionKind::User(word)
        | InstructionKind::Workdir(word) => words.push(word),
        InstructionKind::Healthcheck(Healthcheck::None) | InstructionKind::Onbuild(_) | InstructionKind::Malformed => {}
    }
    words
}

/// The text's bytes are where it says that they are.
fn assert_text(file: &Dockerfile, text: &LocatedText, within: Span, what: &str) {
    assert_inside(file, text.span(), within, what);
    let mut end = 0;
    for (piece, span) in text.stretches_of_file().filter(|(piece, _)| !piece.is_empty()) {
        assert_inside(file, span, text.span(), what);
        assert!(span.start >= end, "{what}: a piece at {span:?} stands before an earlier one");
        end = span.end;
        if piece.len() == span.len() && !piece.contains(['\\', '"']) {
            assert_eq!(file.source.slice(span), piece, "{what}");
        }
    }
}

fn whole(file: &Dockerfile) -> Span {
    Span::new(0, file.source.text().len())
}

fn assert_inside(file: &Dockerfile, span: Span, within: Span, what: &str) {
    assert!(within.contains(span), "{what} at {span:?} lies outside {within:?}");
    assert!(file.source.text().get(span.range()).is_some(), "{what} at {span:?} cuts a character");
}

/// Every finding has something to say, about places that exist, and its fix edits places that exist.
pub fn assert_findings_are_true(file: &Dockerfile, findings: &[Finding]) {
    for finding in findings {
        let rule = finding.rule;
        assert!(!finding.message.trim().is_empty(), "{rule} says nothing");
        assert_inside(file, finding.span, whole(file), rule);
        for label in &finding.related {
            assert_inside(file, label.span, whole(file), rule);
        }
        let edits = finding.fix.as_ref().map_or(&[][..], Fix::edits);
        let mut end = 0;
        for edit in edits {
            assert_inside(file, edit.span, whole(file), rule);
            assert!(edit.span.start >= end, "{rule}: edits overlap at {:?}", edit.span);
            end = edit.span.end;
        }
    }
}

/// A fix, applied alone, changes nothing but what it edits, loses no comment, and breaks no syntax.
pub fn assert_fix_is_sound(file: &Dockerfile, finding: &Finding) {
    let Some(fix) = &finding.fix else { return };
    let bytes = file.source.bytes();
    let fixed = apply(bytes, fix.edits());
    let what = format!("{}: {}", finding.rule, fix.title);
    assert!(fixed != bytes, "{what}: changes nothing");
    assert_untouched_bytes(bytes, &fixed, fix.edits(), &what);
    assert_no_worse(file, &parsed(&fixed), &what);
}

/// Nothing but the edits changes.
pub fn assert_untouched_bytes(before: &[u8], after: &[u8], edits: &[Edit], what: &str) {
    let (mut old, mut new) = (0, 0);
    for edit in edits {
        let length = edit.span.start - old;
        assert_eq!(&before[old..edit.span.start], &after[new..new + length], "{what}: bytes outside the edits change");
        new += length + edit.replacement.len();
        old = edit.span.end;
    }
    assert_eq!(&before[old..], &after[new..], "{what}: bytes outside the edits change");
}

/// The second file has every comment of the first, and no kind of syntax problem more often.
pub fn assert_no_worse(before: &Dockerfile, after: &Dockerfile, what: &str) {
    let lost = missing(comments(after), comments(before));
    assert!(lost.is_empty(), "{what}: comments are lost: {lost:?}\n{}", after.source.text());
    let problems = |file: &Dockerfile| file.problems.iter().map(|problem| discriminant(&problem.kind)).collect();
    let new = missing(problems(before), problems(after));
    assert!(new.is_empty(), "{what}: new problems: {:?}\n{}", after.problems, after.source.text());
}

fn comments(file: &Dockerfile) -> Vec<String> {
    file.comments().map(|span| file.source.slice(span).to_owned()).collect()
}

/// What of `wanted` is not among `present`, each counted.
fn missing<T: Eq + Hash>(present: Vec<T>, wanted: Vec<T>) -> Vec<T> {
    let mut counts: HashMap<T, usize> = HashMap::new();
    for item in present {
        *counts.entry(item).or_default() += 1;
    }
    let is_missing = |item: &T| match counts.get_mut(item) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    wanted.into_iter().filter(is_missing).collect()
}
