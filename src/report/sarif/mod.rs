//! SARIF 2.1.0, as code scanning of GitHub and others wants it.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html>,
//! <https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning>

mod line_hash;
mod rules;

use std::collections::HashMap;
use std::io;

use serde_json::{Value, json};

use crate::edit::Fix;
use crate::finding::{Finding, Label, Severity, fingerprints};

use super::json::{Elements, value};
use super::path::{HOME_PAGE, uri};
use super::place::{Places, Range};
use super::termcolor::WriteColor;
use super::{FileReport, Renderer, Run, Summary};

use line_hash::line_hashes;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes one run; each result stands on a line of its own. Suppressed findings are left out: GitHub would open alerts
/// for them.
pub(super) struct Sarif<'a> {
    run: Run<'a>,
    rule_indices: HashMap<&'static str, usize>,
    results: Elements,
    notifications: Vec<Value>,
}

impl<'a> Sarif<'a> {
    /// A log of `run`.
    pub fn new(run: Run<'a>) -> Self {
        let rule_indices = run.rules.iter().enumerate().map(|(index, rule)| (rule.meta.name, index)).collect();
        Self { run, rule_indices, results: Elements::default(), notifications: Vec::new() }
    }
}

impl Renderer for Sarif<'_> {
    fn start(&mut self, out: &mut dyn WriteColor) -> io::Result<()> {
        writeln!(out, "{{\n\"$schema\": \"{SCHEMA}\",\n\"version\": \"2.1.0\",\n\"runs\": [{{")?;
        write!(out, "\"tool\": ")?;
        value(&self.tool(), out)?;
        writeln!(out, ",\n\"automationDetails\": {{\"id\":\"dfx/\"}},\n\"columnKind\": \"unicodeCodePoints\",")?;
        write!(out, "\"results\": [")
    }

    fn file(&mut self, file: &FileReport<'_>, out: &mut dyn WriteColor) -> io::Result<()> {
        let (source, findings) = match file {
            FileReport::Unreadable { path, error } => {
                self.notifications.push(notification(path, error));
                return Ok(());
            }
            FileReport::Checked { findings: [], .. } => return Ok(()),
            FileReport::Checked { source, findings, .. } => (source, findings),
        };
        let file = CheckedFile { uri: uri(source.name()), places: Places::of(source), hashes: line_hashes(source) };
        for (finding, fingerprint) in findings.iter().zip(fingerprints(source, findings)) {
            let result = file.result(finding, &fingerprint, self.rule_indices.get(finding.rule).copied());
            self.results.write(&result, out)?;
        }
        Ok(())
    }

    fn finish(&mut self, _: &Summary, out: &mut dyn WriteColor) -> io::Result<()> {
        self.results.end(out)?;
        let invocation = json!({
            "executionSuccessful": self.notifications.is_empty(),
            "toolExecutionNotifications": self.notifications,
        });
        write!(out, ",\n\"invocations\": [")?;
        value(&invocation, out)?;
        writeln!(out, "]\n}}]\n}}")
    }
}

impl Sarif<'_> {
    fn tool(&self) -> Value {
        let rules: Vec<Value> = self.run.rules.iter().map(rules::descriptor).collect();
        json!({ "driver": {
            "name": "dfx",
            "version": self.run.version,
            "semanticVersion": self.run.version,
            "informationUri": HOME_PAGE,
            "rules": rules,
        } })
    }
}

/// A file that has findings.
struct CheckedFile<'a> {
    uri: String,
    places: Places<'a>,
    /// `primaryLocationLineHash` for each line.
    hashes: Vec<String>,
}

impl CheckedFile<'_> {
    fn result(&self, finding: &Finding, fingerprint: &str, rule_index: Option<usize>) -> Value {
        let range = self.places.range(finding.span);
        let mut result = json!({ "ruleId": finding.rule });
        if let Some(index) = rule_index {
            result["ruleIndex"] = json!(index);
        }
        result["level"] = json!(level(finding.severity));
        result["message"] = json!({ "text": message(finding) });
        result["locations"] = json!([{ "physicalLocation": self.physical_location(range) }]);
        if !finding.related.is_empty() {
            let related = finding.related.iter().enumerate().map(|(index, label)| {
                let mut location = self.location(label);
                location["id"] = json!(index + 1);
                location
            });
            result["relatedLocations"] = related.collect();
        }
        if !finding.flow.is_empty() {
            let locations: Vec<Value> =
                finding.flow.iter().map(|label| json!({ "location": self.location(label) })).collect();
            result["codeFlows"] = json!([{ "threadFlows": [{ "locations": locations }] }]);
        }
        if let Some(hash) = self.hashes.get(range.start.line - 1) {
            result["partialFingerprints"] = json!({ "primaryLocationLineHash": hash });
        }
        result["fingerprints"] = json!({ "dfx/v1": fingerprint });
        if let Some(fix) = &finding.fix {
            result["fixes"] = json!([self.fix(fix)]);
        }
        result["properties"] = json!({ "severity": finding.severity.name(), "aliases": finding.aliases });
        result
    }

    fn location(&self, label: &Label) -> Value {
        let mut location = json!({ "physicalLocation": self.physical_location(self.places.range(label.span)) });
        if !label.text.is_empty() {
            location["message"] = json!({ "text": sentence(&label.text) });
        }
        location
    }

    fn physical_location(&self, range: Range) -> Value {
        json!({ "artifactLocation": { "uri": self.uri }, "region": region(range) })
    }

    fn fix(&self, fix: &Fix) -> Value {
        let replacements = fix.edits().iter().map(|edit| {
            json!({
                "deletedRegion": region(self.places.range(edit.span)),
                "insertedContent": { "text": edit.replacement },
            })
        });
        let change = match fix.other_file() {
            None => json!({
                "artifactLocation": { "uri": self.uri },
                "replacements": replacements.collect::<Vec<_>>(),
            }),
            Some(file) => {
                let before = file.before.as_deref().unwrap_or_default();
                let (line, last) = (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap_or_default());
                let column = last.encode_utf16().count() + 1;
                json!({
                    "artifactLocation": { "uri": uri(&file.path) },
                    "replacements": [{
                        "deletedRegion": { "startLine": line, "startColumn": column, "endLine": line, "endColumn": column },
                        "insertedContent": { "text": file.added },
                    }],
                })
            }
        };
        json!({
            "description": { "text": sentence(&format!("{} (effect on the image: {})", fix.title, fix.effect)) },
            "artifactChanges": [change],
            "properties": { "effect": fix.effect.name() },
        })
    }
}

fn region(Range { start, end }: Range) -> Value {
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

/// The message, the notes and the help as sentences; related places as links, which GitHub follows.
fn message(finding: &Finding) -> String {
    let mut message = sentence(&without_links(&finding.message));
    for note in &finding.notes {
        message += &format!(" {}", sentence(&without_links(note)));
    }
    if let Some(help) = &finding.help {
        message += &format!(" Help: {}", sentence(&without_links(help)));
    }
    for (index, label) in finding.related.iter().enumerate().filter(|(_, label)| !label.text.is_empty()) {
        let text = label.text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
        message += &format!(" See [{text}]({}).", index + 1);
    }
    message
}

/// `text` without what SARIF would read as a link.
fn without_links(text: &str) -> String {
    text.replace("](", "] (")
}

/// `text` with a full stop at its end.
fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

fn notification(path: &str, error: &str) -> Value {
    json!({
        "level": "error",
        "message": { "text": sentence(error) },
        "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(path) } } }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Style => "note",
    }
}
