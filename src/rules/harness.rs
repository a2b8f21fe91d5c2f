//! What the tests of rules are written with: [`fires!`], [`silent!`] and [`fixes!`].
//!
//! A Dockerfile in a test may mark the places that the rule must report with `«` and `»`; an empty pair, `«»`, marks a
//! finding anywhere on its line. Text without a FROM gets `FROM debian:13` before it.

use crate::check::Settings;
use crate::config::{Choice, Profile, Selection};
use crate::context::{BuildContext, Entry, IgnoreFile};
use crate::edit;
use crate::finding::Finding;
use crate::knowledge::Date;
use crate::source::{SourceFile, Span};
use crate::syntax::parse;

use super::{LabelFormat, Meta, Options, Rule};

/// The rule reports exactly the marked places, and nothing else.
macro_rules! fires {
    ($text:expr) => {
        $crate::rules::harness::assert_fires(&META, check, $text)
    };
}

/// The rule reports nothing.
macro_rules! silent {
    ($text:expr) => {
        $crate::rules::harness::assert_silent(&META, check, $text)
    };
}

/// The fixes of the rule turn the first text into the second, and the rule has nothing to say of that.
macro_rules! fixes {
    ($before:expr => $after:expr) => {
        $crate::rules::harness::assert_fixes(&META, check, $before, $after)
    };
}

pub(crate) use {fires, fixes, silent};

type Check = fn(&super::Context<'_>, &mut super::Sink<'_>);

/// The day of the tests.
pub(crate) fn today() -> Date {
    Date::new(2026, 11, 23).expect("a day")
}

/// What the tests of rules have configured: something for each rule that says nothing without configuration.
pub(crate) fn options() -> Options {
    let mut options = Options::new(today());
    options.required_labels.insert("org.opencontainers.image.revision".to_owned(), LabelFormat::GitHash);
    options.allowed_registries = vec!["docker.io".to_owned(), "registry.example.com".to_owned()];
    options
}

/// The findings of one rule in a text.
pub(crate) fn findings(meta: &'static Meta, check: Check, text: &str) -> Vec<Finding> {
    let rule = Rule { meta, check, source: "" };
    let file = parse(SourceFile::new("Dockerfile", text));
    let options = options();
    if crate::check::judges().any(|judge| judge.meta.name == meta.name) {
        let everything = Choice { profile: Some(Profile::Strict), ..Choice::default() };
        let selection = Selection::new(everything, Choice::default(), Vec::new());
        let checked = crate::check(&file, &Settings::new(selection, options), None);
        return checked.findings.into_iter().filter(|finding| finding.rule == meta.name).collect();
    }
    crate::lint(&file, [&rule], &options, build_context(text).as_ref())
}

/// The build context that a text describes in comments at its head: `# context: FILE...` and, where there is an ignore
/// file, `# .dockerignore: PATTERN...`. `# text of FILE: TEXT` says what stands in one of the files.
fn build_context(text: &str) -> Option<BuildContext> {
    let told = |title: &str| {
        let rest = text.lines().find_map(|line| line.strip_prefix(title))?;
        Some(rest.split_ascii_whitespace().collect::<Vec<&str>>())
    };
    let entries = told("# context:")?.into_iter().map(|path| Entry::file(path, 0o644, 1)).collect();
    let patterns = told("# .dockerignore:").map(|patterns| patterns.join("\n"));
    let ignore = patterns.map(|patterns| IgnoreFile::parse(SourceFile::new(".dockerignore", patterns)));
    let texts = text.lines().filter_map(|line| line.strip_prefix("# text of ")?.split_once(": "));
    let texts = texts.map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    Some(BuildContext::new(entries, ignore, texts, false))
}

/// The text with `FROM debian:13` before it where it has no FROM.
fn complete(text: &str) -> String {
    let has_from =
        text.lines().any(|line| line.trim_start_matches(['«', ' ', '\t']).to_ascii_uppercase().starts_with("FROM"));
    if has_from { text.to_owned() } else { format!("FROM debian:13\n{text}") }
}

/// The text without its marks, and the marked places.
fn unmark(marked: &str) -> (String, Vec<Span>) {
    let mut text = String::new();
    let mut spans = Vec::new();
    let mut open = Vec::new();
    for character in marked.chars() {
        match character {
            '«' => open.push(text.len()),
            '»' => spans.push(Span::new(open.pop().expect("a « before »"), text.len())),
            _ => text.push(character),
        }
    }
    assert!(open.is_empty(), "a « without »");
    spans.sort();
    (text, spans)
}

#[track_caller]
pub(crate) fn assert_fires(meta: &'static Meta, check: Check, marked: &str) {
    let (text, expected) = unmark(&complete(marked));
    assert!(!expected.is_empty(), "mark what the rule must report with « and »");
    let findings = findings(meta, check, &text);
    let file = SourceFile::new("Dockerfile", text.as_str());
    let matches = |expected: &Span, finding: &Finding| match expected.is_empty() {
        true => file.line_at(expected.start) == file.line_at(finding.span.start),
        false => *expected == finding.span,
    };
    let all_match = findings.len() == expected.len()
        && expected.iter().zip(&findings).all(|(span, finding)| matches(span, finding));
    assert!(all_match, "expected {}\nfound\n{}", describe(&file, &expected), describe_findings(&file, &findings));
}

#[track_caller]
pub(crate) fn assert_silent(meta: &'static Meta, check: Check, text: &str) {
    let text = complete(text);
    let findings = findings(meta, check, &text);
    let file = SourceFile::new("Dockerfile", text);
    assert!(findings.is_empty(), "expected nothing, found\n{}", describe_findings(&file, &findings));
}

#[track_caller]
pub(crate) fn assert_fixes(meta: &'static Meta, check: Check, before: &str, after: &str) {
    let after = complete(after);
    let mut text = complete(before);
    let found = findings(meta, check, &text);
    assert!(found.iter().any(|finding| finding.fix.is_some()), "nothing to fix in\n{text}");
    // Fixes that touch the same bytes wait for the next round, as in the engine.
    for _ in 0..16 {
        let next = apply_all(&text, &findings(meta, check, &text));
        if next == text {
            break;
        }
        text = next;
    }
    assert_eq!(text, after);
    let left: Vec<Finding> = findings(meta, check, &text).into_iter().filter(|finding| finding.fix.is_some()).collect();
    assert!(left.is_empty(), "fixed, and still there: {left:?}");
}

/// The text with all fixes applied that do not overlap an earlier one. An ignore file that a fix writes is told as in
/// [`build_context`].
pub(crate) fn apply_all(text: &str, findings: &[Finding]) -> String {
    let mut fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
    if let Some(file) = fixes.find_map(edit::Fix::other_file) {
        let written = file.text();
        let patterns: Vec<&str> = written.lines().filter(|line| !line.starts_with('#')).collect();
        let told = format!("# {}: {}", file.path, patterns.join(" "));
        let before = text.lines().find(|line| line.starts_with("# .dockerignore:"));
        return match before {
            Some(before) => text.replacen(before, &told, 1),
            None => text.replacen('\n', &format!("\n{told}\n"), 1),
        };
    }
    let mut edits = Vec::new();
    let mut end = 0;
    for fix in findings.iter().filter_map(|finding| finding.fix.as_ref()) {
        if edits.is_empty() || fix.span().start > end {
            end = fix.span().end;
            edits.extend(fix.edits());
        }
    }
    String::from_utf8(edit::apply(text.as_bytes(), edits)).expect("edits on character boundaries")
}

fn describe(file: &SourceFile, spans: &[Span]) -> String {
    let places: Vec<String> = spans.iter().map(|&span| format!("{span:?} `{}`", file.slice(span))).collect();
    places.join(", ")
}

fn describe_findings(file: &SourceFile, findings: &[Finding]) -> String {
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| format!("  {:?} `{}`: {}", finding.span, file.slice(finding.span), finding.message))
        .collect();
    lines.join("\n")
}
