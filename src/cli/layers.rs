//! `dfx layers`: what each change of a project rebuilds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::cache::{
    Cache, ContextFiles, Keys, Layers, NO_IMAGES, Proposal, Revision, Samples, StageGraph, State, best_orders, replay,
};
use crate::config::{Choice, Selection, Selector};
use crate::context::BuildContext;
use crate::edit::Effect;
use crate::ir::{Build, Commands};
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
use super::{FAILED, read, settings};

mod files;
mod history;

/// Show which steps of a build run again, and why: for the usual changes, after each commit, or after another build
///
/// Nothing is built. The steps' cache keys are worked out as BuildKit does it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 done, 2 could not run.")]
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
    let plan = Plan::new(&build);
    let is_compared = arguments.compare.is_some();
    let sent = match (context, &folder) {
        (Some(context), Some(folder)) => files::sent(context, folder, is_compared)?,
        _ => ContextFiles::default(),
    };
    let state = State {
        plan: &plan,
        files: &sent,
        images: NO_IMAGES,
        epoch: given.get("SOURCE_DATE_EPOCH").map(String::as_str),
    };
    let commands = Commands::new(&build);
    let dockerfile = folder.as_deref().and_then(|folder| files::path_in(folder, &arguments.path));
    let mut layers = Layers::new(&build, &commands, &state).with_scenarios(&state, dockerfile.as_deref());
    if let Some(most) = arguments.history {
        let folder = folder.as_deref().unwrap_or(settings::folder_of(&arguments.path));
        let history = history::of_git(folder, &arguments.path, most)?;
        history.notes.iter().for_each(|note| tell(&format!("note: {note}\n")));
        layers = layers.with_history(replay(&history.start, &history.revisions, &file));
        let text = file.source.text().into();
        let today: Vec<Revision> = history.revisions.iter().map(|it| it.with_dockerfile(&text)).collect();
        let samples = Samples::of_history(&history.start, &today, &plan);
        layers.orders = best_orders(&build, &commands, &plan, &samples);
        layers.proposal = propose(&file, context, &history, &|file| {
            let build = Build::with_arguments(file, &given);
            let state = State { plan: &Plan::new(&build), ..state };
            Layers::new(&build, &Commands::new(&build), &state)
        })?;
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
        compared: compared.as_ref(),
        advice: &advice,
    };
    super::print(&report.render(arguments.format))?;
    contexts.notes().iter().for_each(|note| tell(&format!("note: in the build context, {note}\n")));
    Ok(if file.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
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

/// The Dockerfile with its sources behind its dependencies, where that can be done, built in all commits.
fn propose(
    file: &Dockerfile,
    context: Option<&BuildContext>,
    history: &history::Commits,
    layers_of: &dyn Fn(&Dockerfile) -> Layers,
) -> Result<Option<Proposal>, Failure> {
    let settings = settings_for(Selector::Rule(REORDERING))?;
    let fixed = fix(file, &settings, context, Effect::Content);
    if fixed.applied.is_empty() {
        return Ok(None);
    }
    let in_all = |file: &Dockerfile| {
        let text = file.source.text().into();
        let revisions: Vec<Revision> = history.revisions.iter().map(|it| it.with_dockerfile(&text)).collect();
        layers_of(file).with_history(replay(&history.start, &revisions, file))
    };
    Ok(Some(Proposal { layers: Box::new(in_all(&fixed.after)), before: in_all(file).counts() }))
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
