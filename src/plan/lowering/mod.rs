//! From the build to its plan, as BuildKit's `dockerfile2llb` makes it.

mod configuration;
mod exec;
mod files;

use crate::ir::{Base, Build, ImageReference, Origin, Platform, Stage, Step};
use crate::syntax::{InstructionKind, Word};

use super::paths::absolute;
use super::{Environment, ImageConfiguration, MakeDirectory, Maker, Operation, Plan, PlannedStage, Source, Vertex};

/// The plan of all stages.
pub(super) fn plan(build: &Build<'_>) -> Plan {
    let mut ends: Vec<End> = Vec::with_capacity(build.stages.len());
    let mut stages = Vec::with_capacity(build.stages.len());
    for stage in &build.stages {
        let start = match stage.base {
            Base::Stage(base) => ends.get(base).cloned().unwrap_or_else(|| End::of_base(&stage.base)),
            _ => End::of_base(&stage.base),
        };
        let mut lowering = Lowering::new(build, stage, start);
        stage.triggers.steps.iter().for_each(|step| lowering.step(step));
        lowering.is_triggered = false;
        stage.steps.iter().for_each(|step| lowering.step(step));
        let (stage, end) = lowering.finish();
        stages.push(stage);
        ends.push(end);
    }
    Plan { stages }
}

/// What a stage hands to the stages that start from it.
#[derive(Debug, Clone)]
struct End {
    environment: Environment,
    configuration: ImageConfiguration,
    directory: String,
    platform: Option<Platform>,
}

impl End {
    /// What a base image hands on, which sets nothing as far as the file tells.
    fn of_base(base: &Base) -> Self {
        let environment = Environment::with_default_path();
        let working_directory = if *base == Base::Scratch { "/".to_owned() } else { String::new() };
        let configuration =
            ImageConfiguration { environment: environment.clone(), working_directory, ..ImageConfiguration::default() };
        Self { environment, configuration, directory: "/".to_owned(), platform: None }
    }
}

/// The state at one point of a stage.
struct Lowering<'l> {
    build: &'l Build<'l>,
    stage: &'l Stage<'l>,
    environment: Environment,
    configuration: ImageConfiguration,
    /// Where steps work: an absolute WORKDIR as it was written, with its final slash (BuildKit's `llb.Dir`).
    directory: String,
    platform: Option<Platform>,
    vertices: Vec<Vertex>,
    /// Whether the steps are still those that ONBUILD of the base stage asks for.
    is_triggered: bool,
    /// Whether this stage has a CMD: an ENTRYPOINT takes away one that the stage has only inherited.
    has_cmd: bool,
}

impl<'l> Lowering<'l> {
    fn new(build: &'l Build<'l>, stage: &'l Stage<'l>, start: End) -> Self {
        let End { mut environment, mut configuration, directory, platform } = start;
        configuration.on_build.clear();
        // BuildKit sets the variables of the base's configuration anew, behind the ARGs that the base has used.
        for (name, value) in configuration.environment.iter() {
            environment.set_last(name, value);
        }
        // BuildKit heeds `--platform` where it pulls an image, and only there.
        let platform = match stage.base {
            Base::Stage(_) | Base::Scratch => platform,
            Base::Image(_) | Base::Unknown => stage.platform.clone(),
        };
        Self {
            build,
            stage,
            environment,
            configuration,
            directory,
            platform: platform.filter(|platform| *platform != Platform::assumed()),
            vertices: Vec::new(),
            is_triggered: true,
            has_cmd: false,
        }
    }

    fn finish(self) -> (PlannedStage, End) {
        let Self { stage, environment, configuration, directory, platform, vertices, .. } = self;
        let base = source(&stage.base, &stage.from.image, platform.as_ref());
        let end = End { environment, configuration: configuration.clone(), directory, platform: platform.clone() };
        (PlannedStage { base, platform, vertices, configuration }, end)
    }

    fn step(&mut self, step: &Step<'_>) {
        match &step.instruction.kind {
            InstructionKind::Run(command) => {
                let exec = self.exec(step, command);
                self.vertex(step, Operation::Exec(Box::new(exec)));
            }
            InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) => {
                let files = self.files(step, transfer);
                self.vertex(step, Operation::Files(files));
            }
            InstructionKind::Workdir(word) => {
                let written = step.value(word);
                let path = absolute(&self.directory, written);
                if written.starts_with('/') {
                    written.clone_into(&mut self.directory);
                } else if !written.is_empty() {
                    self.directory.clone_from(&path);
                }
                if path != "/" {
                    let owner = Some(self.configuration.user.clone()).filter(|user| !user.is_empty());
                    self.vertex(step, Operation::MakeDirectory(MakeDirectory { path, owner }));
                }
                self.configuration.working_directory.clone_from(&self.directory);
            }
            InstructionKind::Arg(_) => self.arguments(step),
            _ => self.configure(step),
        }
    }

    fn vertex(&mut self, step: &Step<'_>, operation: Operation) {
        let step_of_stage = (!self.is_triggered).then_some(step.index);
        let maker = Maker { step: step_of_stage, span: step.instruction.span };
        self.vertices.push(Vertex { operation, maker });
    }

    /// ARG: a variable of the steps behind, unless it has no value.
    fn arguments(&mut self, step: &Step<'_>) {
        let InstructionKind::Arg(pairs) = &step.instruction.kind else { return };
        for pair in &pairs.pairs {
            let name = step.value(&pair.name);
            let scope = if self.is_triggered { &self.stage.triggers.scope } else { &self.stage.scope };
            let history = scope.history(name);
            let set = history.iter().rfind(|variable| variable.step == step.index && variable.origin == Origin::Arg);
            if let Some(value) = set.and_then(|variable| variable.value.as_deref()) {
                self.environment.set_last(name, value);
            }
        }
    }

    fn user(&self) -> Option<String> {
        Some(self.configuration.user.clone()).filter(|user| !user.is_empty())
    }
}

/// What the file calls a stage or an image, by `word`.
fn source(base: &Base, word: &Word, platform: Option<&Platform>) -> Source {
    match base {
        Base::Scratch => Source::Scratch,
        Base::Stage(index) => Source::Stage(*index),
        Base::Image(image) => {
            Source::Image { reference: full_name(image), platform: platform.map(ToString::to_string) }
        }
        Base::Unknown => unknown(word),
    }
}

/// What only the build knows.
fn unknown(word: &Word) -> Source {
    Source::Unknown { word: word.text().to_owned() }
}

/// `docker.io/library/node:22@sha256:...`
fn full_name(image: &ImageReference) -> String {
    let mut name = format!("{}/{}", image.registry, image.repository);
    for (separator, part) in [(':', image.tag_or_latest()), ('@', image.digest.as_deref())] {
        if let Some(part) = part {
            name.push(separator);
            name.push_str(part);
        }
    }
    name
}
