//! Fixes written down: as a diff for `git apply`, as lines for people, as JSON for programs.

mod diff;
mod json;
mod lines;
mod summary;

use std::io::{self, Write};

use crate::fix::Fixed;

pub use diff::unified_diff;
pub use lines::{explained, lines};
pub use summary::FixSummary;

/// What came of one file.
#[derive(Debug, Clone, Copy)]
pub enum FixReport<'a> {
    /// The file was read and repaired.
    Fixed(&'a Fixed),
    /// The file could not be read or written.
    Failed {
        /// The path as the user gave it.
        path: &'a str,
        /// Why not, in the words of the operating system.
        error: &'a str,
    },
}

/// A format of reports about fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FixFormat {
    /// A unified diff, which `git apply` and `patch -p1` take.
    #[default]
    Diff,
    /// A line for each fix that was made, held back, or would need to be allowed.
    Full,
    /// One JSON object, described by `docs/schema/fix-v1.schema.json`.
    Json,
}

/// Writes one report: [`start`](Self::start) once, [`file`](Self::file) for each file in order,
/// [`finish`](Self::finish) once.
pub trait FixRenderer {
    /// Write what stands before the first file; nothing, unless a format has something there.
    fn start(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// Write what came of one file.
    fn file(&mut self, file: &FixReport<'_>, out: &mut dyn Write) -> io::Result<()>;

    /// Write what stands behind the last file, if anything does; `summary` counts all of them.
    fn finish(&mut self, _summary: &FixSummary, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

impl FixFormat {
    /// All formats, in the order in which help lists them.
    pub const ALL: [FixFormat; 3] = [FixFormat::Diff, FixFormat::Full, FixFormat::Json];

    /// The format's name, as users write it.
    pub fn name(self) -> &'static str {
        match self {
            FixFormat::Diff => "diff",
            FixFormat::Full => "full",
            FixFormat::Json => "json",
        }
    }

    /// The format called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// A renderer that writes this format, for dfx of a version.
    pub fn renderer<'a>(self, version: &'a str) -> Box<dyn FixRenderer + 'a> {
        match self {
            FixFormat::Diff => Box::new(diff::Diff),
            FixFormat::Full => Box::new(lines::Full),
            FixFormat::Json => Box::new(json::Json::new(version)),
        }
    }
}
