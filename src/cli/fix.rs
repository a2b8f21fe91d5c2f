//! `dfx fix`

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::edit::Effect;
use crate::fix::Fixed;
use crate::knowledge::Date;
use crate::report::fixed::{FixFormat, FixReport, FixSummary, explained, lines};
use crate::rewrite::multistage::BaseChoice;
use crate::rules::Options;
use crate::syntax::parse;

use super::failure::{Failure, reason};
use super::files::{FileArguments, Files, Task, Unreadable, tell};
use super::settings::{self, Configurations};
use super::today::today;
use super::verify::{self, BuildArguments};
use super::version::VERSION;
use super::{FAILED, FOUND, write};

/// Repair Dockerfiles: prints what would change, and with --write changes it
///
/// Every fix states its effect on the image: identical, equivalent, debris, content, runtime. What BuildKit would build
/// is compared before and after; a fix that does more than it states is not made.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 done, 1 with --check: something would change, 2 could not run.")]
pub struct Arguments {
    #[command(flatten)]
    files: FileArguments,
    #[command(flatten)]
    settings: settings::RuleArguments,
    /// The day for which ends of life are judged [default: SOURCE_DATE_EPOCH, else the system's date]
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Rules")]
    today: Option<Date>,
    #[command(flatten)]
    effect: EffectArguments,
    /// What the last stage starts from where one stage is made into two: slim, distroless, scratch, or the name of an image
    #[arg(long, value_name = "BASE", default_value = "slim", help_heading = "Fixes")]
    runtime_base: BaseChoice,
    /// Tell on standard error what was decided on the way to two stages, and why
    #[arg(long, help_heading = "Output")]
    explain_plan: bool,
    /// Change the files
    #[arg(long, short, help_heading = "Outcome")]
    write: bool,
    /// Build each file as it was and as it would be, and keep it as it was if the images differ more than its fixes state
    #[arg(long, requires = "write", help_heading = "Outcome")]
    verify: bool,
    #[command(flatten)]
    build: BuildArguments,
    /// Change nothing, and exit with 1 if something would change
    #[arg(long, conflicts_with = "write", help_heading = "Outcome")]
    check: bool,
    /// What to print [default: diff; the repaired file where standard input is read]
    #[arg(long, alias = "output-format", value_name = "NAME", value_parser = format(), help_heading = "Output")]
    format: Option<FixFormat>,
    /// Tell nothing on standard error but errors
    #[arg(long, short, help_heading = "Output")]
    quiet: bool,
    /// The number of threads [default: that of the processors]
    #[arg(long, value_name = "N", help_heading = "Output")]
    threads: Option<usize>,
}

/// Arguments that say which fixes are allowed.
#[derive(Debug, Clone, clap::Args)]
pub struct EffectArguments {
    /// The greatest effect on the image that a fix may have [default: debris]
    #[arg(long, value_name = "RUNG", value_parser = effect(), help_heading = "Fixes")]
    effect: Option<Effect>,
    /// Also make fixes that change what is in the image or what runs: the same as --effect runtime
    #[arg(long, conflicts_with = "effect", help_heading = "Fixes")]
    r#unsafe: bool,
}

impl EffectArguments {
    /// The greatest effect that is allowed.
    pub fn greatest(&self) -> Effect {
        if self.r#unsafe { Effect::Runtime } else { self.effect.unwrap_or(Effect::Debris) }
    }
}

/// A rung of the effect ladder, by its name.
pub fn effect() -> impl TypedValueParser<Value = Effect> {
    PossibleValuesParser::new(Effect::ALL.map(Effect::name)).map(|name| Effect::named(&name).unwrap_or(Effect::Debris))
}

fn format() -> impl TypedValueParser<Value = FixFormat> {
    PossibleValuesParser::new(FixFormat::ALL.map(FixFormat::name))
        .map(|name| FixFormat::named(&name).unwrap_or_default())
}

/// What came of a file.
enum Outcome {
    /// The path is that of a file on disk; standard input has none.
    Fixed(Box<Fixed>, Option<PathBuf>),
    Unreadable(Unreadable),
}

/// What is written to standard output.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Printed {
    Report(FixFormat),
    /// The file itself, repaired.
    File,
    Nothing,
}

/// Runs `dfx fix`.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let options = Options { runtime_base: arguments.runtime_base.clone(), ..Options::new(today(arguments.today)?) };
    let mut configurations = Configurations::new(&arguments.settings, None, options)?;
    let files = arguments.files.files(&mut configurations)?;
    if arguments.files.show_files {
        return super::print(&files.listing());
    }
    let printed = printed(arguments, &files)?;
    fix_all(&files, printed, arguments)
}

fn printed(arguments: &Arguments, files: &Files) -> Result<Printed, Failure> {
    let stdin = files.tasks.iter().filter(|task| task.path().is_none()).count();
    match arguments.format {
        _ if stdin > 0 && arguments.write => {
            Err(Failure::new("standard input cannot be written to", "leave --write away to print the repaired file"))
        }
        Some(format) => Ok(Printed::Report(format)),
        None if stdin > 0 && files.tasks.len() > 1 => {
            Err(Failure::new("standard input and other files cannot share standard output", "use --format diff"))
        }
        None if stdin > 0 && arguments.check => Ok(Printed::Nothing),
        None if stdin > 0 => Ok(Printed::File),
        None if arguments.write => Ok(Printed::Nothing),
        None => Ok(Printed::Report(FixFormat::Diff)),
    }
}

/// Repairs everything, and tells what came of it in the order of the files.
fn fix_all(files: &Files, printed: Printed, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut renderer = match printed {
        Printed::Report(format) => Some(format.renderer(VERSION)),
        Printed::File | Printed::Nothing => None,
    };
    if let Some(renderer) = &mut renderer {
        renderer.start(&mut out).map_err(Failure::standard_output)?;
    }
    let mut summary = FixSummary::default();
    let tells_lines = !arguments.quiet && printed != Printed::Report(FixFormat::Full);
    let report = |outcome: Outcome| -> Result<(), Failure> {
        let unwritten = match &outcome {
            Outcome::Fixed(fixed, Some(path)) if arguments.write && fixed.is_changed() => {
                let written = put_in_place(fixed, path, files, arguments);
                written.err().map(|(told, error)| (path.display().to_string(), told, error))
            }
            _ => None,
        };
        let report = match (&outcome, &unwritten) {
            (_, Some((path, told, error))) => {
                tell(&format!("error: {told} {path}: {error}\n"));
                FixReport::Failed { path, error }
            }
            (Outcome::Unreadable(Unreadable { path, error }), None) => {
                tell(&format!("error: cannot read {path}: {error}\n"));
                FixReport::Failed { path, error }
            }
            (Outcome::Fixed(fixed, _), None) => {
                if tells_lines {
                    tell(&lines(fixed));
                }
                if arguments.explain_plan {
                    tell(&explained(fixed));
                }
                FixReport::Fixed(fixed)
            }
        };
        summary.add(&report);
        let written = match (&mut renderer, &outcome) {
            (Some(renderer), _) => renderer.file(&report, &mut out),
            (None, Outcome::Fixed(fixed, _)) if printed == Printed::File => out.write_all(fixed.after.source.bytes()),
            (None, _) => Ok(()),
        };
        written.map_err(Failure::standard_output)
    };
    files.for_each(arguments.threads, |task| fix_one(task, files, arguments), report)?;
    if let Some(renderer) = &mut renderer {
        renderer.finish(&summary, &mut out).map_err(Failure::standard_output)?;
    }
    out.flush().map_err(Failure::standard_output)?;
    if !arguments.quiet {
        files.tell_notes();
        tell(&format!("{}\n", summary.line(if arguments.write { "Fixed" } else { "Would fix" })));
    }
    Ok(match summary.failed + summary.unfinished {
        0 if arguments.check && summary.changed > 0 => ExitCode::from(FOUND),
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(FAILED),
    })
}

/// Writes the repaired file, unless a build shows that it does more than its fixes state. If it is not written, how that is
/// told, and the reason.
fn put_in_place(
    fixed: &Fixed,
    path: &Path,
    files: &Files,
    arguments: &Arguments,
) -> Result<(), (&'static str, String)> {
    if arguments.verify {
        if let Some(file) = &fixed.other_file {
            let reason = format!("a build of both would not show what {} does: leave --verify away", file.path);
            return Err(("nothing is changed in", reason));
        }
        let context = files.context_folder(path, &parse(fixed.before.clone()));
        let promised = fixed.applied.iter().map(|fix| fix.effect).max().unwrap_or(Effect::Identical);
        let (bytes, build) = (fixed.after.source.bytes(), &arguments.build);
        let held = verify::hold_to_promise(path, bytes, &context, build, promised, arguments.quiet);
        held.map_err(|error| ("nothing is changed in", error))?;
    }
    write::write_fixed(fixed, path).map_err(|error| ("cannot write", reason(&error)))
}

fn fix_one(task: &Task, files: &Files, arguments: &Arguments) -> Outcome {
    let loaded = match files.load(task) {
        Ok(loaded) => loaded,
        Err(unreadable) => return Outcome::Unreadable(unreadable),
    };
    let settings = task.prepared.settings_for(loaded.path);
    let greatest = arguments.effect.greatest();
    let alone = task.path().is_none().then(|| settings.without_other_file());
    let settings = alone.as_ref().unwrap_or(&settings);
    let fixed = files.with_context(&loaded, |context| crate::fix(&loaded.file, settings, context, greatest));
    Outcome::Fixed(Box::new(fixed), task.path().map(ToOwned::to_owned))
}
