//! Files that try to break a report, to take over a terminal, or to give orders to a build service.

use dfx::edit::{Edit, Effect, Fix};
use dfx::finding::{Finding, Label, Severity};
use dfx::report::{FileReport, Format, Run};
use dfx::source::{SourceFile, Span};
use proptest::prelude::*;

use crate::render;
use crate::well_formed::assert_well_formed;

const NAME: &str = "a,b:c%|`<\"&'>é/::error::Dockerfile";

const EVIL: &str =
    "\x1b[2J\r::error::pwned\n##vso[task.x]\n\u{202e}]]>\"'<&>`| @all [a](1) {0} \u{9b} \u{FFFE} \0 \u{1A}";

pub struct Hostile {
    source: SourceFile,
    findings: Vec<Finding>,
}

impl Hostile {
    pub fn new() -> Self {
        let mut bytes = b"FROM a\xff\xfe\n".to_vec();
        bytes.extend_from_slice(EVIL.as_bytes());
        bytes.extend_from_slice("\nRUN ".as_bytes());
        bytes.extend_from_slice("wide 世界 ".repeat(2000).as_bytes());
        let source = SourceFile::new(NAME, bytes);
        let end = source.text().len();
        let spans = [(0, 6), (6, 8), (9, 20), (9, end), (end - 8, end - 1), (end, end)];
        let findings = spans.map(|(start, end)| finding(Span::new(start, end), EVIL, source.text().len()));
        Self { source, findings: findings.into() }
    }

    pub fn files(&self) -> Vec<FileReport<'_>> {
        vec![
            FileReport::Checked { source: &self.source, findings: &self.findings, suppressed: 0 },
            FileReport::Unreadable { path: "::stop-commands::x\x1b", error: EVIL },
        ]
    }

    pub fn sources(&self) -> impl Iterator<Item = (&str, &[u8])> {
        std::iter::once((self.source.name(), self.source.bytes()))
    }
}

fn finding(span: Span, text: &str, length: usize) -> Finding {
    let edits = vec![Edit::replace(span, text), Edit::insert(length, text)];
    Finding {
        rule: "style/protocol-casing",
        severity: Severity::Info,
        weight: dfx::finding::Weight::Ordinary,
        message: text.into(),
        span,
        label: text.into(),
        related: vec![Label { span: Span::new(0, length / 2), text: text.into() }],
        flow: vec![Label { span: Span::new(0, length), text: text.into() }],
        notes: vec![text.into()],
        decisions: Vec::new(),
        refusal: None,
        help: Some(text.into()),
        aliases: vec!["DL3008"],
        fix: Fix::new(text, Effect::Identical, edits),
    }
}

const NO_RULES: Run<'static> = Run { version: "1.2.3", rules: &[] };

#[test]
fn a_hostile_file_gives_no_orders() {
    let hostile = Hostile::new();
    for format in [Format::Full, Format::Concise, Format::Github, Format::Gnu, Format::Markdown] {
        let report = render(format, NO_RULES, &hostile.files());
        let control = |character: char| character.is_control() && character != '\n';
        assert!(!report.contains(control), "{format} lets a control character through");
        assert!(!report.contains("##vso["), "{format} lets a command of Azure Pipelines through");
        for line in report.lines() {
            let is_order = line.trim_start().starts_with("::");
            assert!(!is_order || (format == Format::Github && line.contains(" title=")), "{format}: {line}");
        }
    }
    for format in Format::ALL {
        let report = render(format, NO_RULES, &hostile.files());
        assert!(!report.contains(['\x1b', '\r', '\0']), "{format} lets a control character through");
    }
    let github = render(Format::Github, NO_RULES, &hostile.files());
    assert_eq!(github.lines().count(), hostile.findings.len() + 1);
}

#[test]
fn a_hostile_file_leaves_every_format_well_formed() {
    let hostile = Hostile::new();
    for format in Format::ALL {
        assert_well_formed(format, &render(format, NO_RULES, &hostile.files()));
    }
}

#[test]
fn many_findings_in_one_long_line_take_no_longer_than_they_must() {
    let text = "a".repeat(1_000_000);
    let source = SourceFile::new("Dockerfile", text.as_str());
    let findings: Vec<Finding> =
        (0..5_000).map(|index| finding(Span::new(index * 200, index * 200 + 1), "a", index * 200 + 100)).collect();
    let files = [FileReport::Checked { source: &source, findings: &findings, suppressed: 0 }];
    for format in Format::ALL {
        let report = render(format, NO_RULES, &files);
        assert!(report.len() < 20_000_000, "{format} writes {} bytes", report.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_renderer_panics_or_writes_a_broken_report(
        text in "(\\PC|[ \t\r\n\u{FEFF}\u{1A}\u{1B}世#\\[:`<&é]){0,80}",
        places in prop::collection::vec((0usize..100, 0usize..100), 0..4),
        words in "(\\PC|\r\n|\u{1B}|`){0,20}",
    ) {
        let source = SourceFile::new("Dockerfile", text.as_str());
        let findings: Vec<Finding> = places
            .into_iter()
            .map(|(one, other)| finding(Span::new(one.min(other), one.max(other)), &words, text.len().max(one.max(other))))
            .collect();
        let files = [FileReport::Checked { source: &source, findings: &findings, suppressed: 0 }];
        for format in Format::ALL {
            assert_well_formed(format, &render(format, NO_RULES, &files));
        }
    }
}
