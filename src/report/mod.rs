//! Findings written down: for people, for editors, for continuous integration. One renderer per format, one file each.
//!
//! A renderer is told of the files one by one and writes as it goes, so that a run over a million files needs no more
//! memory than one over the longest of them. Text that came out of a Dockerfile or a file name is hostile until it is
//! escaped for the format at hand.

mod checkstyle;
mod concise;
mod excerpt;
pub mod fixed;
mod full;
mod github;
mod gitlab;
mod gnu;
pub mod hadolint;
mod json;
mod junit;
pub mod layers;
mod line;
mod markdown;
mod patch;
mod path;
mod place;
mod plain;
mod rdjson;
mod sarif;
mod summary;
pub mod verified;
mod xml;

use std::io;

use codespan_reporting::term::termcolor::WriteColor;

use crate::edit::{Effect, Fix};
use crate::finding::Finding;
use crate::rules::{BUILDKIT_CHECKS, Documentation, Meta};
use crate::source::SourceFile;

pub use codespan_reporting::term::termcolor;
pub use path::rule_url;
pub use summary::Summary;

/// The greatest effect of a fix that keeps the image as it is but for debris.
const GREATEST_DEFAULT_EFFECT: Effect = Effect::Debris;

/// What came of one file.
#[derive(Debug, Clone, Copy)]
pub enum FileReport<'a> {
    /// The file was read and checked.
    Checked {
        /// The file, under the name the user gave it.
        source: &'a SourceFile,
        /// What the rules report, sorted by [`Finding::sort_key`].
        findings: &'a [Finding],
        /// Number of findings that comments or the configuration suppress; they are not among `findings`.
        suppressed: usize,
    },
    /// The file could not be read.
    Unreadable {
        /// The path as the user gave it.
        path: &'a str,
        /// Why not, in the words of the operating system.
        error: &'a str,
    },
}

/// A rule that was enabled in this run.
#[derive(Debug, Clone)]
pub struct RuleInfo {
    /// The rule's identity card.
    pub meta: &'static Meta,
    /// The rule's page.
    pub documentation: Documentation,
}

/// What a renderer knows before the first file.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The version of dfx, as semantic versioning has it.
    pub version: &'a str,
    /// The rules that were enabled, whether they found something or not.
    pub rules: &'a [RuleInfo],
}

/// Writes one report in one format.
///
/// [`start`](Self::start) once, [`file`](Self::file) for each file in order, [`finish`](Self::finish) once. Machine
/// formats set no colour, whatever `out` could show.
pub trait Renderer {
    /// Write what stands before the first file; nothing, unless a format has something there.
    fn start(&mut self, _out: &mut dyn WriteColor) -> io::Result<()> {
        Ok(())
    }

    /// Write what came of one file.
    fn file(&mut self, file: &FileReport<'_>, out: &mut dyn WriteColor) -> io::Result<()>;

    /// Write what stands behind the last file, if anything does; `summary` counts all of them.
    fn finish(&mut self, _summary: &Summary, _out: &mut dyn WriteColor) -> io::Result<()> {
        Ok(())
    }
}

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// For a person at a terminal: the source, what is wrong there, and what the fix would change.
    Full,
    /// One line for each finding.
    Concise,
    /// One JSON object, described by `docs/schema/lint-v1.schema.json`.
    Json,
    /// One JSON object on a line for each finding.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// Checkstyle's XML.
    Checkstyle,
    /// JUnit's XML.
    Junit,
    /// reviewdog's diagnostics, as one object.
    Rdjson,
    /// reviewdog's diagnostics, one object on a line.
    Rdjsonl,
    /// The GNU coding standards' error messages, for Emacs and Vim.
    Gnu,
    /// Markdown for a comment at a pull request or for a job's summary.
    Markdown,
}

impl Format {
    /// All formats, in the order in which help lists them.
    pub const ALL: [Format; 13] = [
        Format::Full,
        Format::Concise,
        Format::Json,
        Format::Jsonl,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Checkstyle,
        Format::Junit,
        Format::Rdjson,
        Format::Rdjsonl,
        Format::Gnu,
        Format::Markdown,
    ];

    /// The format's name, as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Full => "full",
            Format::Concise => "concise",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Checkstyle => "checkstyle",
            Format::Junit => "junit",
            Format::Rdjson => "rdjson",
            Format::Rdjsonl => "rdjsonl",
            Format::Gnu => "gnu",
            Format::Markdown => "markdown",
        }
    }

    /// The format called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// A renderer that writes this format.
    pub fn renderer<'a>(self, run: Run<'a>) -> Box<dyn Renderer + 'a> {
        match self {
            Format::Full => Box::new(full::Full::default()),
            Format::Concise => Box::new(concise::Concise),
            Format::Json => Box::new(json::Json::new(run)),
            Format::Jsonl => Box::new(json::Jsonl),
            Format::Sarif => Box::new(sarif::Sarif::new(run)),
            Format::Github => Box::new(github::Github),
            Format::Gitlab => Box::new(gitlab::Gitlab::default()),
            Format::Checkstyle => Box::new(checkstyle::Checkstyle::new(run)),
            Format::Junit => Box::new(junit::Junit),
            Format::Rdjson => Box::new(rdjson::Rdjson::default()),
            Format::Rdjsonl => Box::new(rdjson::Rdjsonl),
            Format::Gnu => Box::new(gnu::Gnu),
            Format::Markdown => Box::new(markdown::Markdown::default()),
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether the fix keeps the image as it is but for debris.
fn is_made_by_default(fix: &Fix) -> bool {
    fix.effect <= GREATEST_DEFAULT_EFFECT
}

/// The mark of a finding with such a fix.
fn fixable_mark(finding: &Finding) -> &'static str {
    if finding.fix.as_ref().is_some_and(is_made_by_default) { " [*]" } else { "" }
}

/// The codes under which people know a finding best: BuildKit's and hadolint's. Programs get all of them.
fn familiar_codes(codes: &[&'static str]) -> Vec<&'static str> {
    let is_familiar = |code: &&str| {
        let number = code.strip_prefix("DL").or(code.strip_prefix("SC"));
        number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit())) || BUILDKIT_CHECKS.contains(code)
    };
    codes.iter().copied().filter(is_familiar).collect()
}

/// The familiar codes in round brackets, with a space before: ` (DL3008, WorkdirRelativePath)`.
fn bracketed_aliases(finding: &Finding) -> String {
    let familiar = familiar_codes(&finding.aliases);
    if familiar.is_empty() { String::new() } else { format!(" ({})", familiar.join(", ")) }
}
