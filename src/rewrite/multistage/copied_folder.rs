//! A folder that one stage takes from another.

use crate::ir::{Build, Step, clean_path, lies_in};
use crate::syntax::InstructionKind;

use super::Refusal;

/// A folder that one stage takes from another, with a COPY of it alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedFolder {
    /// The number of the stage that it comes from.
    pub stage: usize,
    /// Its path there, absolute.
    pub from: String,
    /// Its path in the stage of the COPY, absolute.
    pub to: String,
}

impl CopiedFolder {
    /// What a COPY takes.
    ///
    /// # Errors
    /// Where a path is only known when the build runs, or the COPY has sources or flags that say more.
    pub fn of(build: &Build<'_>, step: &Step<'_>) -> Result<Self, Refusal> {
        const KEPT_FLAGS: &[&str] = &["from", "chown", "link"];
        let written = || Refusal::UnknownPath(step.instruction.arguments.text().to_owned());
        let InstructionKind::Copy(transfer) = &step.instruction.kind else { return Err(written()) };
        let ([source], Some(stage)) = (transfer.sources.as_slice(), step.source_stage()) else { return Err(written()) };
        let is_kept = step.instruction.flags.iter().all(|flag| KEPT_FLAGS.contains(&flag.name.text()));
        let from = step.certain_value(source).filter(|path| is_kept && is_plain(path)).ok_or_else(written)?;
        let to = step.certain_value(&transfer.destination).and_then(|path| build.absolute_path(step, path));
        let to = to.filter(|path| is_plain(path)).ok_or_else(written)?;
        Ok(Self { stage, from: clean_path(&format!("/{from}")), to })
    }

    /// Where a path of the stage of the COPY lies in the other; `None` where the folder does not hold it.
    pub fn in_build(&self, path: &str) -> Option<String> {
        moved(path, &self.to, &self.from)
    }

    /// Where a path of the stage that it comes from lies in that of the COPY; `None` where the folder does not hold it.
    pub fn in_image(&self, path: &str) -> Option<String> {
        moved(path, &self.from, &self.to)
    }
}

/// Whether a path can be written into a COPY as it is.
pub fn is_plain(path: &str) -> bool {
    !path.is_empty() && path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+@~".contains(c))
}

fn moved(path: &str, from: &str, to: &str) -> Option<String> {
    let below = path.strip_prefix(from.trim_end_matches('/')).filter(|_| lies_in(path, from))?;
    Some(clean_path(&format!("{to}/{below}")))
}
