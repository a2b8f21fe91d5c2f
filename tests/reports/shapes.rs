//! Findings of every shape, as `--format full` draws them.

use dfx::edit::{Edit, Effect, Fix};
use dfx::finding::{Finding, Label, Severity};
use dfx::report::{FileReport, Format, Run};
use dfx::source::{SourceFile, Span};
use insta::assert_snapshot;

use crate::{render, with_snapshots};

const RUN: Run<'static> = Run { version: "1.2.3", rules: &[] };

fn finding(message: &str, span: Span) -> Finding {
    Finding {
        rule: "shell/shape",
        severity: Severity::Info,
        weight: dfx::finding::Weight::Ordinary,
        message: message.to_owned(),
        span,
        label: "here".to_owned(),
        related: Vec::new(),
        flow: Vec::new(),
        notes: Vec::new(),
        decisions: Vec::new(),
        refusal: None,
        help: None,
        aliases: Vec::new(),
        fix: None,
    }
}

fn draw(text: &str, finding: Finding) -> String {
    let source = SourceFile::new("Dockerfile", text);
    let files = [FileReport::Checked { source: &source, findings: &[finding], suppressed: 0 }];
    let report = render(Format::Full, RUN, &files);
    for line in report.lines() {
        assert_eq!(line, line.trim_end());
    }
    report.rsplit_once("\nFound").unwrap().0.to_owned()
}

fn span_of(text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap();
    Span::new(start, start + part.len())
}

#[test]
fn every_shape_of_finding_is_drawn_well() {
    let mut drawn = Vec::new();
    drawn.push(draw("", finding("an empty file", Span::at(0))));
    drawn.push(draw("FROM a", finding("the end of a file without line end", Span::at(6))));

    let long =
        format!("RUN {} && pip install requests && {}\n", "echo a ".repeat(40).trim(), "echo b ".repeat(20).trim());
    let span = span_of(&long, "install");
    let fix = Fix::new("add the flag", Effect::Debris, vec![Edit::insert(span.end, " --no-cache-dir")]);
    drawn.push(draw(&long, Finding { fix, ..finding("in the middle of a long line", span) }));

    let continued = "FROM a\r\nRUN one \\\r\n    two \\\r\n\tthree \\\r\n    # why\r\n    four \\\r\n    five \\\r\n    six\r\nUSER b\r\n";
    let span = Span::new(continued.find("RUN").unwrap(), continued.find("USER").unwrap());
    drawn.push(draw(continued, finding("a long instruction of a file with CRLF", span)));

    let merge = vec![
        Edit::replace(span_of(continued, " \\\r\n    two"), " && two"),
        Edit::replace(span_of(continued, "six"), "seven"),
        Edit::replace(span_of(continued, "USER b"), "USER c"),
    ];
    let related = vec![
        Label { span: span_of(continued, "USER b"), text: "and this".into() },
        Label { span: span_of(continued, "a\r\n"), text: "because of this".into() },
    ];
    let fix = Fix::new("change many lines", Effect::Content, merge);
    drawn.push(draw(continued, Finding { related, fix, ..finding("several places", span_of(continued, "three")) }));

    let wide = "FROM a\nLABEL 名前=\"日本語 🐳\" \tx=\"é\"\n";
    let related = vec![Label { span: span_of(wide, "🐳"), text: "a whale".into() }];
    drawn.push(draw(wide, Finding { related, ..finding("wide letters and a tab", span_of(wide, "\"é\"")) }));

    let blanks = "FROM a  \t\n";
    let fix = Fix::new("trim", Effect::Identical, vec![Edit::delete(Span::new(6, 9))]);
    drawn.push(draw(blanks, Finding { fix, ..finding("white space at the end of a line", Span::new(6, 9)) }));

    with_snapshots(|| assert_snapshot!("report__full_shapes", drawn.join("\n")));
}
