//! What a whole run found, in numbers and in one line.

use crate::edit::Effect;
use crate::finding::Severity;

use super::{FileReport, GREATEST_DEFAULT_EFFECT};

/// The numbers of a run. Start with none and [`add`](Self::add) each file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Files that were checked.
    pub files: usize,
    /// Files with at least one finding.
    pub files_with_findings: usize,
    /// Files that could not be read.
    pub unreadable: usize,
    /// Findings that comments or the configuration suppress.
    pub suppressed: usize,
    severities: [usize; Severity::ALL.len()],
    effects: [usize; Effect::ALL.len()],
}

impl Summary {
    /// Count what came of one file.
    pub fn add(&mut self, file: &FileReport<'_>) {
        let FileReport::Checked { findings, suppressed, .. } = file else {
            self.unreadable += 1;
            return;
        };
        self.files += 1;
        self.files_with_findings += usize::from(!findings.is_empty());
        self.suppressed += suppressed;
        for finding in *findings {
            self.severities[finding.severity as usize] += 1;
            if let Some(fix) = &finding.fix {
                self.effects[fix.effect as usize] += 1;
            }
        }
    }

    /// Number of findings of one severity.
    pub fn findings(&self, severity: Severity) -> usize {
        self.severities[severity as usize]
    }

    /// Number of findings.
    pub fn total(&self) -> usize {
        self.severities.iter().sum()
    }

    /// Number of findings whose fix has this very effect.
    pub fn fixable(&self, effect: Effect) -> usize {
        self.effects[effect as usize]
    }

    /// Number of findings with a fix that drops debris at most.
    fn fixable_by_default(&self) -> usize {
        Effect::ALL.into_iter().filter(|&effect| effect <= GREATEST_DEFAULT_EFFECT).map(|e| self.fixable(e)).sum()
    }

    /// What was found: "Found 7 problems (2 errors, 5 warnings) in 3 files."
    pub(super) fn headline(&self) -> String {
        let mut headline = if self.total() == 0 {
            format!("No problems in {}.", count(self.files, "file"))
        } else {
            let severities: Vec<String> = Severity::ALL
                .into_iter()
                .rev()
                .filter(|&severity| self.findings(severity) > 0)
                .map(|severity| match (severity, self.findings(severity)) {
                    (Severity::Error | Severity::Warning, number) => count(number, severity.name()),
                    (Severity::Info | Severity::Style, number) => format!("{number} {severity}"),
                })
                .collect();
            let (problems, files) = (count(self.total(), "problem"), count(self.files_with_findings, "file"));
            format!("Found {problems} ({}) in {files}.", severities.join(", "))
        };
        if self.unreadable > 0 {
            headline += &format!(" {} could not be read.", count(self.unreadable, "file"));
        }
        if self.suppressed > 0 {
            headline += &format!(" {} suppressed.", count(self.suppressed, "finding"));
        }
        headline
    }

    /// What can be done about it: "[*] 4 with a fix." `None` where nothing can.
    pub(super) fn remedy(&self) -> Option<String> {
        let by_default = self.fixable_by_default();
        let fixable: usize = self.effects.iter().sum();
        match (by_default, fixable - by_default) {
            (0, 0) => None,
            (0, more) => Some(format!("{more} with a fix that changes what is in the image or what runs.")),
            (some, 0) => Some(format!("[*] {some} with a fix.")),
            (some, more) => {
                Some(format!("[*] {some} with a fix ({more} more that change what is in the image or what runs)."))
            }
        }
    }

    /// [`headline`](Self::headline) and [`remedy`](Self::remedy) on one line.
    pub(super) fn line(&self) -> String {
        self.headline() + &self.remedy().map(|remedy| format!(" {remedy}")).unwrap_or_default()
    }
}

/// "1 file", "2 files".
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
