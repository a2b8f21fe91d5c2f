//! Error messages as the GNU coding standards have them, which Emacs, Vim and most editors read.

use std::io;

use crate::finding::Severity;

use super::line::for_each_finding;
use super::termcolor::WriteColor;
use super::{FileReport, Renderer};

/// Writes `path:line:column: severity: message [rule]`.
pub(super) struct Gnu;

impl Renderer for Gnu {
    fn file(&mut self, file: &FileReport<'_>, out: &mut dyn WriteColor) -> io::Result<()> {
        for_each_finding(file, out, |place, finding, message, out| {
            writeln!(out, "{place}: {}: {message} [{}]", word(finding.severity), finding.rule)
        })
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
