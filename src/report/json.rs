//! dfx's own JSON. `docs/schema/lint-v1.schema.json` describes it for programs.

use std::io;

use serde::Serialize;

use crate::edit::{Applicability, Edit, Effect, Fix, OtherFile};
use crate::finding::{Finding, Severity, fingerprints};
use crate::source::Span;

use super::place::{Places, Point, Range};
use super::termcolor::WriteColor;
use super::{FileReport, Renderer, Run, Summary, path, rule_url};

/// Changes when a program that reads the report would have to change.
const SCHEMA_VERSION: &str = "1";

/// Writes one object; each finding stands on a line of its own.
pub(super) struct Json<'a> {
    version: &'a str,
    report: ReportObject,
}

impl<'a> Json<'a> {
    /// A report of `run`.
    pub fn new(run: Run<'a>) -> Self {
        Self { version: run.version, report: ReportObject::default() }
    }
}

impl Renderer for Json<'_> {
    fn start(&mut self, out: &mut dyn WriteColor) -> io::Result<()> {
        ReportObject::start(SCHEMA_VERSION, self.version, "diagnostics", out)
    }

    fn file(&mut self, file: &FileReport<'_>, out: &mut dyn WriteColor) -> io::Result<()> {
        self.report.errors.extend(FileError::of(file));
        for_each_diagnostic(file, |diagnostic| self.report.elements.write(diagnostic, out))
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn WriteColor) -> io::Result<()> {
        self.report.finish(&SummaryObject::of(summary), out)
    }
}

/// Writes each finding as an object on a line of its own; a file that could not be read is an object with `error`.
pub(super) struct Jsonl;

impl Renderer for Jsonl {
    fn file(&mut self, file: &FileReport<'_>, out: &mut dyn WriteColor) -> io::Result<()> {
        if let Some(error) = FileError::of(file) {
            value(&error, out)?;
            writeln!(out)?;
        }
        for_each_diagnostic(file, |diagnostic| {
            value(diagnostic, out)?;
            writeln!(out)
        })
    }
}

/// Write `value` as JSON on one line.
pub(super) fn value(value: &impl Serialize, out: &mut (impl io::Write + ?Sized)) -> io::Result<()> {
    // In one piece: the serializer hands out every quote and comma by itself.
    out.write_all(&serde_json::to_vec(value)?)
}

/// The one object that a report is: what was found, what could not be read, and the numbers.
#[derive(Debug, Default)]
pub(super) struct ReportObject {
    /// What was found.
    pub elements: Elements,
    /// What could not be read.
    pub errors: Vec<FileError>,
}

impl ReportObject {
    /// Write what stands before the first element; the elements have a name.
    pub fn start(
        schema_version: &str,
        version: &str,
        elements: &str,
        out: &mut (impl io::Write + ?Sized),
    ) -> io::Result<()> {
        write!(out, "{{\n\"schema_version\": \"{schema_version}\",\n\"tool\": ")?;
        value(&Tool { name: "dfx", version }, out)?;
        write!(out, ",\n\"{elements}\": [")
    }

    /// Write what stands behind the last element.
    pub fn finish(&self, summary: &impl Serialize, out: &mut (impl io::Write + ?Sized)) -> io::Result<()> {
        self.elements.end(out)?;
        write!(out, ",\n\"errors\": [")?;
        let mut errors = Elements::default();
        for error in &self.errors {
            errors.write(error, out)?;
        }
        errors.end(out)?;
        write!(out, ",\n\"summary\": ")?;
        value(summary, out)?;
        writeln!(out, "\n}}")
    }
}

/// The elements of an array, written as they come, each on a line of its own.
#[derive(Debug, Default)]
pub(super) struct Elements {
    has_some: bool,
}

impl Elements {
    /// Write one element behind those before it. The `[` has been written.
    pub fn write(&mut self, element: &impl Serialize, out: &mut (impl io::Write + ?Sized)) -> io::Result<()> {
        out.write_all(if std::mem::replace(&mut self.has_some, true) { b",\n" } else { b"\n" })?;
        value(element, out)
    }

    /// Write the `]`.
    pub fn end(&self, out: &mut (impl io::Write + ?Sized)) -> io::Result<()> {
        out.write_all(if self.has_some { b"\n]" } else { b"]" })
    }
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    file: &'a str,
    rule: &'a str,
    aliases: &'a [&'static str],
    severity: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
    range: RangeObject,
    related: Vec<Related<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
    url: String,
    fingerprint: &'a str,
    fix: Option<FixObject<'a>>,
}

/// Part of a report.
#[derive(Serialize)]
pub(super) struct RangeObject {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
    offset: usize,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    range: RangeObject,
}

#[derive(Serialize)]
struct FixObject<'a> {
    title: &'a str,
    effect: &'static str,
    suggestion: bool,
    edits: Vec<EditObject<'a>>,
    #[serde(rename = "new_file", skip_serializing_if = "Option::is_none")]
    other_file: Option<OtherFileObject>,
}

/// Part of a report.
#[derive(Serialize)]
pub(super) struct OtherFileObject {
    path: String,
    text: String,
    exists: bool,
}

/// Part of a report.
#[derive(Serialize)]
pub(super) struct EditObject<'a> {
    range: RangeObject,
    replacement: &'a str,
}

/// Part of a report.
#[derive(Serialize, Debug)]
pub(super) struct FileError {
    file: String,
    error: String,
}

#[derive(Serialize)]
struct SummaryObject {
    files: usize,
    findings: Counts<{ Severity::ALL.len() }>,
    fixable: Counts<{ Effect::ALL.len() }>,
    suppressed: usize,
}

/// Numbers by name, in the order of the names.
pub(super) struct Counts<const N: usize>(pub [(&'static str, usize); N]);

impl<const N: usize> Serialize for Counts<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0)
    }
}

impl FileError {
    fn of(file: &FileReport<'_>) -> Option<Self> {
        let FileReport::Unreadable { path, error } = file else { return None };
        Some(Self::new(path, error))
    }

    /// A file that could not be read, and why not.
    pub fn new(path: &str, error: &str) -> Self {
        Self { file: path::with_slashes(path), error: error.to_owned() }
    }
}

impl SummaryObject {
    fn of(summary: &Summary) -> Self {
        Self {
            files: summary.files,
            findings: Counts(Severity::ALL.map(|severity| (severity.name(), summary.findings(severity)))),
            fixable: Counts(Effect::ALL.map(|effect| (effect.name(), summary.fixable(effect)))),
            suppressed: summary.suppressed,
        }
    }
}

fn for_each_diagnostic(
    file: &FileReport<'_>,
    mut each: impl FnMut(&Diagnostic<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let FileReport::Checked { source, findings, .. } = file else { return Ok(()) };
    let places = Places::of(source);
    let name = path::with_slashes(source.name());
    for (finding, fingerprint) in findings.iter().zip(fingerprints(source, findings)) {
        each(&diagnostic(&name, finding, &fingerprint, &places))?;
    }
    Ok(())
}

fn diagnostic<'a>(file: &'a str, finding: &'a Finding, fingerprint: &'a str, places: &Places<'_>) -> Diagnostic<'a> {
    let related = finding.related.iter();
    Diagnostic {
        file,
        rule: finding.rule,
        aliases: &finding.aliases,
        severity: finding.severity.name(),
        message: &finding.message,
        label: &finding.label,
        range: range(places, finding.span),
        related: related.map(|label| Related { message: &label.text, range: range(places, label.span) }).collect(),
        notes: &finding.notes,
        help: finding.help.as_deref(),
        url: rule_url(finding.rule),
        fingerprint,
        fix: finding.fix.as_ref().map(|fix| fix_object(fix, places)),
    }
}

fn fix_object<'a>(fix: &'a Fix, places: &Places<'_>) -> FixObject<'a> {
    let edits = fix.edits().iter().map(|edit| edit_object(edit, places));
    let suggestion = fix.applicability == Applicability::Suggested;
    let other_file = fix.other_file().map(other_file_object);
    FixObject { title: &fix.title, effect: fix.effect.name(), suggestion, edits: edits.collect(), other_file }
}

/// A file for programs.
pub(super) fn other_file_object(file: &OtherFile) -> OtherFileObject {
    OtherFileObject { path: path::with_slashes(&file.path), text: file.text(), exists: file.before.is_some() }
}

/// An edit for programs.
pub(super) fn edit_object<'a>(edit: &'a Edit, places: &Places<'_>) -> EditObject<'a> {
    EditObject { range: range(places, edit.span), replacement: &edit.replacement }
}

/// A span for programs.
pub(super) fn range(places: &Places<'_>, span: Span) -> RangeObject {
    let position = |point: Point| Position { line: point.line, column: point.column, offset: point.offset };
    let Range { start, end } = places.range(span);
    RangeObject { start: position(start), end: position(end) }
}
