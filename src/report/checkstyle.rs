//! Checkstyle's XML, which Jenkins and reviewdog read.

use std::io;

use crate::finding::Severity;

use super::place::Places;
use super::termcolor::WriteColor;
use super::xml::escaped;
use super::{FileReport, Renderer, Run, Summary, path};

/// Writes one `<file>` for each file, clean ones included.
pub(super) struct Checkstyle<'a> {
    version: &'a str,
}

impl<'a> Checkstyle<'a> {
    /// A report of `run`.
    pub fn new(run: Run<'a>) -> Self {
        Self { version: run.version }
    }
}

impl Renderer for Checkstyle<'_> {
    fn start(&mut self, out: &mut dyn WriteColor) -> io::Result<()> {
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        writeln!(out, r#"<checkstyle version="dfx {}">"#, escaped(self.version))
    }

    fn file(&mut self, file: &FileReport<'_>, out: &mut dyn WriteColor) -> io::Result<()> {
        let (source, findings) = match file {
            FileReport::Unreadable { path, error } => {
                writeln!(out, r#"  <file name="{}">"#, escaped(&path::with_slashes(path)))?;
                let error = escaped(error);
                writeln!(out, r#"    <error line="1" severity="error" message="{error}" source="unreadable-file"/>"#)?;
                return writeln!(out, "  </file>");
            }
            FileReport::Checked { source, findings, .. } => (source, findings),
        };
        let places = Places::of(source);
        writeln!(out, r#"  <file name="{}">"#, escaped(&path::with_slashes(source.name())))?;
        for finding in *findings {
            let at = places.start(finding.span);
            let (severity, message) = (severity(finding.severity), escaped(&finding.message));
            write!(out, r#"    <error line="{}" column="{}" severity="{severity}""#, at.line, at.column)?;
            writeln!(out, r#" message="{message}" source="{}"/>"#, escaped(finding.rule))?;
        }
        writeln!(out, "  </file>")
    }

    fn finish(&mut self, _: &Summary, out: &mut dyn WriteColor) -> io::Result<()> {
        writeln!(out, "</checkstyle>")
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Style => "info",
    }
}
