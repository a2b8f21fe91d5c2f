//! The archives that apt downloads, mounted as Docker's documentation does it: the base image's `docker-clean`, which would
//! delete them behind each installation, goes.
//!
//! Of the documented ways to keep archives, `rm -f` of that file is enough for `apt-get`. The setting
//! `Keep-Downloaded-Packages` that stands beside it there is for the program `apt` alone, and one file more in the image.

use crate::edit::Edit;
use crate::ir::{Build, Command, Commands, DOCKER_CLEAN, MountedCache, Stage, Step};
use crate::knowledge::package_managers::{Action, CacheKind, Invocation};
use crate::shell::ScriptForm;

use super::{Refusal, others, removal, runs, with_flags};

/// Where apt keeps archives.
const DIRECTORY: &str = "/var/cache/apt";

/// The first command of a step that downloads archives and leaves them: `apt-get`. The program `apt` deletes them itself.
pub fn downloads_archives<'b>(commands: &'b Commands<'b>, step: &Step<'_>) -> Option<&'b Command<'b>> {
    commands.of_step(step).iter().find(|command| {
        let downloads = |it: &Invocation<'_>| it.installs() || it.action == Action::Upgrade;
        command.manager.as_ref().is_some_and(|it| it.manager.name == "apt-get" && downloads(it))
    })
}

/// The flag that mounts them.
pub fn archives_flag(build: &Build<'_>, command: &Command<'_>) -> Option<String> {
    Some(archives(build, command)?.flag())
}

/// The edits that mount apt's archives in every RUN of the stage that downloads some, and that remove `docker-clean` in the
/// first of them.
///
/// # Errors
/// Why they are not mounted.
pub fn mount_archives<'b>(
    build: &'b Build<'b>,
    commands: &'b Commands<'b>,
    stage: &'b Stage<'b>,
) -> Result<Vec<Edit>, Refusal> {
    let is_on_it = |other: &&Stage<'_>| build.lineage(other.index).skip(1).any(|below| below.index == stage.index);
    if build.stages.iter().filter(is_on_it).flat_map(runs).any(|step| downloads_archives(commands, step).is_some()) {
        return Err(Refusal::StageOnIt);
    }
    let mut edits = Vec::new();
    let mut is_kept = false;
    for step in runs(stage).filter(|step| !step.mounts_over(DIRECTORY)) {
        let Some(command) = downloads_archives(commands, step) else { continue };
        let mounted = archives(build, command).ok_or(Refusal::Place)?;
        if others::uses(build, commands, stage, mounted.manager, &mounted) {
            return Err(Refusal::UsedElsewhere(DIRECTORY.to_owned()));
        }
        if step.instruction.flags.iter().any(|flag| flag.name.text() != "mount") {
            return Err(Refusal::Flags);
        }
        edits.push(with_flags(build, step, &[mounted.flag()]));
        if !std::mem::replace(&mut is_kept, true) && build.may_delete_archives(step) {
            edits.push(keep_archives(build, step).ok_or(Refusal::Script)?);
        }
        for defeat in build.defeats(commands, step, &[mounted]) {
            edits.extend(removal(build, &defeat)?.into_iter().map(Edit::delete));
        }
    }
    Ok(edits)
}

/// The edit that removes `docker-clean` before the first command of a RUN; `None` for heredocs and exec form.
pub fn keep_archives(build: &Build<'_>, step: &Step<'_>) -> Option<Edit> {
    let [script] = build.scripts(step) else { return None };
    if !step.instruction.heredocs.is_empty() || script.source.form() != ScriptForm::ShellForm || !script.is_clean() {
        return None;
    }
    let start = script.source.to_file_cover(script.body.items.first()?.chain.span()).start;
    let joint = build.chain_end(step).map_or("; ".to_owned(), |end| end.joint);
    Some(Edit::insert(start, format!("rm -f {DOCKER_CLEAN}{joint}")))
}

/// The archives of the manager, where the table has them apart from the lists because they are emptied.
fn archives(build: &Build<'_>, command: &Command<'_>) -> Option<MountedCache> {
    let manager = command.manager.as_ref()?.manager;
    let cache = manager.caches_of(CacheKind::Packages).find(|cache| cache.path == DIRECTORY)?;
    Some(build.mounted_cache(command, manager, cache, None))
}
