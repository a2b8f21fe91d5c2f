//! The build that a Dockerfile describes.

use std::collections::BTreeMap;

use crate::syntax::expansion::{Expansion, Reference};
use crate::syntax::{Dockerfile, Instruction, Keyword, Pair, Word};

use super::inherited::Inherited;
use super::lowering::Lowering;
use super::{Base, BuildProblem, BuildProblemKind, Scope, Stage, Step, Visible};

/// A Dockerfile as BuildKit understands it.
#[derive(Debug)]
pub struct Build<'f> {
    /// The file.
    pub file: &'f Dockerfile,
    pub(super) global: Scope,
    /// The platform arguments, which an ARG before the first FROM may hide.
    pub(super) predefined: Inherited,
    /// The ARGs before the first FROM, in order, with what BuildKit makes of their values.
    pub global_args: Vec<GlobalArg<'f>>,
    /// The stages, in order.
    pub stages: Vec<Stage<'f>>,
    /// Instructions before the first FROM that may not stand there.
    pub stray: Vec<&'f Instruction>,
    /// What BuildKit would refuse, by place.
    pub problems: Vec<BuildProblem>,
}

/// An ARG before the first FROM.
#[derive(Debug)]
pub struct GlobalArg<'f> {
    /// The instruction.
    pub instruction: &'f Instruction,
    /// The name and the default.
    pub pair: &'f Pair,
    /// What the default expands to; `None` without one, or where BuildKit cannot expand it.
    pub value: Option<Expansion>,
}

impl<'f> Build<'f> {
    /// Work out what the file means. Never fails; what cannot be known is left open.
    pub fn new(file: &'f Dockerfile) -> Self {
        Self::with_arguments(file, const { &BTreeMap::new() })
    }

    /// The build of a file that is given `arguments`, as by `docker build --build-arg`. Names that no ARG declares do
    /// nothing.
    pub fn with_arguments(file: &'f Dockerfile, arguments: &'f BTreeMap<String, String>) -> Self {
        Lowering::new(file, arguments).run()
    }

    /// The stage that BuildKit builds without `--target`: the last.
    pub fn target(&self) -> Option<&Stage<'f>> {
        self.stages.last()
    }

    /// Every step of every stage, in the order of the file.
    pub fn steps(&self) -> impl Iterator<Item = &Step<'f>> {
        self.stages.iter().flat_map(|stage| &stage.steps)
    }

    /// The steps of all stages that have the keyword.
    pub fn steps_of(&self, keyword: Keyword) -> impl Iterator<Item = &Step<'f>> {
        self.steps().filter(move |step| step.instruction.keyword == Some(keyword))
    }

    /// Every two steps that follow one another in a stage.
    pub fn neighbours(&self) -> impl Iterator<Item = [&Step<'f>; 2]> {
        self.stages.iter().flat_map(|stage| stage.steps.iter().zip(stage.steps.iter().skip(1)).map(|(a, b)| [a, b]))
    }

    /// The stage of a step.
    pub fn stage_of(&self, step: &Step<'_>) -> &Stage<'f> {
        &self.stages[step.stage]
    }

    /// The stage, its base stage, and so on down to the one that starts from an image.
    pub fn lineage(&self, stage: usize) -> impl Iterator<Item = &Stage<'f>> {
        std::iter::successors(self.stages.get(stage), |stage| match stage.base {
            Base::Stage(base) => self.stages.get(base),
            _ => None,
        })
    }

    /// The stage at the bottom of the lineage: what it starts from is an image, or nothing.
    pub fn root(&self, stage: usize) -> Option<&Stage<'f>> {
        self.lineage(stage).last()
    }

    /// Every step that has shaped the image when `stage` ends, its base stages' included, in the order in which they
    /// run.
    pub fn inherited_steps(&self, stage: usize) -> Vec<&Step<'f>> {
        let mut lineage: Vec<&Stage<'f>> = self.lineage(stage).collect();
        lineage.reverse();
        lineage.into_iter().flat_map(|stage| &stage.steps).collect()
    }

    /// The instruction of that keyword that is in force when `stage` ends, base stages included: the last one.
    pub fn last_step_of(&self, stage: usize, keyword: Keyword) -> Option<&Step<'f>> {
        self.lineage(stage).find_map(|stage| stage.steps.iter().rfind(|step| step.instruction.keyword == Some(keyword)))
    }

    /// The variables that a step sees.
    pub fn visible(&self, step: &Step<'_>) -> Visible<'_> {
        Visible::in_stage(&self.stages[step.stage], step.index)
    }

    /// The variables at the end of a stage.
    pub fn visible_at_end(&self, stage: &Stage<'_>) -> Visible<'_> {
        Visible::in_stage(&self.stages[stage.index], usize::MAX)
    }

    /// The variables that BuildKit looks up in a word of a FROM, its image or its platform, also where it cannot make
    /// sense of the word.
    pub fn references_in_from<'s>(&'s self, stage: &'s Stage<'f>, word: &Word) -> &'s [Reference] {
        let expansion = match word.span() == stage.from.image.span() {
            true => &stage.image,
            false => &stage.platform_expansion,
        };
        if let Some(expansion) = expansion {
            return &expansion.references;
        }
        let failed = self.problems.iter().find_map(|problem| match &problem.kind {
            BuildProblemKind::Expansion(error) if word.span().contains(problem.span) => Some(error),
            _ => None,
        });
        failed.map_or(&[], |error| &error.references)
    }

    /// Whether BuildKit comes to refuse the file for the problem: the values of single instructions it looks at only in the
    /// stages that the last one needs.
    pub fn is_refused_for(&self, problem: &BuildProblem) -> bool {
        let is_of_step = match &problem.kind {
            BuildProblemKind::LaterStage { .. }
            | BuildProblemKind::InvalidMount(_)
            | BuildProblemKind::InvalidPort { .. }
            | BuildProblemKind::InvalidValue { .. } => true,
            BuildProblemKind::Expansion(_) => !self.stages.iter().any(|it| it.instruction.span.contains(problem.span)),
            _ => false,
        };
        let stage = problem.stage.and_then(|stage| self.stages.get(stage));
        !is_of_step || stage.is_none_or(|stage| stage.is_reachable)
    }

    /// The variables before a FROM: the ARGs before the first, and the platform arguments.
    pub fn global_variables(&self) -> Visible<'_> {
        Visible::global(&self.global, &self.predefined)
    }

    /// The stages whose files may end in the image that `--target` names: the stage, and all that it needs.
    pub fn needed_by(&self, stage: usize) -> Vec<usize> {
        needed_by(&self.stages, stage)
    }
}

/// All stages that a stage needs, itself included, sorted.
pub(super) fn needed_by(stages: &[Stage<'_>], stage: usize) -> Vec<usize> {
    let mut needed = vec![false; stages.len()];
    let mut open = vec![stage];
    while let Some(index) = open.pop() {
        if let Some(needed) = needed.get_mut(index)
            && !std::mem::replace(needed, true)
        {
            open.extend(&stages[index].needs);
        }
    }
    (0..stages.len()).filter(|&index| needed[index]).collect()
}
