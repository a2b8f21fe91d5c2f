//! One line for each finding, then the numbers.

use std::io;

use super::line::for_each_finding;
use super::termcolor::WriteColor;
use super::{FileReport, Renderer, Summary, bracketed_aliases, fixable_mark};

/// Writes `path:line:column: severity[rule] message (codes of other tools) [*]`.
pub(super) struct Concise;

impl Renderer for Concise {
    fn file(&mut self, file: &FileReport<'_>, out: &mut dyn WriteColor) -> io::Result<()> {
        for_each_finding(file, out, |place, finding, message, out| {
            let (severity, rule) = (finding.severity, finding.rule);
            let (aliases, mark) = (bracketed_aliases(finding), fixable_mark(finding));
            writeln!(out, "{place}: {severity}[{rule}] {message}{aliases}{mark}")
        })
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn WriteColor) -> io::Result<()> {
        writeln!(out, "{}", summary.line())
    }
}
