//! reviewdog's diagnostic format, with suggestions that a reviewer can apply.
//!
//! <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>

use std::io;

use serde::Serialize;

use crate::finding::{Finding, Severity};
use crate::source::{SourceFile, Span};

use super::json::{Elements, value};
use super::path::{HOME_PAGE, with_slashes};
use super::place::{self, Places, Point};
use super::termcolor::WriteColor;
use super::{FileReport, Renderer, Summary, is_made_by_default, rule_url};

/// Writes one object that holds all diagnostics.
#[derive(Default)]
pub(super) struct Rdjson {
    diagnostics: Elements,
}

impl Renderer for Rdjson {
    fn start(&mut self, out: &mut dyn WriteColor) -> io::Result<()> {
        write!(out, "{{\n\"source\": {{\"name\":\"dfx\",\"url\":\"{HOME_PAGE}\"}},\n\"diagnostics\": [")
    }

    fn file(&mut self, file: &FileReport<'_>, out: &mut dyn WriteColor) -> io::Result<()> {
        for_each_diagnostic(file, |diagnostic| self.diagnostics.write(diagnostic, out))
    }

    fn finish(&mut self, _: &Summary, out: &mut dyn WriteColor) -> io::Result<()> {
        self.diagnostics.end(out)?;
        writeln!(out, "\n}}")
    }
}

/// Writes each diagnostic as an object on a line of its own.
pub(super) struct Rdjsonl;

impl Renderer for Rdjsonl {
    fn file(&mut self, file: &FileReport<'_>, out: &mut dyn WriteColor) -> io::Result<()> {
        for_each_diagnostic(file, |diagnostic| {
            value(diagnostic, out)?;
            writeln!(out)
        })
    }
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: &'a str,
    location: Location<'a>,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<RelatedLocation<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

/// 1-based; the column counts bytes.
#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    url: String,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct RelatedLocation<'a> {
    message: &'a str,
    location: Location<'a>,
}

fn for_each_diagnostic(
    file: &FileReport<'_>,
    mut each: impl FnMut(&Diagnostic<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let (source, findings) = match file {
        FileReport::Unreadable { path, error } => return each(&unreadable(&with_slashes(path), error)),
        FileReport::Checked { source, findings, .. } => (source, findings),
    };
    let places = Places::of(source);
    let path = with_slashes(source.name());
    findings.iter().try_for_each(|finding| each(&diagnostic(&path, source, finding, &places)))
}

fn diagnostic<'a>(path: &'a str, source: &SourceFile, finding: &'a Finding, places: &Places<'_>) -> Diagnostic<'a> {
    let location = |span| Location { path, range: Some(range(places, span)) };
    // A suggestion cannot say what it does to the image, so only those up to debris are offered.
    let fix = finding.fix.as_ref().filter(|fix| is_made_by_default(fix));
    let edit = fix.map(|fix| place::single_edit(source, fix));
    let related = finding.related.iter();
    Diagnostic {
        message: &finding.message,
        location: location(finding.span),
        severity: severity(finding.severity),
        code: Some(Code { value: finding.rule, url: rule_url(finding.rule) }),
        suggestions: edit
            .map(|edit| Suggestion { range: range(places, edit.span), text: edit.replacement })
            .into_iter()
            .collect(),
        related_locations: related
            .map(|label| RelatedLocation { message: &label.text, location: location(label.span) })
            .collect(),
    }
}

fn unreadable<'a>(path: &'a str, error: &'a str) -> Diagnostic<'a> {
    Diagnostic {
        message: error,
        location: Location { path, range: None },
        severity: "ERROR",
        code: None,
        suggestions: Vec::new(),
        related_locations: Vec::new(),
    }
}

fn range(places: &Places<'_>, span: Span) -> Range {
    let position = |point: Point| Position { line: point.line, column: point.byte_column };
    let range = places.range(span);
    Range { start: position(range.start), end: position(range.end) }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Info | Severity::Style => "INFO",
    }
}
