//! What `dfx layers` reports: the steps of a build, what they read, what rebuilds them, and what that costs.

use std::collections::BTreeMap;

use crate::ir::Build;
use crate::plan::{Operation, Source};

use super::comparison::Reason;
use super::cost::{Cost, Costs, StepCost};
use super::history::{History, Tally};
use super::inputs::{inputs, paths_read, stages_read};
use super::keys::State;
use super::order::StageOrder;
use super::proposal::Proposal;
use super::scenario::{Scenario, scenarios};
use super::unneeded::Unneeded;

/// The report on one Dockerfile.
#[derive(Debug)]
pub struct Layers {
    /// The stages that are built, in the order of the file.
    pub stages: Vec<LayerStage>,
    /// Their steps, in the order of the file.
    pub steps: Vec<Layer>,
    /// What single changes would rebuild.
    pub scenarios: Vec<Scenario>,
    /// What the commits of the project's history rebuilt.
    pub history: Option<History>,
    /// A better Dockerfile, where one is known.
    pub proposal: Option<Proposal>,
    /// What steps take in and no instruction asks for, as far as the commits changed it.
    pub unneeded: Option<Unneeded>,
    /// The orders in which the stages would have cost least, where the history is known.
    pub orders: Vec<StageOrder>,
    /// How many files the builder is sent, where the build context is known.
    pub files: Option<usize>,
}

/// A stage that is built.
#[derive(Debug)]
pub struct LayerStage {
    /// Its place in the file, from 0.
    pub index: usize,
    /// Its name, or its number where it has none.
    pub name: String,
    /// What it starts from.
    pub base: String,
}

/// A step that is run, or taken from the cache.
#[derive(Debug)]
pub struct Layer {
    /// Its stage.
    pub stage: usize,
    /// Its place among the vertices of the stage.
    pub vertex: usize,
    /// 1-based line of its instruction.
    pub line: usize,
    /// Its instruction, on one line.
    pub text: String,
    /// What it reads other than what stands before it.
    pub reads: Vec<Read>,
    /// How long it takes.
    pub cost: Cost,
    /// How long it took when it was measured, in thousandths of a second.
    pub milliseconds: Option<u64>,
    /// What the history did to it.
    pub tally: Option<Tally>,
}

/// What a step reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// Files of the build context.
    Context {
        /// Their path or pattern, as BuildKit resolves it.
        path: String,
        /// How many files that is.
        files: usize,
    },
    /// Files of another stage.
    Stage(String),
    /// Files of an image.
    Image(String),
    /// A download.
    Address(String),
}

impl Layers {
    /// The steps alone.
    pub fn new(build: &Build<'_>, costs: &Costs, state: &State<'_>) -> Self {
        let is_built = |stage: &usize| build.stages.get(*stage).is_some_and(|stage| stage.is_reachable);
        let name = |stage: usize| stage_name(build, stage);
        let stages = state.plan.stages.iter().enumerate().filter(|(index, _)| is_built(index));
        let steps = stages.clone().flat_map(|(stage, planned)| {
            planned.vertices.iter().enumerate().map(move |(vertex, it)| {
                let text = match it.maker.step {
                    Some(step) => build.stages[stage].steps[step].instruction.text.text(),
                    None => build.file.source.slice(it.maker.span),
                };
                let StepCost { class, milliseconds } = costs.of(stage, vertex);
                Layer {
                    stage,
                    vertex,
                    line: build.file.source.line_at(it.maker.span.start),
                    text: one_line(text),
                    reads: reads(state, build, &it.operation),
                    cost: class,
                    milliseconds,
                    tally: None,
                }
            })
        });
        let stages = stages.clone().map(|(index, stage)| LayerStage {
            index,
            name: name(index),
            base: base_name(build, &stage.base),
        });
        let files = (!state.files.is_empty()).then(|| state.files.number());
        Self {
            stages: stages.collect(),
            steps: steps.collect(),
            scenarios: Vec::new(),
            history: None,
            proposal: None,
            unneeded: None,
            orders: Vec::new(),
            files,
        }
    }

    /// Adds what the usual changes would rebuild. `dockerfile` is the path of the Dockerfile in the context, if it lies
    /// there.
    pub fn with_scenarios(mut self, state: &State<'_>, dockerfile: Option<&str>) -> Self {
        let built: Vec<usize> = self.stages.iter().map(|stage| stage.index).collect();
        self.scenarios = scenarios(state, dockerfile, &built);
        for scenario in &mut self.scenarios {
            scenario.judged.retain(|step| built.contains(&step.stage));
        }
        self
    }

    /// Adds what the history did.
    pub fn with_history(mut self, history: History) -> Self {
        for layer in &mut self.steps {
            layer.tally = history.tallies.get(&(layer.stage, layer.vertex)).cloned();
        }
        self.history = Some(history);
        self
    }

    /// A step of the report.
    pub fn step(&self, stage: usize, vertex: usize) -> Option<&Layer> {
        self.steps.iter().find(|layer| layer.stage == stage && layer.vertex == vertex)
    }

    /// The step that costs most in the history: rebuilt most often of those of the costliest class.
    pub fn costliest(&self) -> Option<&Layer> {
        let rebuilt = |layer: &&Layer| layer.tally.as_ref().is_some_and(|tally| tally.rebuilt > 0);
        let weigh = |layer: &&Layer| (layer.cost, layer.tally.as_ref().map_or(0, |tally| tally.rebuilt));
        self.steps.iter().filter(|layer| layer.cost > Cost::Instant).filter(rebuilt).max_by_key(weigh)
    }

    /// The reason in words: "takes in README.md and 3 files more".
    pub fn reason(&self, reason: &Reason) -> String {
        match reason {
            Reason::Instruction => "the instruction is new or was changed".to_owned(),
            Reason::Variables(names) => format!("other values of {}", listed(names)),
            Reason::Surroundings => "another user, directory or mount".to_owned(),
            Reason::Files(paths) => format!("takes in {}", listed(paths)),
            Reason::Stage(stage) => format!("reads stage {}, which is rebuilt", self.name_of(*stage)),
            Reason::Image(image) => format!("{} is not the image that it was", familiar(image)),
            Reason::Moved => "what stands before it is not what stood before it".to_owned(),
            Reason::Behind(stage, vertex) => match self.step(*stage, *vertex) {
                Some(layer) => format!("behind line {}", layer.line),
                None => "behind a rebuilt step".to_owned(),
            },
        }
    }

    fn name_of(&self, stage: usize) -> &str {
        self.stages.iter().find(|it| it.index == stage).map_or("", |stage| &stage.name)
    }
}

/// The first paths or names, and how many there are more.
fn listed(names: &[String]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
    }
}

/// The stage's name, or its number where it has none.
pub(super) fn stage_name(build: &Build<'_>, stage: usize) -> String {
    let name = build.stages.get(stage).and_then(|stage| stage.from.name.as_ref());
    name.map_or_else(|| stage.to_string(), |name| name.word.text().to_owned())
}

/// What a stage starts from, as people write it.
pub(super) fn base_name(build: &Build<'_>, base: &Source) -> String {
    match base {
        Source::Stage(stage) => stage_name(build, *stage),
        Source::Scratch => "scratch".to_owned(),
        Source::Image { reference, .. } => familiar(reference),
        _ => "unknown".to_owned(),
    }
}

/// An image's name as people write it, with the first digits of its digest.
pub(super) fn familiar(reference: &str) -> String {
    let name = reference.strip_prefix("docker.io/").unwrap_or(reference);
    let name = name.strip_prefix("library/").unwrap_or(name);
    match name.split_once("@sha256:") {
        Some((name, digest)) => format!("{name}@{}", digest.chars().take(DIGITS).collect::<String>()),
        None => name.to_owned(),
    }
}

/// So many digits of a digest tell it from all others that one meets.
const DIGITS: usize = 12;

/// An instruction with its white space drawn together.
pub(super) fn one_line(text: &str) -> String {
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

fn reads(state: &State<'_>, build: &Build<'_>, operation: &Operation) -> Vec<Read> {
    let of_context = paths_read(operation).into_iter().map(|(path, excluded)| Read::Context {
        path: match path.trim_start_matches('/') {
            "" => ".".to_owned(),
            path => path.to_owned(),
        },
        files: state.files.selected(path, excluded).number(),
    });
    let of_stages = stages_read(operation).into_iter().map(|stage| Read::Stage(stage_name(build, stage)));
    of_context.chain(of_stages).chain(others(operation)).collect()
}

/// What is neither of the context nor of a stage.
fn others(operation: &Operation) -> Vec<Read> {
    let read = inputs(operation).into_iter().filter_map(|input| match input.from {
        Source::Image { reference, .. } => Some(Read::Image(familiar(reference))),
        Source::Http { address, .. } | Source::Git { address, .. } => Some(Read::Address(address.clone())),
        _ => None,
    });
    read.collect()
}

/// Nothing stands for an image but its name.
pub const NO_IMAGES: &BTreeMap<String, String> = &BTreeMap::new();
