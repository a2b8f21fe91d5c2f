//! A stage of its own for the steps with which several stages begin.

use crate::edit::Edit;
use crate::ir::{Build, Stage, Step};
use crate::source::Span;
use crate::syntax::{Instruction, InstructionKind, Keyword};

use super::whole_lines;

/// Stages that begin alike.
pub struct CommonBase<'b> {
    /// The first of them.
    pub first: &'b Stage<'b>,
    /// The others, which repeat it.
    pub others: Vec<&'b Stage<'b>>,
    /// How many steps they share.
    pub steps: usize,
    /// What makes a stage of the steps, and its name; or why that is left to the user.
    pub rewrite: Result<(String, Vec<Edit>), Reason>,
}

/// Why the steps stay where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A comment among the steps that are repeated has no place in the new stage.
    Comment,
    /// Stages are told by their numbers, which would change.
    Numbers,
    /// All names that would do are taken.
    Name,
}

impl Reason {
    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Comment => "a comment stands among the steps that are repeated",
            Self::Numbers => "a stage is named by its number, which would be another",
            Self::Name => "the names for such a stage are taken",
        }
    }
}

/// The first stages that begin with the same steps on the same image, with a RUN among them.
pub fn common_base<'b>(build: &'b Build<'b>) -> Option<CommonBase<'b>> {
    build.stages.iter().find_map(|first| {
        let later = build.stages.get(first.index + 1..)?;
        let steps = later.iter().map(|other| shared_steps(build, first, other)).max().filter(|steps| *steps > 0)?;
        let others: Vec<&Stage<'_>> = later.iter().filter(|other| shared_steps(build, first, other) == steps).collect();
        let rewrite = rewrite(build, first, &others, steps);
        Some(CommonBase { first, others, steps, rewrite })
    })
}

/// How many steps at the start of both stages are the same, letter by letter, up to the last that is worth it: a RUN. ARG is
/// no such step, since whether it reaches another stage is a question of its own.
fn shared_steps(build: &Build<'_>, one: &Stage<'_>, other: &Stage<'_>) -> usize {
    let source = &build.file.source;
    let is_same_image = one.from.image.text() == other.from.image.text()
        && one.instruction.flags.is_empty()
        && other.instruction.flags.is_empty()
        && one.triggers.steps.is_empty()
        && other.triggers.steps.is_empty();
    let is_same = |(one, other): &(&Step<'_>, &Step<'_>)| {
        !matches!(one.instruction.kind, InstructionKind::Arg(_) | InstructionKind::Malformed)
            && one.instruction.keyword != Some(Keyword::Onbuild)
            && source.slice(one.instruction.span) == source.slice(other.instruction.span)
    };
    let shared = one.steps.iter().zip(&other.steps).take_while(is_same).filter(|_| is_same_image);
    let runs = shared.enumerate().filter(|(_, (step, _))| step.instruction.keyword == Some(Keyword::Run));
    runs.last().map_or(0, |(index, _)| index + 1)
}

fn rewrite(
    build: &Build<'_>,
    first: &Stage<'_>,
    others: &[&Stage<'_>],
    steps: usize,
) -> Result<(String, Vec<Edit>), Reason> {
    let source = &build.file.source;
    if build.stages.iter().any(names_a_number) {
        return Err(Reason::Numbers);
    }
    let name = free_name(build).ok_or(Reason::Name)?.to_owned();
    let image = first.from.image.span();
    let end = first.steps.get(steps - 1).map_or(image.end, |step| step.instruction.span.end);
    let line_ending = source.line_ending(first.instruction.last_line);
    let line_ending = if line_ending.is_empty() { "\n" } else { line_ending };
    let behind_image = source.slice(Span::new(image.end, first.instruction.span.end));
    let keyword = source.slice(first.instruction.keyword_span());
    let mut edits = vec![
        Edit::replace(Span::new(image.end, first.instruction.span.end), format!(" AS {name}")),
        Edit::insert(end, format!("{line_ending}{line_ending}{keyword} {name}{behind_image}")),
    ];
    for other in others {
        let repeated: Vec<&Instruction> = other.steps[..steps].iter().map(|step| step.instruction).collect();
        let lines = whole_lines::of(build.file, &repeated).ok_or(Reason::Comment)?;
        edits.push(Edit::replace(other.from.image.span(), name.clone()));
        edits.push(Edit::delete(lines));
    }
    Ok((name, edits))
}

fn names_a_number(stage: &Stage<'_>) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    stage.steps.iter().flat_map(|step| &step.sources).any(|source| is_number(source.word.text()))
}

/// A name that neither a stage nor an image has.
fn free_name(build: &Build<'_>) -> Option<&'static str> {
    let is_used = |name: &str| {
        build.stages.iter().any(|stage| {
            let own = stage.from.name.as_ref().map(|name| name.word.text());
            own.is_some_and(|own| own.eq_ignore_ascii_case(name))
                || stage.from.image.text().eq_ignore_ascii_case(name)
                || stage.steps.iter().flat_map(|step| &step.sources).any(|it| it.word.text().eq_ignore_ascii_case(name))
        })
    };
    ["base", "common", "shared"].into_iter().find(|name| !is_used(name))
}
