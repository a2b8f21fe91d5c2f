//! What came of a whole run of fixes, in numbers and in one line.

use crate::edit::{Applicability, Effect};

use super::super::summary::count;
use super::FixReport;

/// The numbers of a run. Start with none and [`add`](Self::add) each file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FixSummary {
    /// Files that were looked at.
    pub files: usize,
    /// Files that are another than before.
    pub changed: usize,
    /// Files that could not be read or written.
    pub failed: usize,
    /// Files with which the engine did not come to an end.
    pub unfinished: usize,
    /// Fixes that were allowed and could not be made.
    pub held_back: usize,
    /// Findings for which a fix was looked for in vain, with a reason that is told.
    pub refused: usize,
    /// Fixes that wait for their rule to be selected by name.
    pub suggested: usize,
    /// The least that the images get smaller by fixes that were made, in megabytes of 1,000,000 bytes: an estimate.
    pub least_megabytes: u64,
    applied: [usize; Effect::ALL.len()],
    offered: [usize; Effect::ALL.len()],
}

impl FixSummary {
    /// Count what came of one file.
    pub fn add(&mut self, file: &FixReport<'_>) {
        let FixReport::Fixed(fixed) = file else {
            self.failed += 1;
            return;
        };
        self.files += 1;
        self.changed += usize::from(fixed.is_changed());
        self.unfinished += usize::from(fixed.gave_up);
        self.held_back += fixed.held_back.len();
        self.refused += fixed.refused.iter().filter(|refused| refused.reason.is_some()).count();
        for fix in &fixed.applied {
            self.applied[fix.effect as usize] += 1;
            self.least_megabytes += fix.least_megabytes.unwrap_or(0);
        }
        for fix in &fixed.offered {
            match fix.applicability {
                Applicability::Automatic => self.offered[fix.effect as usize] += 1,
                Applicability::Suggested => self.suggested += 1,
            }
        }
    }

    /// Number of fixes with this very effect that were made.
    pub fn applied(&self, effect: Effect) -> usize {
        self.applied[effect as usize]
    }

    /// Number of fixes with this very effect that need a greater `--effect`.
    pub fn offered(&self, effect: Effect) -> usize {
        self.offered[effect as usize]
    }

    /// All in one line. `verb` says whether it was done: "Fixed", "Would fix".
    pub fn line(&self, verb: &str) -> String {
        let total: usize = self.applied.iter().sum();
        let mut line = if total == 0 {
            format!("Nothing to fix in {}.", count(self.files, "file"))
        } else {
            let rungs = Effect::ALL.into_iter().filter(|effect| self.applied(*effect) > 0);
            let rungs: Vec<String> = rungs.map(|effect| format!("{} {effect}", self.applied(effect))).collect();
            let (findings, files) = (count(total, "finding"), count(self.changed, "file"));
            format!("{verb} {findings} in {files} ({}).", rungs.join(", "))
        };
        if self.least_megabytes > 0 {
            line += &format!(" Estimated to save at least {} MB of packages.", self.least_megabytes);
        }
        let offered: usize = self.offered.iter().sum();
        let rest = [
            (offered, format!(" {offered} more with --unsafe.")),
            (
                self.suggested,
                format!(" {} to decide on yourself: select their rules.", count(self.suggested, "suggestion")),
            ),
            (self.held_back, format!(" {} held back.", self.held_back)),
            (self.refused, format!(" {} without a safe fix: --format full says why.", self.refused)),
            (self.failed, format!(" {} could not be read or written.", count(self.failed, "file"))),
        ];
        line.extend(rest.into_iter().filter(|(number, _)| *number > 0).map(|(_, text)| text));
        line
    }
}
