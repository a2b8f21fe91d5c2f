//! How long a step takes, roughly.

use std::collections::BTreeMap;

use crate::ir::{Build, Command, Commands};
use crate::knowledge::package_managers::Action;
use crate::plan::{Operation, Plan, Source};

use super::timing::Timing;

/// A class of duration, *estimated* from what a step does: nobody has measured it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cost {
    /// Copies, links, settings: too short to matter.
    Instant,
    /// A download, a list of packages, an unpacked archive.
    Seconds,
    /// An installation of packages, or of what a project depends on; a build of an interpreted language.
    TensOfSeconds,
    /// A build by a compiler.
    Minutes,
}

impl Cost {
    /// The words for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Cost::Instant => "instant",
            Cost::Seconds => "seconds",
            Cost::TensOfSeconds => "tens of seconds",
            Cost::Minutes => "minutes",
        }
    }

    /// The class of what took so many thousandths of a second.
    fn of_milliseconds(milliseconds: u64) -> Self {
        match milliseconds {
            0..1_000 => Cost::Instant,
            1_000..10_000 => Cost::Seconds,
            10_000..60_000 => Cost::TensOfSeconds,
            60_000.. => Cost::Minutes,
        }
    }

    /// The class of a step: downloads take long, and of a RUN the longest of its commands tells.
    fn of_step(operation: &Operation, commands: &[Command<'_>]) -> Self {
        let is_fetched = |source: &Source| matches!(source, Source::Http { .. } | Source::Git { .. });
        match operation {
            Operation::Files(files) if files.copies.iter().any(|copy| is_fetched(&copy.from)) => Cost::Seconds,
            Operation::Exec(_) => Self::of_commands(commands),
            Operation::Files(_) | Operation::MakeDirectory(_) => Cost::Instant,
        }
    }

    /// The class of a RUN of these commands: that of the longest.
    fn of_commands(commands: &[Command<'_>]) -> Self {
        commands.iter().map(of_command).max().unwrap_or(Cost::Instant)
    }
}

/// How long one step takes: measured, or estimated. There are no seconds but those that were measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepCost {
    /// The class: of the measured time where there is one.
    pub class: Cost,
    /// The measured time, in thousandths of a second.
    pub milliseconds: Option<u64>,
}

/// How long the steps of a build take.
#[derive(Debug, Clone, Default)]
pub struct Costs {
    /// By stage and place among its vertices.
    steps: BTreeMap<(usize, usize), StepCost>,
    /// The instructions of the log that are not in the Dockerfile.
    pub unknown: Vec<String>,
}

impl Costs {
    /// What is known of the steps of the stages that are built: from `timings`, else by what they do.
    pub fn new(build: &Build<'_>, commands: &Commands<'_>, plan: &Plan, timings: &[Timing]) -> Self {
        let mut costs = Self::default();
        let mut used = vec![false; timings.len()];
        for (stage, planned) in build.stages.iter().zip(&plan.stages).filter(|(stage, _)| stage.is_reachable) {
            let name = stage.name().unwrap_or_else(|| stage.index.to_string());
            for (vertex, it) in planned.vertices.iter().enumerate() {
                let Some(step) = it.maker.step.and_then(|step| stage.steps.get(step)) else { continue };
                let text = step.instruction.text.text();
                let measured = timings.iter().position(|timing| timing.is_of(&name, text));
                let milliseconds = measured.map(|at| {
                    used[at] = true;
                    timings[at].milliseconds
                });
                let estimated = || Cost::of_step(&it.operation, commands.of_step(step));
                let class = milliseconds.map_or_else(estimated, Cost::of_milliseconds);
                costs.steps.insert((stage.index, vertex), StepCost { class, milliseconds });
            }
        }
        let is_step = |timing: &&Timing| !timing.instruction.starts_with("FROM ");
        let unused = timings.iter().zip(used).filter(|(_, used)| !used).map(|(timing, _)| timing);
        costs.unknown = unused.filter(is_step).map(|timing| timing.instruction.clone()).collect();
        costs
    }

    /// That of one step.
    pub fn of(&self, stage: usize, vertex: usize) -> StepCost {
        self.steps.get(&(stage, vertex)).copied().unwrap_or(StepCost { class: Cost::Instant, milliseconds: None })
    }

    /// Whether all steps that take long are measured, so that their times can be added up.
    pub fn are_measured(&self) -> bool {
        let is_measured = |cost: &StepCost| cost.milliseconds.is_some();
        self.steps.values().any(is_measured)
            && self.steps.values().all(|cost| is_measured(cost) || cost.class == Cost::Instant)
    }
}

/// What compiles whole programs.
const COMPILERS: &[&str] =
    &["make", "gmake", "ninja", "cmake", "meson", "bazel", "scons", "gcc", "g++", "clang", "rustc", "javac", "swift"];

/// Package managers whose builds call a compiler.
const COMPILING_MANAGERS: &[&str] = &["cargo", "go", "mvn", "gradle", "cabal", "stack", "dotnet", "mix"];

/// What fetches, unpacks or configures.
const FETCHERS: &[&str] = &["tar", "unzip", "configure", "wget", "curl", "git", "svn"];

fn of_command(command: &Command<'_>) -> Cost {
    if let Some(invocation) = &command.manager {
        let compiles = COMPILING_MANAGERS.contains(&invocation.manager.name);
        return match invocation.action {
            // `cargo install` and `go install` build what they install.
            Action::Install if matches!(invocation.manager.name, "cargo" | "go" | "cabal" | "stack") => Cost::Minutes,
            Action::Build if compiles => Cost::Minutes,
            Action::Install | Action::InstallProject | Action::Upgrade | Action::Build => Cost::TensOfSeconds,
            Action::UpdateLists => Cost::Seconds,
            Action::Remove | Action::Clean | Action::Run | Action::Other => Cost::Instant,
        };
    }
    match command.name() {
        Some(name) if COMPILERS.contains(&name) => Cost::Minutes,
        Some(name) if FETCHERS.contains(&name) || command.download().is_some() => Cost::Seconds,
        _ => Cost::Instant,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    #[test]
    fn the_longest_command_tells_the_class_of_a_run() {
        for (run, cost) in [
            ("mkdir -p /x && chmod 755 /x", Cost::Instant),
            ("curl -fsSLo x.tgz https://example.com/x.tgz && tar xf x.tgz", Cost::Seconds),
            ("apt-get update && apt-get install -y git", Cost::TensOfSeconds),
            ("npm ci && npm run build", Cost::TensOfSeconds),
            ("./configure && make -j4 && make install", Cost::Minutes),
            ("cargo build --release", Cost::Minutes),
        ] {
            let file = parse(SourceFile::new("Dockerfile", format!("FROM a\nRUN {run}\n")));
            let build = Build::new(&file);
            assert_eq!(Cost::of_commands(Commands::new(&build).all()), cost, "{run}");
        }
    }

    #[test]
    fn a_measured_time_counts_and_nothing_is_made_up_beside_it() {
        let text = "FROM a AS b\nCOPY . .\nRUN make\nRUN npm ci\n";
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        let timings =
            ["[b 1/4] FROM a", "[b 3/4] RUN make", "[b 4/4] RUN npm install"].map(|name| Timing::new(name, 2_500));
        let timings: Vec<Timing> = timings.into_iter().flatten().collect();
        let costs = Costs::new(&build, &Commands::new(&build), &Plan::new(&build), &timings);
        assert_eq!(costs.of(0, 1), StepCost { class: Cost::Seconds, milliseconds: Some(2_500) });
        assert_eq!(costs.of(0, 2), StepCost { class: Cost::TensOfSeconds, milliseconds: None });
        assert_eq!((costs.are_measured(), costs.unknown), (false, vec!["RUN npm install".to_owned()]));
    }
}
