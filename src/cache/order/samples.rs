//! Builds that stand for those to come.

use std::collections::{BTreeSet, HashMap};

use crate::cache::files::ContextFiles;
use crate::cache::inputs::{paths_read, stages_read};
use crate::cache::keys::{Keys, State};
use crate::cache::layers::NO_IMAGES;
use crate::cache::path_kind::PathKind;
use crate::cache::timeline::Timeline;
use crate::cache::worktree::Worktree;
use crate::context::Glob;
use crate::plan::{Digest, Operation, Plan, PlannedStage, Source};

/// What each step was in a number of builds, one after the other, whatever stood before it.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    /// How many builds there were. Builds in which nothing changed are only counted.
    pub(super) builds: u64,
    /// Whether each build was given other values for build arguments that name a commit or a day.
    pub(super) arguments_vary: bool,
    /// For how many builds each row of states stands.
    pub(super) weights: Vec<u64>,
    /// By stage, what stood at its start and what each of its vertices was, in each row. Equal numbers stand for equal
    /// states.
    stages: Vec<StageSamples>,
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
    pub fn of_history(timeline: &Timeline, plan: &Plan) -> Self {
        let mut samples = Self { arguments_vary: true, ..Self::default() };
        let mut numbers = Numbers::default();
        let mut worktree = Worktree::new(&timeline.start);
        for (index, revision) in timeline.revisions.iter().enumerate() {
            samples.builds += 1;
            if worktree.apply(revision) {
                let state = State { plan, files: worktree.sent(), images: NO_IMAGES, epoch: None };
                samples.add(1, numbers.of_build(plan, &timeline.keys(index, &state)));
            }
        }
        samples
    }

    /// Builds after changes of one kind of file each, as often as such files change in projects. Where the files are not
    /// known, names of sources tell what kinds there may be.
    pub fn of_priors(plan: &Plan, files: Option<&ContextFiles>) -> Self {
        let kinds = KindsTaken::new(plan, files);
        let mut samples = Self::default();
        samples.add(1, kinds.states(None));
        for kind in PathKind::ALL {
            samples.add(kind.commits_in_a_hundred(), kinds.states(Some(kind)));
        }
        samples.builds = samples.weights.iter().sum();
        samples
    }

    /// Builds that differ in nothing but the build arguments that name a commit or a day.
    pub fn of_arguments(plan: &Plan) -> Self {
        let mut samples = Self { arguments_vary: true, builds: 2, ..Self::default() };
        samples.add(1, KindsTaken::new(plan, None).states(None));
        samples
    }

    fn add(&mut self, weight: u64, states: Vec<StageStates>) {
        self.weights.push(weight);
        self.stages.resize_with(states.len(), StageSamples::default);
        for (stage, states) in self.stages.iter_mut().zip(states) {
            stage.start.push(states.start);
            stage.vertices.resize_with(states.vertices.len(), Vec::new);
            stage.vertices.iter_mut().zip(states.vertices).for_each(|(vertex, state)| vertex.push(state));
        }
    }

    pub(super) fn of_stage(&self, stage: usize) -> Option<&StageSamples> {
        self.stages.get(stage)
    }
}

/// What stands at the start of a stage and what its vertices are, in one build.
struct StageStates {
    start: u32,
    vertices: Vec<u32>,
}

/// Numbers for states.
#[derive(Default)]
struct Numbers {
    known: HashMap<Digest, u32>,
}

impl Numbers {
    fn of_build(&mut self, plan: &Plan, keys: &Keys) -> Vec<StageStates> {
        let end = |stage: usize| keys.ends.get(stage).map(|end| end.0);
        let stages = plan.stages.iter().zip(&keys.stages).map(|(planned, keys)| {
            let start = base_stage(planned).and_then(end);
            let vertices = planned.vertices.iter().zip(keys).map(|(vertex, key)| {
                let read = stages_read(&vertex.operation).into_iter().filter_map(end);
                let state: Vec<Digest> = std::iter::once(key.with_files).chain(read).collect();
                self.of(&state)
            });
            let vertices = vertices.collect();
            StageStates { start: self.of(start.as_slice()), vertices }
        });
        stages.collect()
    }

    fn of(&mut self, state: &[Digest]) -> u32 {
        let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        *self.known.entry(Digest::of_all(state)).or_insert(next)
    }
}

/// By stage, the kinds of files that its vertices take in, and those of all that it is made of.
struct KindsTaken {
    stages: Vec<(Vec<BTreeSet<PathKind>>, Option<usize>)>,
    ends: Vec<BTreeSet<PathKind>>,
}

impl KindsTaken {
    fn new(plan: &Plan, files: Option<&ContextFiles>) -> Self {
        let (mut stages, mut ends) = (Vec::new(), Vec::<BTreeSet<PathKind>>::new());
        for planned in &plan.stages {
            let of_stage = |stage: usize| ends.get(stage).cloned().unwrap_or_default();
            let of_vertex = |operation: &Operation| -> BTreeSet<PathKind> {
                let own = paths_read(operation).into_iter().flat_map(|(path, excluded)| kinds(path, excluded, files));
                own.chain(stages_read(operation).into_iter().flat_map(of_stage)).collect()
            };
            let vertices: Vec<_> = planned.vertices.iter().map(|vertex| of_vertex(&vertex.operation)).collect();
            let base = base_stage(planned);
            let end = vertices.iter().flatten().copied().chain(base.into_iter().flat_map(of_stage)).collect();
            stages.push((vertices, base));
            ends.push(end);
        }
        Self { stages, ends }
    }

    /// The states after a change of all files of one kind.
    fn states(&self, changed: Option<PathKind>) -> Vec<StageStates> {
        let number = changed.and_then(|kind| PathKind::ALL.iter().position(|it| *it == kind)).map_or(0, |at| at + 1);
        let state = |kinds: &BTreeSet<PathKind>| match changed.is_some_and(|kind| kinds.contains(&kind)) {
            true => u32::try_from(number).unwrap_or_default(),
            false => 0,
        };
        let stages = self.stages.iter().map(|(vertices, base)| StageStates {
            start: base.and_then(|base| self.ends.get(base)).map_or(0, state),
            vertices: vertices.iter().map(state).collect(),
        });
        stages.collect()
    }
}

/// The kinds of files that a path of the context names.
fn kinds(path: &str, excluded: &[String], files: Option<&ContextFiles>) -> Vec<PathKind> {
    match files {
        Some(files) => files.selected(path, excluded).paths().map(PathKind::of).collect(),
        // A name without an ending is most often that of a folder.
        None if Glob::has_wildcard(path) || !path.rsplit('/').next().unwrap_or_default().contains('.') => {
            PathKind::ALL.to_vec()
        }
        None => vec![PathKind::of(path)],
    }
}

fn base_stage(planned: &PlannedStage) -> Option<usize> {
    match planned.base {
        Source::Stage(base) => Some(base),
        _ => None,
    }
}
