//! `dfx layers`: what each change of a project rebuilds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::cache::{Cache, ContextFiles, Keys, Proposal, Score, StageGraph, State, replay};
use crate::config::{Choice, Selection, Selector};
use crate::context::BuildContext;
use crate::edit::Effect;
use crate::ir::Build;
use crate::plan::Plan;
use crate::report::layers::{Advice, Compared, LayersFormat, LayersReport};
use crate::rules::Options;
use crate::syntax::Dockerfile;
use crate::{Settings, check, fix};

use super::build_argument::build_argument;
use super::context::Contexts;
use super::failure::Failure;
use super::files::tell;
use super::today::today;
use super::{FAILED, FOUND, read, settings};

mod files;
mod history;
mod project;
mod timings;

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
    let build = Build::with_arguments(&file, &given);
    if build.stages.is_empty() {
        return Err(Failure::new(format!("{} has no FROM, so that nothing is built", arguments.path.display()), ""));
    }
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
    let history = match arguments.history {
        Some(most) => {
            let folder = folder.as_deref().unwrap_or(settings::folder_of(&arguments.path));
            Some(history::of_git(folder, &arguments.path, most)?)
        }
        None => None,
    };
    let project = Project { arguments: &given, files: &sent, timings: &timings, history: history.as_ref() };
    tell_notes(&project, &file);
    let plan = Plan::new(&build);
    let state = project.state(&plan);
    let dockerfile = folder.as_deref().and_then(|folder| files::path_in(folder, &arguments.path));
    let mut layers = project.layers(&file).with_scenarios(&state, dockerfile.as_deref());
    let mut score = None;
    if !is_compared {
        let repaired = repaired(&file, context)?;
        layers.orders = project.orders(&file);
        let better = repaired.as_ref().map(|repaired| project.orders(repaired));
        score = Some(Score::new(&layers.orders, better.as_deref()));
        if let Some(history) = &history {
            layers = layers.with_history(replay(&history.start, &history.revisions, &file));
            layers.proposal = repaired.map(|repaired| Proposal {
                layers: Box::new(project.layers_in_all(history, &repaired)),
                before: project.layers_in_all(history, &file).counts(),
            });
        }
    }
    let compared = match &arguments.compare {
        Some(other) => Some(compare(other, arguments, &given, folder.as_deref(), &state)?),
        None => None,
    };
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
    Ok(match (file.problems.is_empty(), is_too_low) {
        (false, _) => ExitCode::from(FAILED),
        (true, true) => ExitCode::from(FOUND),
        (true, false) => ExitCode::SUCCESS,
    })
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

/// What becomes of the build if that of `other` came before: another Dockerfile with the same context, or the same
/// Dockerfile with another context, where a Dockerfile of the same path counts if it lies there.
fn compare(
    other: &Path,
    arguments: &Arguments,
    given: &BTreeMap<String, String>,
    folder: Option<&Path>,
    after: &State<'_>,
) -> Result<Compared, Failure> {
    let is_folder = other.is_dir();
    let in_other = folder.and_then(|folder| files::path_in(folder, &arguments.path)).map(|path| other.join(path));
    let dockerfile = match (is_folder, in_other.filter(|path| path.is_file())) {
        (false, _) => other.to_owned(),
        (true, Some(path)) => path,
        (true, None) => arguments.path.clone(),
    };
    let file = read::dockerfile(&dockerfile)?;
    let build = Build::with_arguments(&file, given);
    let plan = Plan::new(&build);
    let loaded = is_folder.then(|| super::build_context::load(other, &dockerfile));
    let files = match &loaded {
        Some(loaded) => files::sent(&loaded.context, other, true)?,
        None => after.files.clone(),
    };
    let before = State { plan: &plan, files: &files, ..*after };
    let (old, new) = (Keys::new(&before), Keys::new(after));
    let mut cache = Cache::default();
    cache.remember(&old);
    Ok(Compared { other: other.display().to_string(), judged: cache.judge((&before, &old), (after, &new)) })
}

/// The Dockerfile with its sources behind its dependencies, where that can be done.
fn repaired(file: &Dockerfile, context: Option<&BuildContext>) -> Result<Option<Dockerfile>, Failure> {
    let fixed = fix(file, &settings_for(Selector::Rule(REORDERING))?, context, Effect::Content);
    Ok((!fixed.applied.is_empty()).then_some(fixed.after))
}

/// The rule whose fix is proposed.
const REORDERING: &str = "cache/sources-before-dependencies";

/// What the rules about the cache say of the file.
fn advice(file: &Dockerfile, context: Option<&BuildContext>) -> Result<Vec<Advice>, Failure> {
    let checked = check(file, &settings_for(Selector::Group("cache"))?, context);
    let advice = checked.findings.into_iter().map(|finding| Advice {
        line: file.source.line_at(finding.span.start),
        rule: finding.rule,
        message: finding.message,
        fix: finding.fix.map(|fix| fix.effect),
    });
    Ok(advice.collect())
}

/// Settings for nothing but some rules.
fn settings_for(rules: Selector) -> Result<Settings, Failure> {
    let choice = Choice { select: Some(vec![rules]), ..Choice::default() };
    Ok(Settings::new(Selection::new(choice, Choice::default(), Vec::new()), Options::new(today(None)?)))
}
