//! Which findings `dfx lint` passes over because they are known.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Settings;
use crate::finding::{Finding, compare, fingerprints_by_rule};
use crate::source::SourceFile;
use crate::syntax;

use super::baseline::{Baseline, Compared, counted};
use super::failure::Failure;
use super::files::{Files, Loaded, tell};
use super::revision::Revision;

/// Arguments that say which findings are known.
#[derive(Debug, clap::Args)]
pub struct KnownArguments {
    /// Pass over the findings in a baseline, as `dfx baseline create` writes it
    #[arg(long, value_name = "FILE", help_heading = "Known findings")]
    baseline: Option<PathBuf>,
    /// Pass over the findings that the files had in a revision of git
    #[arg(long, value_name = "REV", help_heading = "Known findings")]
    new_from_rev: Option<String>,
}

/// The findings that are known, and how many of them were met.
pub struct Known {
    baseline: Option<Baseline>,
    revision: Option<Revision>,
    passed_over: AtomicUsize,
    stale: AtomicUsize,
}

impl KnownArguments {
    /// Reads the baseline and looks up the revision.
    pub fn read(&self, files: &Files) -> Result<Known, Failure> {
        let baseline = self.baseline.as_deref().map(Baseline::read).transpose()?;
        let revision = self.new_from_rev.as_deref().map(|name| Revision::resolve(name, files)).transpose()?;
        Ok(Known { baseline, revision, passed_over: AtomicUsize::new(0), stale: AtomicUsize::new(0) })
    }
}

impl Known {
    /// Takes what is known out of the findings of a file.
    pub fn take_out(
        &self,
        mut findings: Vec<Finding>,
        loaded: &Loaded<'_>,
        files: &Files,
        settings: &Settings,
    ) -> Vec<Finding> {
        let (Some(path), source, found) = (loaded.path, &loaded.file.source, findings.len()) else { return findings };
        if let Some((baseline, name)) = self.baseline.as_ref().and_then(|it| Some((it, it.name_of(path)?))) {
            let Compared { new, stale, .. } = baseline.compare(&name, source, findings, settings);
            self.stale.fetch_add(stale, Ordering::Relaxed);
            findings = new;
        }
        if let Some(bytes) = self.revision.as_ref().and_then(|revision| revision.content(path)) {
            let old = Loaded { file: syntax::parse(SourceFile::new(source.name(), bytes)), path: loaded.path };
            let checked = files.with_context(&old, |context| crate::check(&old.file, settings, context));
            findings = compare(&fingerprints_by_rule(&old.file.source, &checked.findings), source, findings).new;
        }
        self.passed_over.fetch_add(found - findings.len(), Ordering::Relaxed);
        findings
    }

    /// Tells on standard error how many findings were passed over, and how many of the baseline no longer occur.
    pub fn tell_notes(&self) {
        let passed_over = self.passed_over.load(Ordering::Relaxed);
        if passed_over > 0 {
            tell(&format!("note: passed over {}\n", counted(passed_over, "known finding")));
        }
        let stale = self.stale.load(Ordering::Relaxed);
        if let Some(baseline) = self.baseline.as_ref().filter(|_| stale > 0) {
            let (verb, path) = (if stale == 1 { "occurs" } else { "occur" }, baseline.path().display());
            tell(&format!(
                "note: {} of {path} no longer {verb}; `dfx baseline prune --baseline {path}` takes {} out\n",
                counted(stale, "finding"),
                if stale == 1 { "it" } else { "them" },
            ));
        }
    }
}
