//! `dfx layers`: what each change of a project rebuilds.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::cache::{ContextFiles, History, Layers, Score, StageGraph, Timeline, Unneeded, replay, replay_today};
use crate::ir::Build;
use crate::plan::Plan;
use crate::report::layers::{LayersFormat, LayersReport};
use crate::syntax::Dockerfile;

use super::build_argument::build_argument;
use super::context::Contexts;
use super::failure::Failure;
use super::files::tell;
use super::{FOUND, read, settings};

mod advice;
mod compared;
mod files;
mod git_log;
mod history;
mod project;
mod refusal;
mod timings;

use advice::{advice, repaired};
use compared::compare;
use project::Project;

/// Show which steps of a build run again, and why: for the usual changes, after each commit, or after another build
///
/// Nothing is built. The steps' cache keys are worked out as BuildKit does it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 done, 1 the score is lower than --fail-under, 2 could not run.")]
pub struct Arguments {
    /// The Dockerfile
    #[arg(default_value = "Dockerfile")]
    path: PathBuf,
    /// The build context [default: the nearest folder in which all COPY sources exist]
    #[arg(long, value_name = "FOLDER")]
    context: Option<PathBuf>,
    /// Build each of the last N commits after the one before it, in thought, and count what runs again
    #[arg(long, value_name = "N")]
    history: Option<usize>,
    /// Another Dockerfile, or another state of the build context: what runs again if it was built before
    #[arg(long, value_name = "PATH", conflicts_with = "history")]
    compare: Option<PathBuf>,
    /// The log of a build, of `docker buildx build --progress=rawjson` or `--progress=plain`, for how long its steps took
    #[arg(long, value_name = "FILE")]
    timings: Option<PathBuf>,
    /// Exit with 1 where the score is lower: of a hundred runs of steps that take long, how many were needed
    #[arg(long, value_name = "SCORE", value_parser = clap::value_parser!(u8).range(..=100), conflicts_with = "compare")]
    fail_under: Option<u8>,
    /// A build argument, as for `docker build`
    #[arg(long = "build-arg", value_name = "NAME=VALUE", value_parser = build_argument)]
    build_arguments: Vec<(String, String)>,
    /// A build argument of the build that is compared with, where it had another value
    #[arg(long = "compare-build-arg", value_name = "NAME=VALUE", value_parser = build_argument, requires = "compare")]
    compare_build_arguments: Vec<(String, String)>,
    /// What to print
    #[arg(long, alias = "output-format", value_name = "NAME", value_parser = format(), default_value = "full")]
    format: LayersFormat,
}

fn format() -> impl TypedValueParser<Value = LayersFormat> {
    PossibleValuesParser::new(LayersFormat::ALL.map(LayersFormat::name))
        .map(|name| LayersFormat::named(&name).unwrap_or_default())
}

/// Runs `dfx layers`.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let file = read::dockerfile(&arguments.path)?;
    let given: BTreeMap<String, String> = arguments.build_arguments.iter().cloned().collect();
    refusal::of_buildkit(&file)?;
    let build = Build::with_arguments(&file, &given);
    let contexts = Contexts::given_or_inferred(arguments.context.as_deref())?;
    let folder = contexts.folder_of(&arguments.path, &file);
    let loan = folder.as_deref().and_then(|folder| contexts.load(folder, &arguments.path));
    let context = loan.as_ref().and_then(|loan| loan.get());
    let is_compared = arguments.compare.is_some();
    let sent = match (context, &folder) {
        (Some(context), Some(folder)) => files::sent(context, folder, is_compared)?,
        _ => ContextFiles::default(),
    };
    let timings = arguments.timings.as_deref().map_or(Ok(Vec::new()), timings::read)?;
    let top = folder.as_deref().unwrap_or(settings::folder_of(&arguments.path));
    let history = arguments.history.map(|most| history::of_git(top, &arguments.path, most)).transpose()?;
    let dockerfile = folder.as_deref().and_then(|folder| files::path_in(folder, &arguments.path));
    let project = Project {
        arguments: &given,
        files: &sent,
        dockerfile: dockerfile.as_deref(),
        timings: &timings,
        history: history.as_ref(),
    };
    tell_notes(&project, &file);
    let plan = Plan::new(&build);
    let state = project.state(&plan);
    let layers = project.layers_and_scenarios(&file);
    let (layers, score) = match is_compared {
        true => (layers, None),
        false => with_orders(layers, &project, &file, repaired(&file, context)?.as_ref()),
    };
    let layers = match (&history, context) {
        (Some(history), Some(context)) => {
            Layers { unneeded: Unneeded::of(&history.timeline, &file, context), ..layers }
        }
        _ => layers,
    };
    let other = arguments.compare.as_deref();
    let compared = other.map(|other| compare(other, arguments, folder.as_deref(), &state)).transpose()?;
    let advice = advice(&file, context)?;
    let report = LayersReport {
        name: file.source.name(),
        layers: &layers,
        graph: &StageGraph::new(&build, &plan),
        score: score.as_ref(),
        compared: compared.as_ref(),
        advice: &advice,
    };
    super::print(&report.render(arguments.format))?;
    contexts.notes().iter().for_each(|note| tell(&format!("note: in the build context, {note}\n")));
    let is_too_low =
        arguments.fail_under.is_some_and(|least| score.is_some_and(|score| score.points() < f64::from(least)));
    Ok(if is_too_low { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}

/// Adds the best orders, what the commits have done, and what is otherwise with the repaired Dockerfile.
fn with_orders(
    mut layers: Layers,
    project: &Project<'_>,
    file: &Dockerfile,
    repaired: Option<&Dockerfile>,
) -> (Layers, Option<Score>) {
    layers.orders = project.orders(file);
    let better = repaired.map(|repaired| project.orders(repaired));
    let score = Score::new(&layers.orders, better.as_deref());
    if let Some(history) = project.history {
        layers = layers.with_history(replayed(&history.timeline, file));
    }
    layers.proposal = repaired.map(|repaired| project.proposal(file, repaired));
    (layers, Some(score))
}

/// What the commits did, each with its Dockerfile; with today's where none was built with its own after another.
fn replayed(timeline: &Timeline, file: &Dockerfile) -> History {
    let history = replay(timeline, file);
    if history.commits > 0 || timeline.revisions.len() < 2 {
        return history;
    }
    tell("note: no two of the commits have a Dockerfile, so that today's is taken for all of them\n");
    replay_today(timeline, file)
}

/// What is to be known of the commits and of what was measured.
fn tell_notes(project: &Project<'_>, file: &Dockerfile) {
    project.history.iter().flat_map(|history| &history.notes).for_each(|note| tell(&format!("note: {note}\n")));
    let unknown = project.unknown_timings(file);
    if let Some(first) = unknown.first() {
        let more = unknown.len() - 1;
        let rest = if more > 0 { format!(", and {more} steps more") } else { String::new() };
        tell(&format!("note: the log has `{first}`{rest}, which the Dockerfile has not\n"));
    }
}
