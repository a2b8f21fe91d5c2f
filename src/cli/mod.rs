//! The command line: alone in using files, environment, process and terminal. One file per command.

mod baseline;
mod build_argument;
pub mod build_context;
mod color;
mod completions;
mod config;
mod context;
mod discover;
mod explain;
mod failure;
mod files;
mod fix;
mod folders;
mod git;
mod hadolint;
mod known;
mod layers;
mod lint;
mod outputs;
mod parse;
mod plan;
mod read;
mod revision;
mod rules;
mod settings;
mod shellcheck;
mod statistics;
mod today;
mod verify;
mod version;
mod write;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use color::ColorChoice;
use failure::Failure;

/// Exit code: findings at or above the threshold.
const FOUND: u8 = 1;

/// Exit code: dfx could not do all that was asked for.
const FAILED: u8 = 2;

/// Lints and repairs Dockerfiles.
#[derive(Debug, Parser)]
#[command(name = "dfx", version, propagate_version = false, disable_help_subcommand = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 nothing found, 1 findings at or above --fail-on, 2 could not run.")]
struct Arguments {
    /// When to use colour. NO_COLOR and FORCE_COLOR are asked where this is `auto`.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(visible_alias = "check")]
    Lint(Box<lint::Arguments>),
    Fix(Box<fix::Arguments>),
    Layers(layers::Arguments),
    Verify(verify::Arguments),
    Hadolint(hadolint::Arguments),
    Baseline(baseline::Arguments),
    Explain(explain::Arguments),
    Rules(rules::Arguments),
    Config(config::Arguments),
    Completions(completions::Arguments),
    Parse(parse::Arguments),
    Version(version::Arguments),
    /// Remove what `dfx verify` leaves behind when it ends; started by it
    #[command(name = verify::SWEEP, hide = true)]
    Sweep,
}

/// Runs dfx with the arguments of this process.
pub fn main() -> ExitCode {
    // A link, or a copy, in the place of hadolint's binary.
    if hadolint::is_called() {
        return hadolint::main();
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Nobody is left to be told where this cannot be written.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(FAILED));
        }
    };
    let color = arguments.color;
    let result = match arguments.command {
        Command::Lint(arguments) => lint::run(&arguments, color),
        Command::Fix(arguments) => fix::run(&arguments),
        Command::Hadolint(arguments) => hadolint::run(&arguments),
        Command::Layers(arguments) => layers::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Baseline(arguments) => baseline::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments, color),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Config(arguments) => config::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Parse(arguments) => parse::run(&arguments),
        Command::Version(arguments) => version::run(&arguments),
        Command::Sweep => verify::sweep(),
    };
    match result {
        Ok(code) => code,
        // The reader has gone, as `head` does: it has what it wanted.
        Err(Failure::BrokenPipe) => ExitCode::SUCCESS,
        Err(Failure::Told(text)) => {
            let _ = std::io::stderr().write_all(text.as_bytes());
            ExitCode::from(FAILED)
        }
    }
}

/// Writes a whole answer to standard output.
fn print(text: &str) -> Result<ExitCode, Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Failure::standard_output)?;
    Ok(ExitCode::SUCCESS)
}
