//! What else in the build may use the directory that a mount would hide.

use crate::ir::{Build, Command, Commands, MountedCache, Stage, Step, lies_in};
use crate::knowledge::package_managers::{PackageManager, in_home, removed_of};
use crate::syntax::{InstructionKind, Keyword};

use super::is_of;

/// Whether anything but the manager's own commands uses one of the directories, in the stage or in one that sees its
/// files: `COPY --from=build /root/.m2 ...`. What removes it does not count: that is looked at where it stands.
pub(super) fn uses(
    build: &Build<'_>,
    commands: &Commands<'_>,
    stage: &Stage<'_>,
    manager: &PackageManager,
    mounted: &MountedCache,
) -> bool {
    let directory = &mounted.directory;
    build.steps().filter(|step| sees(build, step, stage)).any(|step| {
        let instruction = step.instruction;
        match (&instruction.kind, instruction.keyword) {
            (InstructionKind::Run(_), _) => commands
                .of_step(step)
                .iter()
                .filter(|command| !is_of(command, manager))
                .any(|command| command_uses(build, command, directory)),
            (InstructionKind::Copy(_) | InstructionKind::Add(_), _) => is_copied(build, step, mounted),
            (InstructionKind::Workdir(_), _) => words(step).any(|word| lies_in(&word, directory)),
            (
                _,
                Some(Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck | Keyword::Volume | Keyword::Onbuild),
            ) => words(step).any(|word| meets(&word, directory)),
            _ => false,
        }
    })
}

/// Whether the step is in the stage or in one that starts from it, or copies files from such a stage.
fn sees(build: &Build<'_>, step: &Step<'_>, stage: &Stage<'_>) -> bool {
    let stands_on = |other: usize| build.lineage(other).any(|below| below.index == stage.index);
    stands_on(step.stage) || step.sources.iter().any(|source| source.source.stage().is_some_and(stands_on))
}

fn command_uses(build: &Build<'_>, command: &Command<'_>, directory: &str) -> bool {
    if matches!(command.name(), Some("cd" | "mkdir" | "echo")) {
        return false;
    }
    let home = build.home(command.step).unwrap_or("~");
    if !removed_of(&command.patterns_in_home(), directory, home).is_empty() {
        return false;
    }
    let paths = command.arguments().iter().map(|word| in_home(word.written.trim_matches('"'), home));
    paths.into_iter().any(|path| path != "/" && meets(&path, directory))
}

/// Whether a COPY or ADD puts files into the directory or above it in one piece, or takes them out of it.
fn is_copied(build: &Build<'_>, step: &Step<'_>, mounted: &MountedCache) -> bool {
    let directory = &mounted.directory;
    let (InstructionKind::Copy(transfer) | InstructionKind::Add(transfer)) = &step.instruction.kind else {
        return false;
    };
    let takes_from_stage = step.instruction.flag("from").is_some();
    // Installed packages are of use without the archives that lie among them.
    let takes =
        |path: &str| if mounted.cache.is_among_packages { lies_in(path, directory) } else { meets(path, directory) };
    let is_taken =
        || transfer.sources.iter().any(|source| takes(&format!("/{}", step.value(source).trim_matches('/'))));
    let is_filled = || {
        build.copied_to(step).is_some_and(|places| {
            lies_in(&places.destination, directory) || places.below.iter().any(|path| meets(path, directory))
        })
    };
    takes_from_stage && is_taken() || is_filled()
}

/// The absolute paths that the text of an instruction names.
fn words<'s>(step: &'s Step<'_>) -> impl Iterator<Item = String> + 's {
    let is_blank = |c: char| c.is_whitespace() || "\"'=,:;()[]".contains(c);
    let words = step.instruction.text.text().split(is_blank).map(|word| in_home(word, "/root"));
    words.filter(|word| word.starts_with('/'))
}

/// Whether one of the two lies in the other.
fn meets(path: &str, directory: &str) -> bool {
    let path = format!("/{}", path.trim_matches('/'));
    lies_in(&path, directory) || lies_in(directory, &path)
}
