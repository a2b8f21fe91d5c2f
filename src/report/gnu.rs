//! Error messages as the GNU coding standards have them, which Emacs, Vim and most editors read.

use std::io;

use crate::finding::Severity;

use super::place::Places;
use super::termcolor::WriteColor;
use super::{FileReport, Renderer, Summary, plain};

/// Writes `path:line:column: severity: message [rule]`.
pub(super) struct Gnu;

impl Renderer for Gnu {
    fn start(&mut self, _: &mut dyn WriteColor) -> io::Result<()> {
        Ok(())
    }

    fn file(&mut self, file: &FileReport<'_>, out: &mut dyn WriteColor) -> io::Result<()> {
        let (source, findings) = match file {
            FileReport::Unreadable { path, error } => {
                return writeln!(out, "{}: error: {}", plain::path(path), plain::line(error));
            }
            FileReport::Checked { source, findings, .. } => (source, findings),
        };
        let places = Places::of(source);
        let path = plain::path(source.name());
        for finding in *findings {
            let at = places.start(finding.span);
            let severity = word(finding.severity);
            let message = plain::line(&finding.message);
            writeln!(out, "{path}:{}:{}: {severity}: {message} [{}]", at.line, at.column, finding.rule)?;
        }
        Ok(())
    }

    fn finish(&mut self, _: &Summary, _: &mut dyn WriteColor) -> io::Result<()> {
        Ok(())
    }
}

/// The severities that compilers have and editors know.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Style => "note",
    }
}
