//! Builds that stand for those to come.

use std::collections::HashMap;

use crate::cache::files::ContextFiles;
use crate::cache::history::Revision;
use crate::cache::inputs::stages_read;
use crate::cache::keys::{Keys, State};
use crate::cache::layers::NO_IMAGES;
use crate::cache::worktree::Worktree;
use crate::plan::{Digest, Plan};

/// What each step was in a number of builds, one after the other, whatever stood before it.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    /// How many builds there were. Builds in which nothing changed are only counted.
    pub builds: u64,
    /// By stage, what stood at its start and what each of its vertices was, in each build in which something changed.
    /// Equal numbers stand for equal states.
    stages: Vec<StageSamples>,
    known: HashMap<Digest, u32>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct StageSamples {
    pub(super) start: Vec<u32>,
    pub(super) vertices: Vec<Vec<u32>>,
}

impl Samples {
    /// The commits of a history, had the Dockerfile been that of `plan` in all of them.
    ///
    /// A stage that is run again is taken to give other files than before.
    pub fn of_history(start: &ContextFiles, revisions: &[Revision], plan: &Plan) -> Self {
        let mut samples = Self::default();
        let mut worktree = Worktree::new(start);
        for revision in revisions {
            samples.builds += 1;
            if worktree.apply(revision) {
                let state = State { plan, files: worktree.sent(), images: NO_IMAGES, epoch: None };
                samples.add(plan, &Keys::new(&state));
            }
        }
        samples
    }

    fn add(&mut self, plan: &Plan, keys: &Keys) {
        self.stages.resize_with(plan.stages.len(), StageSamples::default);
        for (index, planned) in plan.stages.iter().enumerate() {
            let end = |stage: usize| keys.ends.get(stage).map(|end| end.0);
            let start = match planned.base {
                crate::plan::Source::Stage(base) => end(base),
                _ => None,
            };
            let start = self.number(Digest::of_all(start.as_slice()));
            let states: Vec<u32> = planned
                .vertices
                .iter()
                .zip(&keys.stages[index])
                .map(|(vertex, key)| {
                    let read = stages_read(&vertex.operation).into_iter().filter_map(end);
                    let state: Vec<Digest> = std::iter::once(key.with_files).chain(read).collect();
                    self.number(Digest::of_all(&state))
                })
                .collect();
            let stage = &mut self.stages[index];
            stage.start.push(start);
            stage.vertices.resize_with(states.len(), Vec::new);
            stage.vertices.iter_mut().zip(states).for_each(|(vertex, state)| vertex.push(state));
        }
    }

    fn number(&mut self, state: Digest) -> u32 {
        let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        *self.known.entry(state).or_insert(next)
    }

    pub(super) fn of_stage(&self, stage: usize) -> Option<&StageSamples> {
        self.stages.get(stage)
    }
}
