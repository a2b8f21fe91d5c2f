//! GitLab's Code Quality report.
//!
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::io;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::finding::{Severity, fingerprints};

use super::json::Elements;
use super::place::{Places, Range};
use super::termcolor::WriteColor;
use super::{FileReport, Renderer, Summary, path};

/// Writes an array of issues; `[]` where there is none, for GitLab takes an empty file for a broken one.
#[derive(Default)]
pub(super) struct Gitlab {
    issues: Elements,
}

impl Renderer for Gitlab {
    fn start(&mut self, out: &mut dyn WriteColor) -> io::Result<()> {
        write!(out, "[")
    }

    fn file(&mut self, file: &FileReport<'_>, out: &mut dyn WriteColor) -> io::Result<()> {
        let (source, findings) = match file {
            FileReport::Unreadable { path, error } => return self.issues.write(&unreadable(path, error), out),
            FileReport::Checked { source, findings, .. } => (source, findings),
        };
        let places = Places::of(source);
        let path = path::relative(source.name());
        for (finding, fingerprint) in findings.iter().zip(fingerprints(source, findings)) {
            let Range { start, end } = places.range(finding.span);
            let issue = Issue {
                description: &finding.message,
                check_name: finding.rule,
                fingerprint: fingerprint_in(&path, &fingerprint),
                severity: severity(finding.severity),
                location: Location {
                    path: &path,
                    positions: Positions {
                        begin: Position { line: start.line, column: start.column },
                        end: Position { line: end.line, column: end.column },
                    },
                },
            };
            self.issues.write(&issue, out)?;
        }
        Ok(())
    }

    fn finish(&mut self, _: &Summary, out: &mut dyn WriteColor) -> io::Result<()> {
        self.issues.end(out)?;
        writeln!(out)
    }
}

#[derive(Serialize)]
struct Issue<'a, L> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: L,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    positions: Positions,
}

#[derive(Serialize)]
struct Positions {
    begin: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct WholeFile {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

fn unreadable<'a>(path: &str, error: &'a str) -> Issue<'a, WholeFile> {
    let path = path::relative(path);
    Issue {
        description: error,
        check_name: "unreadable-file",
        fingerprint: fingerprint_in(&path, "unreadable-file"),
        severity: "blocker",
        location: WholeFile { path, lines: Lines { begin: 1 } },
    }
}

/// GitLab drops all but one of the issues that share a fingerprint, whatever file they are in.
fn fingerprint_in(path: &str, fingerprint: &str) -> String {
    let digest = Sha256::new().chain_update(path).chain_update([0]).chain_update(fingerprint).finalize();
    const_hex::encode(&digest[..16])
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Info => "minor",
        Severity::Style => "info",
    }
}
