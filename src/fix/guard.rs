//! Whether a step does no more than it states.
//!
//! Up to *debris* the plans before and after are proved equal in all that the rung promises. What *content* and *runtime*
//! fixes do is named by them; of those it is proved that nothing changes but the instructions that they touch, and what
//! follows from those. A fix that adds a stage names what it promises of it, and is held to that in `new_stage`.

use std::collections::BTreeMap;

use crate::edit::{Edit, Effect, StageChange, places_of_replacements};
use crate::ir::Build;
use crate::plan::{Tolerance, differences_beyond, differences_but_for_added_stages};
use crate::shell::Status;
use crate::source::Span;
use crate::syntax::Dockerfile;

use super::choice::touches;
use super::new_stage;
use super::outcome::Reason;
use super::reading::Reading;
use super::touched::Touched;

/// Fixes of one rung that are made together.
#[derive(Debug)]
pub struct Step {
    /// Their edits, sorted, in places of the file before the step.
    pub edits: Vec<Edit>,
    /// The promise about the image.
    pub rung: Effect,
    /// What its only fix does to the stages of the file, where that is part of the promise.
    pub stages: Option<StageChange>,
}

/// A file and what was read of it.
#[derive(Debug, Clone, Copy)]
pub struct Read<'r> {
    /// The file.
    pub file: &'r Dockerfile,
    /// What was read.
    pub reading: &'r Reading,
}

/// Whether a step does no more than it states.
///
/// # Errors
/// What it would do.
pub fn judge(before: Read<'_>, after: Read<'_>, step: &Step) -> Result<(), Reason> {
    no_new_problem(before.reading, after.reading)?;
    if before.reading.directives != after.reading.directives {
        return Err(Reason::Directive);
    }
    no_comment_lost(&before.reading.comments, &after.reading.comments)?;
    if step.rung > Effect::Identical {
        valid_shell(after.file, &places_of_replacements(&step.edits))?;
    }
    if let (Some(StageChange::Added(promised)), Effect::Runtime) = (&step.stages, step.rung) {
        let faults = new_stage::faults(&before.reading.plan, &after.reading.plan, promised);
        return if faults.is_empty() { Ok(()) } else { Err(Reason::Plan(faults)) };
    }
    let beyond = match step.rung {
        // What is left has to be there before, stage for stage, and the last has to be the last.
        Effect::Identical if step.stages == Some(StageChange::Removed) => {
            differences_but_for_added_stages(&after.reading.plan, &before.reading.plan)
        }
        Effect::Identical => differences_but_for_added_stages(&before.reading.plan, &after.reading.plan),
        Effect::Equivalent => differences_beyond(Tolerance::Layers, before.file, after.file),
        Effect::Debris => differences_beyond(Tolerance::Debris, before.file, after.file),
        Effect::Content | Effect::Runtime => {
            Touched::by(step, before.file, after.file).differences_beyond(before, after)
        }
    };
    if beyond.is_empty() { Ok(()) } else { Err(Reason::Plan(beyond.iter().map(ToString::to_string).collect())) }
}

fn no_new_problem(before: &Reading, after: &Reading) -> Result<(), Reason> {
    let refused = |problem: String| Err(Reason::Problem(problem));
    if let Some(problem) = first_new(&before.problems, &after.problems) {
        return refused(problem.to_string());
    }
    first_new(&before.build_problems, &after.build_problems).map_or(Ok(()), |problem| refused(problem.to_string()))
}

/// The first of `after` that `before` does not have as often.
fn first_new<'a, T: PartialEq>(before: &[T], after: &'a [T]) -> Option<&'a T> {
    let mut left: Vec<&T> = before.iter().collect();
    after.iter().find(|problem| match left.iter().position(|known| known == problem) {
        Some(known) => {
            left.swap_remove(known);
            false
        }
        None => true,
    })
}

fn no_comment_lost(before: &BTreeMap<String, usize>, after: &BTreeMap<String, usize>) -> Result<(), Reason> {
    let lost = before.iter().find(|(comment, number)| after.get(*comment).is_none_or(|left| left < number));
    lost.map_or(Ok(()), |(comment, _)| Err(Reason::Comment(comment.clone())))
}

/// No edited instruction holds text that a shell refuses.
fn valid_shell(file: &Dockerfile, places: &[Span]) -> Result<(), Reason> {
    let build = Build::new(file);
    let edited = build.steps().filter(|step| places.iter().any(|place| touches(*place, step.instruction.span)));
    for script in edited.flat_map(|step| build.scripts(step)) {
        if let Status::Invalid { message, .. } = &script.status {
            return Err(Reason::Shell(message.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::edit::{Edit, apply};
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    /// What the guard says of a step that puts `new` in the place of `old`.
    fn judged(rung: Effect, text: &str, old: &str, new: &str) -> Result<(), String> {
        let start = text.find(old).unwrap();
        let edits = vec![Edit::replace(Span::new(start, start + old.len()), new)];
        let before = parse(SourceFile::new("Dockerfile", text));
        let after = parse(SourceFile::new("Dockerfile", apply(text.as_bytes(), &edits)));
        let (reading, reading_after) = (Reading::of(&before), Reading::of(&after));
        let before = Read { file: &before, reading: &reading };
        let after = Read { file: &after, reading: &reading_after };
        judge(before, after, &Step { edits, rung, stages: None }).map_err(|reason| reason.to_string())
    }

    fn refused(rung: Effect, text: &str, old: &str, new: &str) -> String {
        judged(rung, text, old, new).unwrap_err()
    }

    #[test]
    fn a_fix_that_calls_itself_identical_changes_no_step() {
        assert_eq!(judged(Effect::Identical, "from a\nRUN b\n", "from", "FROM"), Ok(()));
        assert_eq!(
            refused(Effect::Identical, "FROM a\nRUN b\n", "b", "c"),
            "it would change more than it says: a step of stage 0 has another command"
        );
    }

    #[test]
    fn a_fix_that_calls_itself_equivalent_leaves_every_command() {
        let text = "FROM debian:13\nRUN apt-get install a\nRUN b\n";
        assert_eq!(judged(Effect::Equivalent, text, "install", "install -y"), Ok(()));
        assert_eq!(judged(Effect::Equivalent, text, "\nRUN b", " && b"), Ok(()));
        assert!(judged(Effect::Equivalent, text, "install", "install --no-install-recommends").is_err());
        assert!(judged(Effect::Equivalent, text, "\nRUN b", "; b").is_err());
    }

    #[test]
    fn a_fix_that_calls_itself_debris_removes_caches_only() {
        let text = "FROM debian:13\nRUN apt-get update\n";
        assert_eq!(judged(Effect::Debris, text, "update", "update && rm -rf /var/lib/apt/lists/*"), Ok(()));
        assert!(judged(Effect::Debris, text, "update", "update && rm -rf /var/lib/apt").is_err());
    }

    #[test]
    fn packages_are_kept_in_a_mount_alone() {
        let text = "FROM fedora:41\nRUN dnf install -y a\n";
        let mount = "--mount=type=cache,target=/var/cache/libdnf5";
        let (kept, mounted) =
            ("dnf install --setopt=keepcache=True", format!("{mount} dnf install --setopt=keepcache=True"));
        assert_eq!(judged(Effect::Debris, text, "dnf install", &mounted), Ok(()));
        assert!(judged(Effect::Debris, text, "dnf install", kept).is_err());
    }

    #[test]
    fn a_moved_home_moves_no_cache_of_the_system() {
        let text = "FROM debian:13\nENV HOME=/home/a\nRUN apt-get update\n";
        let mounted = |target: &str| format!("--mount=type=cache,target={target} apt-get");
        assert_eq!(judged(Effect::Debris, text, "apt-get", &mounted("/var/lib/apt/lists")), Ok(()));
        assert!(judged(Effect::Debris, text, "apt-get", &mounted("/var/lib/apt")).is_err());
    }

    #[test]
    fn a_fix_of_content_keeps_to_its_instruction_and_off_what_runs() {
        let text = "FROM a\nWORKDIR /b\nRUN npm install\nCOPY . .\nCMD [\"c\"]\n";
        assert_eq!(judged(Effect::Content, text, "install", "ci"), Ok(()));
        assert!(judged(Effect::Content, text, "\"c\"", "\"d\"").is_err());
        assert_eq!(judged(Effect::Runtime, text, "\"c\"", "\"d\""), Ok(()));
        // Where the files go that another instruction copies.
        assert!(judged(Effect::Content, text, "/b", "/d").is_err());
        assert!(judged(Effect::Content, text, "FROM a", "FROM d").is_err());
    }

    #[test]
    fn a_lost_comment_a_new_problem_and_invalid_shell_are_refused() {
        assert!(refused(Effect::Runtime, "FROM a\n# why\nRUN b\n", "# why\n", "").contains("`# why`"));
        assert!(refused(Effect::Runtime, "FROM a\nRUN b\n", "RUN", "RUNN").contains("BuildKit would refuse"));
        assert!(refused(Effect::Content, "FROM a\nRUN b\n", "b", "b && (").contains("a shell would refuse"));
        assert!(refused(Effect::Runtime, "# escape=`\nFROM a\n", "`", "\\").contains("directive"));
    }
}
