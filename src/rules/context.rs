//! What a rule sees.

use crate::context::BuildContext;
use crate::ir::{Build, Commands, Stage, Step};
use crate::source::{SourceFile, Span};
use crate::syntax::{Dockerfile, InstructionKind, Keyword};

use super::Options;

/// One file with all that is known about it. Rules only ask.
pub struct Context<'a> {
    /// The syntax tree.
    pub file: &'a Dockerfile,
    /// What BuildKit makes of it.
    pub build: &'a Build<'a>,
    /// Every command that a RUN, CMD, ENTRYPOINT or HEALTHCHECK may run.
    pub commands: &'a Commands<'a>,
    /// The files that COPY can reach; `None` where they are not known, as on standard input.
    pub build_context: Option<&'a BuildContext>,
    /// What the user has set.
    pub options: &'a Options,
}

impl<'a> Context<'a> {
    /// The text with its lines.
    pub fn source(&self) -> &'a SourceFile {
        &self.file.source
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &'a str {
        self.file.source.slice(span)
    }

    /// The steps with the keyword, in all stages.
    pub fn steps_of(&self, keyword: Keyword) -> impl Iterator<Item = &'a Step<'a>> {
        self.build.steps_of(keyword)
    }

    /// The stages that the last one needs, itself included: what BuildKit builds without `--target`.
    pub fn reachable_stages(&self) -> impl Iterator<Item = &'a Stage<'a>> {
        self.build.stages.iter().filter(|stage| stage.is_reachable)
    }

    /// The stage that becomes the image without `--target`.
    pub fn final_stage(&self) -> Option<&'a Stage<'a>> {
        self.build.target()
    }

    /// Whether the step shapes the final image: it is in the last stage, or in a stage that the last one is built
    /// FROM. What other stages do ends with them, but for the files that are copied.
    pub fn shapes_final_image(&self, step: &Step<'_>) -> bool {
        self.ends_in_final_image(step.stage)
    }

    /// Whether the stage with this number is the last one, or one that the last one is built FROM.
    pub fn ends_in_final_image(&self, stage: usize) -> bool {
        self.final_stage().is_some_and(|last| self.build.lineage(last.index).any(|below| below.index == stage))
    }

    /// COPY and ADD steps with their arguments, in all stages.
    pub fn transfers(&self) -> impl Iterator<Item = (&'a Step<'a>, &'a crate::syntax::Transfer)> {
        self.build.steps().filter_map(|step| match &step.instruction.kind {
            InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) => Some((step, transfer)),
            _ => None,
        })
    }
}
