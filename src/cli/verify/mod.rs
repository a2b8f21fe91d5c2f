//! `dfx verify`: builds two Dockerfiles with a real engine and compares the images.

mod build;
mod engine;
mod pair;
mod processes;
mod question;
mod side;
mod start;
mod sweeper;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::edit::Effect;
use crate::report::verified::{VerifyFormat, VerifyReport};

use super::build_argument::build_argument;
use super::failure::Failure;
use super::fix::effect;
use super::{FOUND, settings};

use engine::EngineChoice;
use pair::Pair;
use question::{Address, Question};
use side::Side;
pub use sweeper::{SWEEP, sweep};

/// Build two Dockerfiles with Docker, Podman or Buildah, and compare the images
///
/// Tells the rung of the effect ladder on which they differ: identical, equivalent, debris, content, runtime. Instead of a
/// Dockerfile, an exported image is read: the archive of `docker save`, or an OCI layout. What is built is removed again. Where the images
/// differ more than expected, the one before is built a second time: what no two builds agree on does not count.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 done, 1 the images differ more than --expect allows, or answer differently, 2 could not run."
)]
pub struct Arguments {
    /// The Dockerfile, or exported image, before
    old: PathBuf,
    /// The Dockerfile, or exported image, after
    new: PathBuf,
    #[command(flatten)]
    build: BuildArguments,
    /// The build context of both [default: the folder of the Dockerfile before]
    #[arg(long, value_name = "FOLDER", help_heading = "Build")]
    context: Option<PathBuf>,
    /// Run this in both images, in shell or exec form as for CMD, and compare what it prints and its exit code; without a
    /// value the image's own command
    #[arg(long, value_name = "COMMAND", num_args = 0..=1, default_missing_value = "", value_parser = Question::run, help_heading = "Trial")]
    run: Vec<Question>,
    /// Start both images, and compare what they serve at this address: http://localhost:8080/
    #[arg(long, value_name = "URL", help_heading = "Trial")]
    probe: Vec<Address>,
    /// Seconds that an image may take to answer
    #[arg(long, value_name = "SECONDS", default_value_t = 60, help_heading = "Trial")]
    patience: u64,
    /// The greatest rung on which the images may differ; beyond it the exit code is 1
    #[arg(long, value_name = "RUNG", value_parser = effect(), help_heading = "Outcome")]
    expect: Option<Effect>,
    /// What to print
    #[arg(long, alias = "output-format", value_name = "NAME", value_parser = format(), default_value = "full", help_heading = "Output")]
    format: VerifyFormat,
    /// Tell nothing on standard error but errors
    #[arg(long, short, help_heading = "Output")]
    quiet: bool,
}

/// Arguments that say how to build.
#[derive(Debug, clap::Args)]
pub struct BuildArguments {
    /// What to build with; `auto` takes the first that answers
    #[arg(long, value_enum, value_name = "NAME", default_value_t, help_heading = "Build")]
    engine: EngineChoice,
    /// A build argument, as for `docker build`
    #[arg(long = "build-arg", value_name = "NAME=VALUE", value_parser = build_argument, help_heading = "Build")]
    build_arguments: Vec<(String, String)>,
    /// The stage to build
    #[arg(long, value_name = "STAGE", help_heading = "Build")]
    target: Option<String>,
    /// A further option for the engine's build: --build-option=--network=host
    #[arg(long = "build-option", value_name = "OPTION", allow_hyphen_values = true, help_heading = "Build")]
    build_options: Vec<String>,
}

fn format() -> impl TypedValueParser<Value = VerifyFormat> {
    PossibleValuesParser::new(VerifyFormat::ALL.map(VerifyFormat::name))
        .map(|name| VerifyFormat::named(&name).unwrap_or_default())
}

/// Runs `dfx verify`.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let probes = arguments.probe.iter().cloned().map(Question::Probe);
    let pair = Pair {
        sides: [Side::of(&arguments.old)?, Side::of(&arguments.new)?],
        context: arguments.context.as_deref().unwrap_or(settings::folder_of(&arguments.old)),
        build: &arguments.build,
        expected: arguments.expect,
        questions: arguments.run.iter().cloned().chain(probes).collect(),
        patience: Duration::from_secs(arguments.patience),
        is_quiet: arguments.quiet,
    };
    let verified = pair.verify()?;
    let report = VerifyReport {
        before: &arguments.old.to_string_lossy(),
        after: &arguments.new.to_string_lossy(),
        comparison: &verified.comparison,
        expected: arguments.expect,
        trials: &verified.trials,
    };
    super::print(&report.render(arguments.format))?;
    Ok(if report.is_as_expected() { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// Builds the Dockerfile at a path as it is and with other bytes, for `dfx fix --verify`.
///
/// # Errors
///
/// The reason not to put the bytes in its place: the images differ more than was promised, or cannot be built.
pub fn hold_to_promise(
    path: &Path,
    bytes: &[u8],
    context: &Path,
    build: &BuildArguments,
    promised: Effect,
    is_quiet: bool,
) -> Result<(), String> {
    let pair = Pair {
        sides: [Side::Dockerfile(path.to_owned()), Side::Draft { path: path.to_owned(), bytes: bytes.to_owned() }],
        context,
        build,
        expected: Some(promised),
        questions: Vec::new(),
        patience: Duration::ZERO,
        is_quiet,
    };
    let comparison = match pair.verify() {
        Ok(verified) => verified.comparison,
        Err(Failure::Told(text)) => return Err(text.trim_start_matches("error: ").trim_end().to_owned()),
        Err(Failure::BrokenPipe) => return Err("nobody listens".to_owned()),
    };
    if comparison.rung <= promised {
        return Ok(());
    }
    let (before, after) = (path.display().to_string(), format!("the new {}", path.display()));
    let report =
        VerifyReport { before: &before, after: &after, comparison: &comparison, expected: Some(promised), trials: &[] };
    Err(format!("the fixes do more than they state\n{}", report.render(VerifyFormat::Full).trim_end()))
}
