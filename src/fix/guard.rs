//! Whether a step does no more than it states.

use std::collections::BTreeMap;

use crate::edit::{Edit, Effect, places_of_replacements};
use crate::ir::Build;
use crate::shell::Status;
use crate::source::Span;
use crate::syntax::Dockerfile;

use super::choice::touches;
use super::outcome::Reason;
use super::reading::Reading;

/// Fixes of one rung that are made together.
#[derive(Debug)]
pub struct Step {
    /// Their edits, sorted, in places of the file before the step.
    pub edits: Vec<Edit>,
    /// The promise about the image.
    pub rung: Effect,
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
    Ok(())
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
