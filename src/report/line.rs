//! What the formats with a line for each finding have in common.

use std::fmt;
use std::io;

use crate::finding::Finding;

use super::place::{Places, Point};
use super::termcolor::WriteColor;
use super::{FileReport, plain};

/// Where a finding is: `path:line:column`.
pub(super) struct Place<'p> {
    path: &'p str,
    at: Point,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.at.line, self.at.column)
    }
}

/// Have each finding of a file written with its place and its message, which is on one line; or write that the file could
/// not be read.
pub(super) fn for_each_finding(
    file: &FileReport<'_>,
    out: &mut dyn WriteColor,
    mut write: impl FnMut(Place<'_>, &Finding, &str, &mut dyn WriteColor) -> io::Result<()>,
) -> io::Result<()> {
    let (source, findings) = match file {
        FileReport::Unreadable { path, error } => {
            return writeln!(out, "{}: error: {}", plain::path(path), plain::line(error));
        }
        FileReport::Checked { source, findings, .. } => (source, findings),
    };
    let places = Places::of(source);
    let path = plain::path(source.name());
    for finding in *findings {
        let place = Place { path: &path, at: places.start(finding.span) };
        write(place, finding, &plain::line(&finding.message), out)?;
    }
    Ok(())
}
