//! Packages for development that the last stage copies along: taken away at the end of the stage that builds.

use crate::context::BuildContext;
use crate::edit::Edit;
use crate::ir::{Build, Commands, Step};
use crate::knowledge::package_managers::Home;
use crate::syntax::Keyword;

use super::single_stage::SingleStage;
use super::{Assumption, Refusal, emission, node};

/// How the packages are taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrunedCopy {
    /// The command that does it.
    pub command: String,
    /// The edits of the file.
    pub edits: Vec<Edit>,
    /// What only the user can know.
    pub assumptions: Vec<Assumption>,
}

/// Ends the stage from which a COPY of the last stage takes packages of Node.js with a command that takes away those for
/// development.
///
/// # Errors
/// Why it stays as it is.
pub fn prune<'b>(
    build: &'b Build<'b>,
    commands: &'b Commands<'b>,
    context: Option<&'b BuildContext>,
    step: &'b Step<'b>,
) -> Result<PrunedCopy, Refusal> {
    let (single, folder) = SingleStage::behind(build, commands, context, step)?;
    let last = single.run;
    if let Some(other) = build.stages.iter().find(|it| it.index != last.index && it.needs.contains(&folder.stage)) {
        return Err(Refusal::needed_by(other));
    }
    let command = node::pruning(&single)?;
    let behind = last.steps.iter().skip(step.index + 1).filter(|step| step.instruction.keyword == Some(Keyword::Run));
    let mut later = behind.flat_map(|step| commands.of_step(step)).filter_map(|command| command.manager.as_ref());
    if let Some(used) = later.find(|it| it.manager.home == Home::Language("javascript")) {
        return Err(Refusal::UsedLater {
            what: format!("RUN {}", used.manager.name),
            folder: "node_modules".to_owned(),
        });
    }
    let end = emission::end_of(&single, single.last_change);
    let line_ending = build.file.source.line_ending(single.last_change.instruction.first_line);
    let edits = vec![Edit::insert(end, format!("{line_ending}RUN {command}"))];
    Ok(PrunedCopy { command, edits, assumptions: vec![Assumption::LoadsNothingOfDevelopment] })
}
