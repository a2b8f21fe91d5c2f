//! One line for each finding, then the numbers.

use std::io;

use super::place::Places;
use super::termcolor::WriteColor;
use super::{FileReport, Renderer, Summary, bracketed_aliases, fixable_mark, plain};

/// Writes `path:line:column: severity[rule] message (codes of other tools) [*]`.
pub(super) struct Concise;

impl Renderer for Concise {
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
            let (severity, rule) = (finding.severity, finding.rule);
            let message = plain::line(&finding.message);
            let (aliases, mark) = (bracketed_aliases(finding), fixable_mark(finding));
            writeln!(out, "{path}:{}:{}: {severity}[{rule}] {message}{aliases}{mark}", at.line, at.column)?;
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn WriteColor) -> io::Result<()> {
        writeln!(out, "{}", summary.line())
    }
}
