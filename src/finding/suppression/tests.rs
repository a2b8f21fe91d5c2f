use super::*;
use crate::finding::Severity;
use crate::source::Position;

/// Reads a Dockerfile of whole lines, where a line ending in `\` goes on.
fn read(text: &str) -> (SourceFile, Suppressions) {
    let source = SourceFile::new("Dockerfile", text);
    let (mut comments, mut instructions, mut check, mut open) = (Vec::new(), Vec::new(), None, None);
    for line in 1..=source.line_count() {
        let (content, start) = (source.line_text(line), source.line_span(line).start);
        let indent = content.len() - content.trim_start().len();
        let comment = Span::new(start + indent, start + content.len());
        if content.starts_with("# check=") {
            check = Some((comment, Span::new(start + 8, comment.end)));
        } else if content.trim_start().starts_with('#') {
            comments.push(comment);
        } else if !content.is_empty() {
            let first = open.take().unwrap_or(line);
            if content.ends_with('\\') {
                open = Some(first);
            } else {
                let starts_stage = source.line_text(first).starts_with("FROM");
                instructions.push(InstructionLines { lines: first..=line, starts_stage });
            }
        }
    }
    let checks = ["StageNameCasing", "UndefinedVar"];
    let suppressions = Suppressions::read(&Commented {
        source: &source,
        comments: &comments,
        check,
        instructions: &instructions,
        checks: &checks,
    });
    (source, suppressions)
}

fn finding(rule: &'static str, aliases: &[&'static str]) -> Finding {
    Finding {
        rule,
        severity: Severity::Warning,
        weight: crate::finding::Weight::Ordinary,
        message: "something is wrong".into(),
        span: Span::at(0),
        label: String::new(),
        related: Vec::new(),
        flow: Vec::new(),
        notes: Vec::new(),
        decisions: Vec::new(),
        refusal: None,
        help: None,
        aliases: aliases.to_vec(),
        fix: None,
    }
}

fn covered_lines(text: &str, rule: &'static str, aliases: &[&'static str]) -> Vec<usize> {
    let (source, mut suppressions) = read(text);
    let finding = finding(rule, aliases);
    (1..=source.line_count()).filter(|&line| suppressions.cover(&finding, line).is_some()).collect()
}

#[test]
fn a_comment_covers_the_next_instruction_with_all_its_lines() {
    let text = "FROM a\n# dfx: ignore[size/x]\nRUN b \\\n  c\nRUN d\n";
    assert_eq!(covered_lines(text, "size/x", &[]), [3, 4]);
    assert_eq!(covered_lines(text, "size/y", &[]), [0; 0]);
}

#[test]
fn blank_lines_and_other_comments_may_lie_between() {
    let text = "# dfx: ignore[a/x] why\n\n# prose\n# hadolint ignore=DL3008,DL3009\nRUN d\n";
    assert_eq!(covered_lines(text, "a/x", &[]), [5]);
    assert_eq!(covered_lines(text, "b/y", &["DL3009"]), [5]);
}

#[test]
fn inside_an_instruction_the_lines_behind_the_comment_are_covered() {
    assert_eq!(covered_lines("RUN a \\\n  # dfx: ignore[a/x]\n  b \\\n  c\nRUN d\n", "a/x", &[]), [3, 4]);
}

#[test]
fn a_group_all_and_other_tools_codes_name_rules_in_any_case() {
    for code in ["a", "ALL", "a/x", "dl3008", "DL3008"] {
        assert_eq!(covered_lines(&format!("# dfx: ignore[{code}]\nRUN\n"), "a/x", &["DL3008"]), [2], "{code}");
    }
}

#[test]
fn whole_files_and_stages_are_covered() {
    assert_eq!(covered_lines("FROM a\nRUN b\n# dfx: ignore-file[a/x]\n", "a/x", &[]), [1, 2, 3]);
    assert_eq!(covered_lines("FROM a\nRUN b\n# hadolint global ignore=DL1000 # why\n", "a/x", &["DL1000"]), [1, 2, 3]);
    let stage = "FROM a\nRUN b\n# hadolint stage ignore=DL1000\nFROM c\nRUN d\nFROM e\n";
    assert_eq!(covered_lines(stage, "a/x", &["DL1000"]), [5, 6]);
}

#[test]
fn the_check_directive_covers_buildkit_checks_only() {
    let text = "# check=error=true; skip=UndefinedVar\nFROM a\n";
    assert_eq!(covered_lines(text, "build/x", &["UndefinedVar"]), [1, 2]);
    assert_eq!(covered_lines(text, "build/y", &["StageNameCasing"]), [0; 0]);
    assert_eq!(covered_lines("# check=skip=all\nFROM a\n", "build/y", &["StageNameCasing"]), [1, 2]);
    assert_eq!(covered_lines("# check=skip=all\nFROM a\n", "build/y", &["DL3000"]), [0; 0]);
}

#[test]
fn a_reason_is_kept() {
    let reason = |text: &str| read(text).1.all()[0].reason.clone();
    assert_eq!(reason("# dfx: ignore[a] the mirror is ours\nRUN\n"), "the mirror is ours");
    assert_eq!(reason("# dfx: ignore[a] -- ours\nRUN\n"), "ours");
    assert_eq!(reason("#hadolint ignore=DL3008 # ours\nRUN\n"), "ours");
}

#[test]
fn what_is_not_understood_is_told() {
    let told = |text: &str| {
        let (source, suppressions) = read(text);
        let malformed = suppressions.malformed().iter();
        malformed.map(|fault| format!("{}: {}", source.slice(fault.span), fault.message)).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(told("# dfx: ignore\nRUN\n"), "ignore: `ignore` names no rule; write `ignore[rule]`");
    assert_eq!(told("# dfx: ignore[ ,]\nRUN\n"), "ignore: `ignore` names no rule; write `ignore[rule]`");
    assert_eq!(told("# dfx: ignore[a\nRUN\n"), "a: the list of rules is not closed with `]`");
    assert_eq!(told("# dfx: disable=a\nRUN\n"), "disable=a: a `dfx:` comment says `ignore[...]` or `ignore-file[...]`");
    assert_eq!(told("# hadolint ignores=DL3008\nRUN\n"), "ignores: `ignores` is no hadolint pragma");
    assert_eq!(
        told("# hadolint ignore=DL3008 as we wish\nRUN\n"),
        "as we wish: hadolint takes nothing but codes here, or a `#`"
    );
    assert_eq!(told("# hadolint ignore=\nRUN\n"), "ignore: `ignore=` names no code");
}

#[test]
fn prose_and_other_pragmas_are_left_alone() {
    for text in ["# hadolint is strict", "# hadolint shell=bash", "# dfx is nice", "#", "# hadolinted ignore=x"] {
        let (_, suppressions) = read(&format!("{text}\nRUN\n"));
        assert!(suppressions.all().is_empty() && suppressions.malformed().is_empty(), "{text}");
    }
}

/// What is left of the text when each unused code is deleted on its own.
fn removals(text: &str, used: &[&'static str]) -> Vec<(String, Option<String>)> {
    let (source, mut suppressions) = read(text);
    for &rule in used {
        for line in 1..=source.line_count() {
            suppressions.cover(&finding(rule, &[]), line);
        }
    }
    let unused = suppressions.unused(&source, |code| code.text != "a/never-run");
    unused
        .into_iter()
        .map(|unused| {
            let rest = unused.removal.map(|span| {
                let rest = [&source.text()[..span.start], &source.text()[span.end..]].concat();
                rest.replace('\n', "|")
            });
            (unused.code.text.clone(), rest)
        })
        .collect()
}

#[test]
fn unused_codes_are_told_one_by_one_with_what_to_delete() {
    let text = "# dfx: ignore[a/x, a/y, a/z] why\nRUN\n";
    let left = |text: &str| Some(text.to_owned());
    assert_eq!(removals(text, &["a/x", "a/y", "a/z"]), []);
    assert_eq!(removals(text, &["a/y", "a/z"]), [("a/x".into(), left("# dfx: ignore[a/y, a/z] why|RUN|"))]);
    assert_eq!(removals(text, &["a/x", "a/y"]), [("a/z".into(), left("# dfx: ignore[a/x, a/y] why|RUN|"))]);
    assert_eq!(removals("# dfx: ignore[a/x]\nRUN\n", &[]), [("a/x".into(), left("RUN|"))]);
    assert_eq!(removals("# dfx: ignore[a/never-run]\nRUN\n", &[]), []);
    assert_eq!(removals("# check=skip=UndefinedVar;error=true\nRUN\n", &[]), [("UndefinedVar".into(), None)]);
    assert_eq!(removals("RUN\n# dfx: ignore[a/x]\n", &[]), [("a/x".into(), left("RUN|"))]);
}

#[test]
fn comments_for_two_tools_about_one_finding_are_both_used() {
    let (source, mut suppressions) = read("# hadolint ignore=DL3008\n# dfx: ignore[DL3008]\nRUN\n");
    assert_eq!(suppressions.cover(&finding("pin/x", &["DL3008"]), 3), Some(1));
    assert_eq!(suppressions.unused(&source, |_| true), []);
}

#[test]
fn places_are_true_in_text_of_many_bytes_per_letter() {
    let (source, suppressions) = read("# ünïcödé\n# dfx: ignore[a/x,  b/y] wäre\nRUN\n");
    let code = &suppressions.all()[0].codes[1];
    assert_eq!((source.slice(code.span), source.position(code.span.start)), ("b/y", Position { line: 2, column: 21 }));
}

#[test]
fn many_comments_and_many_findings_are_no_trouble() {
    let mut text = "# dfx: ignore[a/x]\n".repeat(10_000);
    text.push_str(&"# dfx: ignore-file[a/x]\n".repeat(10_000));
    text.push_str("RUN\n");
    let (source, mut suppressions) = read(&text);
    let finding = finding("a/x", &["DL3008"]);
    for _ in 0..20_000 {
        assert!(suppressions.cover(&finding, 20_001).is_some());
    }
    assert_eq!(suppressions.unused(&source, |_| true), []);
}
