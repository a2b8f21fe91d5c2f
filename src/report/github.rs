//! Workflow commands of GitHub Actions, which become annotations of the changed lines.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::io;

use crate::finding::Severity;

use super::place::Places;
use super::termcolor::WriteColor;
use super::{FileReport, Renderer, bracketed_aliases, path};

/// Writes `::error title=...,file=...,line=...::message`.
pub(super) struct Github;

impl Renderer for Github {
    fn file(&mut self, file: &FileReport<'_>, out: &mut dyn WriteColor) -> io::Result<()> {
        let (source, findings) = match file {
            FileReport::Unreadable { path, error } => {
                return writeln!(out, "::error title=dfx,file={}::{}", property(&path::relative(path)), data(error));
            }
            FileReport::Checked { source, findings, .. } => (source, findings),
        };
        let places = Places::of(source);
        let file = property(&path::relative(source.name()));
        for finding in *findings {
            let range = places.range(finding.span);
            let title = property(&format!("{}{}", finding.rule, bracketed_aliases(finding)));
            let command = command(finding.severity);
            write!(out, "::{command} title={title},file={file},line={},endLine={}", range.start.line, range.end.line)?;
            // The runner refuses columns of an annotation over several lines.
            if range.start.line == range.end.line {
                write!(out, ",col={},endColumn={}", range.start.column, range.end.column)?;
            }
            let mut message = finding.message.clone();
            for note in &finding.notes {
                message = format!("{message}\n{note}");
            }
            if let Some(help) = &finding.help {
                message += &format!("\nHelp: {help}");
            }
            writeln!(out, "::{}", data(&message))?;
        }
        Ok(())
    }
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Style => "notice",
    }
}

/// Text behind the `::`, escaped as the runner undoes it.
fn data(text: &str) -> String {
    let escaped = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    super::plain::line(&escaped).into_owned()
}

/// The value of a property, escaped as the runner undoes it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
