//! `dfx baseline`

mod file;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::Settings;
use crate::finding::{Finding, FingerprintsByRule, fingerprints_by_rule};
use crate::rules::Options;
use crate::source::SourceFile;

use super::FAILED;
use super::failure::Failure;
use super::files::{FileArguments, Files, Task, Unreadable, tell};
use super::settings::{self, Configurations};
use super::today::today;

pub use file::{Baseline, Compared};

/// Keep a list of known findings, which `dfx lint --baseline` passes over
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write down all findings there are now
    Create(Box<RunArguments>),
    /// Take out what no longer occurs
    Prune(Box<RunArguments>),
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    #[command(flatten)]
    files: FileArguments,
    #[command(flatten)]
    settings: settings::RuleArguments,
    /// The baseline; the names of files in it are relative to its folder
    #[arg(long, value_name = "FILE", default_value = "dfx-baseline.json")]
    baseline: PathBuf,
}

/// What is found in a file.
struct Found {
    name: PathBuf,
    source: SourceFile,
    findings: Vec<Finding>,
    settings: Settings,
}

/// Runs `dfx baseline`.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::Create(arguments) => create(arguments),
        Command::Prune(arguments) => prune(arguments),
    }
}

/// Writes down the findings of all files of the run.
fn create(arguments: &RunArguments) -> Result<ExitCode, Failure> {
    let mut baseline = Baseline::empty(&arguments.baseline);
    let mut total = 0;
    let unreadable = check_all(arguments, |Found { name, source, findings, .. }| {
        total += findings.len();
        if !findings.is_empty() {
            let entry = fingerprints_by_rule(&source, &findings);
            baseline.files.insert(baseline.name_of(&name).ok_or_else(|| outside(&name, &baseline))?, entry);
        }
        Ok(())
    })?;
    if unreadable > 0 {
        return Ok(ExitCode::from(FAILED));
    }
    baseline.write()?;
    let (files, path) = (baseline.files.len(), baseline.path().display());
    super::print(&format!("Wrote {path}: {} in {}\n", counted(total, "finding"), counted(files, "file")))
}

/// Takes out what no longer occurs in the files of the run, and files that are no longer there.
fn prune(arguments: &RunArguments) -> Result<ExitCode, Failure> {
    let mut baseline = Baseline::read(&arguments.baseline)?;
    let before = number_of_findings(&baseline);
    let unreadable = check_all(arguments, |Found { name, source, findings, settings }| {
        if let Some(name) = baseline.name_of(&name)
            && baseline.files.contains_key(&name)
        {
            let entry = baseline.compare(&name, &source, findings, &settings).entry;
            baseline.files.insert(name, entry);
        }
        Ok(())
    })?;
    if unreadable > 0 {
        return Ok(ExitCode::from(FAILED));
    }
    baseline.forget_empty_files();
    baseline.write()?;
    let (after, path) = (number_of_findings(&baseline), baseline.path().display());
    super::print(&format!("Wrote {path}: {} taken out, {after} left\n", counted(before - after, "finding")))
}

/// Lints all files of the run and hands on what is found in each. Gives the number of files that cannot be read.
fn check_all(arguments: &RunArguments, mut each: impl FnMut(Found) -> Result<(), Failure>) -> Result<usize, Failure> {
    let mut configurations = Configurations::new(&arguments.settings, None, Options::new(today(None)?))?;
    let files = arguments.files.files(&mut configurations)?;
    let mut unreadable = 0;
    files.for_each(
        None,
        |task| check_one(task, &files),
        |outcome| match outcome {
            Ok(found) => each(found?),
            Err(Unreadable { path, error }) => {
                unreadable += 1;
                tell(&format!("error: cannot read {path}: {error}\n"));
                Ok(())
            }
        },
    )?;
    Ok(unreadable)
}

fn check_one(task: &Task, files: &Files) -> Result<Result<Found, Failure>, Unreadable> {
    let loaded = files.load(task)?;
    let Some(name) = loaded.path.map(Path::to_owned) else {
        return Ok(Err(Failure::new("standard input has no place in a baseline", "use --stdin-filename")));
    };
    let settings = task.prepared.settings_for(loaded.path).into_owned();
    let checked = files.with_context(&loaded, |context| crate::check(&loaded.file, &settings, context));
    Ok(Ok(Found { name, source: loaded.file.source, findings: checked.findings, settings }))
}

fn outside(file: &Path, baseline: &Baseline) -> Failure {
    let (file, baseline) = (file.display(), baseline.path().display());
    Failure::new(format!("{file} lies outside of the folder of {baseline}"), "put the baseline into a folder above it")
}

fn number_of_findings(baseline: &Baseline) -> usize {
    baseline.files.values().flat_map(FingerprintsByRule::values).map(Vec::len).sum()
}

/// "1 finding", "2 findings"
pub fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
