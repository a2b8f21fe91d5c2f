//! Fixes as JSON. `docs/schema/fix-v1.schema.json` describes it for programs.

use std::io::{self, Write};

use serde::Serialize;

use crate::edit::{Applicability, Effect};
use crate::fix::{AppliedFix, Fixed, Refused};

use super::super::json::{
    Counts, EditObject, FileError, OtherFileObject, RangeObject, ReportObject, edit_object, other_file_object, range,
};
use super::super::path::with_slashes;
use super::super::place::Places;
use super::super::rule_url;
use super::{FixRenderer, FixReport, FixSummary};

/// Changes when a program that reads the report would have to change.
const SCHEMA_VERSION: &str = "1";

/// Writes one object; each file stands on a line of its own.
pub(super) struct Json<'a> {
    version: &'a str,
    report: ReportObject,
}

impl<'a> Json<'a> {
    /// A report of dfx of a version.
    pub fn new(version: &'a str) -> Self {
        Self { version, report: ReportObject::default() }
    }
}

impl FixRenderer for Json<'_> {
    fn start(&mut self, out: &mut dyn Write) -> io::Result<()> {
        ReportObject::start(SCHEMA_VERSION, self.version, "files", out)
    }

    fn file(&mut self, file: &FixReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        match file {
            FixReport::Fixed(fixed) => self.report.elements.write(&file_object(fixed), out),
            FixReport::Failed { path, error } => {
                self.report.errors.push(FileError::new(path, error));
                Ok(())
            }
        }
    }

    fn finish(&mut self, summary: &FixSummary, out: &mut dyn Write) -> io::Result<()> {
        self.report.finish(&SummaryObject::of(summary), out)
    }
}

#[derive(Serialize)]
struct FileObject<'a> {
    file: String,
    changed: bool,
    applied: Vec<FixObject<'a>>,
    held_back: Vec<HeldBackObject<'a>>,
    offered: Vec<FixObject<'a>>,
    refused: Vec<RefusedObject<'a>>,
    edits: Vec<EditObject<'a>>,
    #[serde(rename = "new_file", skip_serializing_if = "Option::is_none")]
    other_file: Option<OtherFileObject>,
    gave_up: bool,
}

#[derive(Serialize)]
struct FixObject<'a> {
    rule: &'static str,
    aliases: &'a [&'static str],
    message: &'a str,
    title: &'a str,
    effect: &'static str,
    suggestion: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_megabytes: Option<u64>,
    range: RangeObject,
    url: String,
}

#[derive(Serialize)]
struct HeldBackObject<'a> {
    #[serde(flatten)]
    fix: FixObject<'a>,
    reason: String,
}

#[derive(Serialize)]
struct RefusedObject<'a> {
    rule: &'static str,
    aliases: &'a [&'static str],
    message: &'a str,
    reason: &'a str,
    range: RangeObject,
    url: String,
}

#[derive(Serialize)]
struct SummaryObject {
    files: usize,
    changed: usize,
    applied: Counts<{ Effect::ALL.len() }>,
    offered: Counts<{ Effect::ALL.len() }>,
    suggested: usize,
    held_back: usize,
    refused: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_megabytes: Option<u64>,
}

impl SummaryObject {
    fn of(summary: &FixSummary) -> Self {
        Self {
            files: summary.files,
            changed: summary.changed,
            applied: Counts(Effect::ALL.map(|effect| (effect.name(), summary.applied(effect)))),
            offered: Counts(Effect::ALL.map(|effect| (effect.name(), summary.offered(effect)))),
            suggested: summary.suggested,
            held_back: summary.held_back,
            refused: summary.refused,
            estimated_megabytes: Some(summary.least_megabytes).filter(|megabytes| *megabytes > 0),
        }
    }
}

fn file_object(fixed: &Fixed) -> FileObject<'_> {
    let places = Places::of(&fixed.before);
    let fix = |fix| fix_object(fix, &places);
    let held_back = fixed.held_back.iter();
    FileObject {
        file: with_slashes(fixed.before.name()),
        changed: fixed.is_changed(),
        applied: fixed.applied.iter().map(fix).collect(),
        held_back: held_back.map(|it| HeldBackObject { fix: fix(&it.fix), reason: it.reason.to_string() }).collect(),
        offered: fixed.offered.iter().map(fix).collect(),
        refused: fixed.refused.iter().filter_map(|refused| refused_object(refused, &places)).collect(),
        edits: fixed.edits.iter().map(|edit| edit_object(edit, &places)).collect(),
        other_file: fixed.other_file.as_ref().map(other_file_object),
        gave_up: fixed.gave_up,
    }
}

fn fix_object<'a>(fix: &'a AppliedFix, places: &Places<'_>) -> FixObject<'a> {
    FixObject {
        rule: fix.rule,
        aliases: &fix.aliases,
        message: &fix.message,
        title: &fix.title,
        effect: fix.effect.name(),
        suggestion: fix.applicability == Applicability::Suggested,
        estimated_megabytes: fix.least_megabytes,
        range: range(places, fix.span),
        url: rule_url(fix.rule),
    }
}

/// `None` where no fix was looked for.
fn refused_object<'a>(refused: &'a Refused, places: &Places<'_>) -> Option<RefusedObject<'a>> {
    Some(RefusedObject {
        rule: refused.rule,
        aliases: &refused.aliases,
        message: &refused.message,
        reason: refused.reason.as_deref()?,
        range: range(places, refused.span),
        url: rule_url(refused.rule),
    })
}
