//! `dfx verify`: builds two Dockerfiles with a real engine and compares the images.

mod build;
mod engine;
mod side;
mod sweeper;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::edit::Effect;
use crate::image::{Comparison, Image};
use crate::report::verified::{VerifyFormat, VerifyReport};

use super::build_argument::build_argument;
use super::failure::Failure;
use super::files::tell;
use super::{FOUND, settings};

use build::{BuildOrder, Workshop};
use engine::{Engine, EngineChoice};
use side::Side;
pub use sweeper::{SWEEP, sweep};

/// Build two Dockerfiles with Docker, Podman or Buildah, and compare the images
///
/// Tells the rung of the effect ladder on which they differ: identical, equivalent, debris, content, runtime. Instead of a
/// Dockerfile, an exported image is read: the archive of `docker save`, or an OCI layout. What is built is removed again.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 done, 1 the images differ more than --expect allows, 2 could not run.")]
pub struct Arguments {
    /// The Dockerfile, or exported image, before
    old: PathBuf,
    /// The Dockerfile, or exported image, after
    new: PathBuf,
    #[command(flatten)]
    build: BuildArguments,
    /// The greatest rung on which the images may differ; beyond it the exit code is 1
    #[arg(long, value_name = "RUNG", value_parser = rung(), help_heading = "Outcome")]
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
    /// The build context of both [default: the folder of the Dockerfile before]
    #[arg(long, value_name = "FOLDER", help_heading = "Build")]
    context: Option<PathBuf>,
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

fn rung() -> impl TypedValueParser<Value = Effect> {
    PossibleValuesParser::new(Effect::ALL.map(Effect::name)).map(|name| Effect::named(&name).unwrap_or(Effect::Debris))
}

fn format() -> impl TypedValueParser<Value = VerifyFormat> {
    PossibleValuesParser::new(VerifyFormat::ALL.map(VerifyFormat::name))
        .map(|name| VerifyFormat::named(&name).unwrap_or_default())
}

/// Runs `dfx verify`.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let sides = [Side::of(&arguments.old)?, Side::of(&arguments.new)?];
    let comparison = compare(&sides, arguments)?;
    let report = VerifyReport {
        before: &arguments.old.to_string_lossy(),
        after: &arguments.new.to_string_lossy(),
        comparison: &comparison,
        expected: arguments.expect,
    };
    super::print(&report.render(arguments.format))?;
    Ok(if report.is_as_expected() { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

fn compare(sides: &[Side; 2], arguments: &Arguments) -> Result<Comparison, Failure> {
    let tells = |what: &str| {
        if !arguments.quiet {
            tell(&format!("{what}\n"));
        }
    };
    let mut workshop = match sides.iter().any(|side| matches!(side, Side::Dockerfile(_))) {
        true => Some(Workshop::open(Engine::chosen(arguments.build.engine)?)?),
        false => None,
    };
    let context = arguments.build.context.as_deref().unwrap_or(settings::folder_of(&arguments.old));
    let mut image = |side: &Side, name: &str| -> Result<Image, Failure> {
        let (Side::Dockerfile(path), Some(workshop)) = (side, &mut workshop) else { return side.read() };
        tells(&format!("building {} with {}", path.display(), workshop.engine().name()));
        workshop.image(&order(path, context, &arguments.build), name)
    };
    let (before, after) = (image(&sides[0], "before")?, image(&sides[1], "after")?);
    Ok(Comparison::new(&before, &after, &BTreeSet::new()))
}

fn order<'a>(dockerfile: &'a Path, context: &'a Path, arguments: &'a BuildArguments) -> BuildOrder<'a> {
    BuildOrder {
        dockerfile,
        context,
        build_arguments: &arguments.build_arguments,
        target: arguments.target.as_deref(),
        options: &arguments.build_options,
    }
}
