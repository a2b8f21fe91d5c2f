//! JUnit's XML: a file is a suite, a finding is a test that fails.

use std::io;

use crate::finding::Finding;

use super::place::{Places, Point};
use super::termcolor::WriteColor;
use super::xml::escaped;
use super::{FileReport, Renderer, Summary, path};

/// Writes one `<testsuite>` for each file. A clean file is a test that passes: without any, a build service would say
/// that nothing was tested.
pub(super) struct Junit;

impl Renderer for Junit {
    fn start(&mut self, out: &mut dyn WriteColor) -> io::Result<()> {
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        writeln!(out, r#"<testsuites name="dfx">"#)
    }

    fn file(&mut self, file: &FileReport<'_>, out: &mut dyn WriteColor) -> io::Result<()> {
        let (source, findings) = match file {
            FileReport::Unreadable { path, error } => return unreadable(path, error, out),
            FileReport::Checked { source, findings, .. } => (source, findings),
        };
        let places = Places::of(source);
        let name = escaped(&path::with_slashes(source.name()));
        let (tests, failures) = (findings.len().max(1), findings.len());
        writeln!(
            out,
            r#"  <testsuite name="{name}" tests="{tests}" failures="{failures}" errors="0" skipped="0" time="0">"#
        )?;
        if findings.is_empty() {
            writeln!(out, r#"    <testcase name="no problems" classname="{name}" file="{name}" time="0"/>"#)?;
        }
        for finding in *findings {
            test_case(&name, finding, places.start(finding.span), out)?;
        }
        writeln!(out, "  </testsuite>")
    }

    fn finish(&mut self, _: &Summary, out: &mut dyn WriteColor) -> io::Result<()> {
        writeln!(out, "</testsuites>")
    }
}

fn test_case(file: &str, finding: &Finding, at: Point, out: &mut dyn WriteColor) -> io::Result<()> {
    let Point { line, column, .. } = at;
    let rule = escaped(finding.rule);
    let message = escaped(&finding.message);
    let mut details = format!("{file}:{line}:{column}: {}: {message}", finding.severity);
    for note in &finding.notes {
        details += &format!("\n{}", escaped(note));
    }
    if let Some(help) = &finding.help {
        details += &format!("\nhelp: {}", escaped(help));
    }
    // Build services take tests of one name for one test.
    writeln!(
        out,
        r#"    <testcase name="{rule} at {line}:{column}" classname="{file}" file="{file}" line="{line}" time="0">"#
    )?;
    writeln!(out, r#"      <failure type="{}" message="{message}">{details}</failure>"#, finding.severity)?;
    writeln!(out, "    </testcase>")
}

fn unreadable(path: &str, error: &str, out: &mut dyn WriteColor) -> io::Result<()> {
    let (name, error) = (escaped(&path::with_slashes(path)), escaped(error));
    writeln!(out, r#"  <testsuite name="{name}" tests="1" failures="0" errors="1" skipped="0" time="0">"#)?;
    writeln!(out, r#"    <testcase name="unreadable-file" classname="{name}" file="{name}" time="0">"#)?;
    writeln!(out, r#"      <error type="unreadable-file" message="{error}"/>"#)?;
    writeln!(out, "    </testcase>")?;
    writeln!(out, "  </testsuite>")
}
