//! `dfx lint`

use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::Checked;
use crate::config::FailOn;
use crate::finding::Finding;
use crate::fix::Fixed;
use crate::knowledge::Date;
use crate::report::fixed::{FixReport, FixSummary};
use crate::report::{FileReport, Format, RuleInfo, Run, Summary};
use crate::rules::{self, Options};
use crate::source::SourceFile;

use super::color::ColorChoice;
use super::failure::{Failure, reason};
use super::files::{FileArguments, Files, Task, Unreadable, tell};
use super::fix::EffectArguments;
use super::known::{Known, KnownArguments};
use super::outputs::{Outputs, Wanted};
use super::settings::{self, Configurations};
use super::shellcheck::ShellCheck;
use super::statistics::Statistics;
use super::today::today;
use super::version::VERSION;
use super::{FAILED, FOUND, write};

/// Say what is wrong with Dockerfiles
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    files: FileArguments,
    #[command(flatten)]
    settings: settings::RuleArguments,
    /// Repair the files first, as `dfx fix --write` does, and report what is left
    #[arg(long, help_heading = "Fixes")]
    fix: bool,
    #[command(flatten)]
    effect: EffectArguments,
    /// The day for which ends of life are judged [default: SOURCE_DATE_EPOCH, else the system's date]
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Rules")]
    today: Option<Date>,
    /// Who looks at shell scripts: `auto` is the linter that is built in, `off` nobody, anything else a program that takes
    /// ShellCheck's options
    #[arg(
        long,
        value_name = "auto|off|PROGRAM",
        default_value = "auto",
        hide_default_value = true,
        help_heading = "Rules"
    )]
    shellcheck: ShellCheck,
    #[command(flatten)]
    known: KnownArguments,
    /// The mildest severity that makes dfx exit with 1 [default: warning]
    #[arg(long, value_name = "SEVERITY", value_parser = settings::fail_on(), help_heading = "Outcome")]
    fail_on: Option<FailOn>,
    /// Exit with 0 whatever is found
    #[arg(long, help_heading = "Outcome")]
    exit_zero: bool,
    /// The format of the report on standard output [default: full]
    #[arg(long, alias = "output-format", value_name = "NAME", value_parser = format(), help_heading = "Output")]
    format: Option<Format>,
    /// A report in a format, to a file or to standard output; may be repeated
    #[arg(long, value_name = "NAME[=FILE]", value_parser = Wanted::parse, help_heading = "Output")]
    output: Vec<Wanted>,
    /// Count the findings of each rule in the place of the report; as text or, with --format json, as JSON
    #[arg(long, help_heading = "Output")]
    statistics: bool,
    /// Print findings and errors only
    #[arg(long, short, help_heading = "Output")]
    quiet: bool,
    /// The number of threads [default: that of the processors]
    #[arg(long, value_name = "N", help_heading = "Output")]
    threads: Option<usize>,
}

fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name)).map(|name| Format::named(&name).unwrap_or(Format::Full))
}

/// What came of a file.
enum Outcome {
    Checked { source: SourceFile, findings: Vec<Finding>, suppressed: usize, fails: bool, repair: Option<Repair> },
    Unreadable(Unreadable),
}

/// What `--fix` has done to a file.
struct Repair {
    fixed: Box<Fixed>,
    /// Why it could not be written; then the file is as it was.
    error: Option<String>,
}

impl Repair {
    fn make(fixed: Fixed, task: &Task) -> Self {
        let written = match task.path() {
            Some(path) => write::write_fixed(&fixed, path),
            None => Ok(()),
        };
        Self { fixed: Box::new(fixed), error: written.err().map(|error| reason(&error)) }
    }
}

/// What `--fix` has done to all files.
#[derive(Default)]
struct Repairs {
    summary: FixSummary,
    /// Files that could not be written, or with which the engine came to no end.
    failed: usize,
}

impl Repairs {
    fn add(&mut self, repair: &Repair) {
        if let Some(error) = &repair.error {
            tell(&format!("error: cannot write {}: {error}\n", repair.fixed.before.name()));
        } else {
            self.summary.add(&FixReport::Fixed(&repair.fixed));
        }
        self.failed += usize::from(repair.error.is_some() || repair.fixed.gave_up);
    }
}

/// Runs `dfx lint`.
pub fn run(arguments: &Arguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    let wanted = wanted_outputs(arguments)?;
    let script_linter = arguments.shellcheck.linter()?;
    let options = Options { script_linter, ..Options::new(today(arguments.today)?) };
    let mut configurations = Configurations::new(&arguments.settings, arguments.fail_on, options)?;
    let files = arguments.files.files(&mut configurations)?;
    if arguments.files.show_files {
        return super::print(&files.listing());
    }
    if arguments.fix && files.tasks.iter().any(|task| task.path().is_none()) {
        return Err(Failure::new("standard input cannot be repaired in place", "`dfx fix -` prints the repaired file"));
    }
    let known = arguments.known.read(&files)?;
    // Only SARIF describes the rules.
    let describes_rules = wanted.iter().any(|wanted| wanted.format == Format::Sarif);
    let rules = if describes_rules { rules_in_use(&configurations) } else { Vec::new() };
    let outputs = Outputs::open(&wanted, Run { version: VERSION, rules: &rules }, color, arguments.quiet)?;
    lint_all(&files, &known, outputs, arguments)
}

/// Lints everything and reports in the order of the files.
fn lint_all(
    files: &Files,
    known: &Known,
    mut outputs: Outputs<'_>,
    arguments: &Arguments,
) -> Result<ExitCode, Failure> {
    let tells_errors = outputs.tells_errors() && !arguments.statistics;
    let (mut summary, mut statistics, mut fails) = (Summary::default(), Statistics::default(), false);
    let mut repairs = Repairs::default();
    let report = |outcome: Outcome| -> Result<(), Failure> {
        let report = match &outcome {
            Outcome::Checked { source, findings, suppressed, fails: file_fails, repair } => {
                fails |= file_fails;
                repair.iter().for_each(|repair| repairs.add(repair));
                statistics.add(findings);
                FileReport::Checked { source, findings, suppressed: *suppressed }
            }
            Outcome::Unreadable(Unreadable { path, error }) => {
                if !tells_errors {
                    tell(&format!("error: cannot read {path}: {error}\n"));
                }
                FileReport::Unreadable { path, error }
            }
        };
        summary.add(&report);
        outputs.file(&report)
    };
    files.for_each(arguments.threads, |task| lint_one(task, files, known, arguments), report)?;
    if outputs.tells_errors() && !arguments.quiet {
        files.tell_notes();
        known.tell_notes();
    }
    outputs.finish(&summary)?;
    if arguments.fix && !arguments.quiet {
        tell(&format!("{}\n", repairs.summary.line("Fixed")));
    }
    if arguments.statistics {
        let is_json = arguments.format == Some(Format::Json);
        super::print(&if is_json { statistics.json() } else { statistics.text() })?;
    }
    arguments.shellcheck.failure()?;
    Ok(match (summary.unreadable + repairs.failed, fails && !arguments.exit_zero) {
        (0, false) => ExitCode::SUCCESS,
        (0, true) => ExitCode::from(FOUND),
        _ => ExitCode::from(FAILED),
    })
}

fn lint_one(task: &Task, files: &Files, known: &Known, arguments: &Arguments) -> Outcome {
    let mut loaded = match files.load(task) {
        Ok(loaded) => loaded,
        Err(unreadable) => return Outcome::Unreadable(unreadable),
    };
    let settings = task.prepared.settings_for(loaded.path);
    let repair = arguments.fix.then(|| {
        let greatest = arguments.effect.greatest();
        Repair::make(
            files.with_context(&loaded, |context| crate::fix(&loaded.file, &settings, context, greatest)),
            task,
        )
    });
    if let Some(repair) = repair.as_ref().filter(|repair| repair.error.is_none()) {
        loaded.file = repair.fixed.after.clone();
    }
    let checked = files.with_context(&loaded, |context| crate::check(&loaded.file, &settings, context));
    let Checked { findings, suppressed, .. } = checked;
    let findings = known.take_out(findings, &loaded, files, &settings);
    let fails = findings.iter().any(|finding| task.prepared.fail_on.fails(finding.severity));
    Outcome::Checked { source: loaded.file.source, findings, suppressed, fails, repair }
}

/// The reports to write: those of `--output`, and the one on standard output unless `--output` is enough.
fn wanted_outputs(arguments: &Arguments) -> Result<Vec<Wanted>, Failure> {
    let mut wanted = arguments.output.clone();
    if arguments.statistics {
        if !matches!(arguments.format, None | Some(Format::Full | Format::Concise | Format::Json)) {
            return Err(Failure::new("--statistics are text or JSON", "use --format json, or another run"));
        }
    } else if let Some(format) = arguments.format {
        wanted.push(Wanted { format, file: None });
    } else if wanted.is_empty() {
        wanted.push(Wanted { format: Format::Full, file: None });
    }
    if wanted.iter().filter(|wanted| wanted.file.is_none()).count() > usize::from(!arguments.statistics) {
        return Err(Failure::new(
            "two reports cannot share standard output",
            "give one of them a file: --output NAME=FILE",
        ));
    }
    Ok(wanted)
}

/// The rules that are on for at least one file.
fn rules_in_use(configurations: &Configurations) -> Vec<RuleInfo> {
    let is_on =
        |rule: &&rules::Rule| configurations.in_use().any(|prepared| prepared.settings.selection.is_on(rule.meta));
    rules::all().filter(is_on).map(|rule| RuleInfo { meta: rule.meta, documentation: rule.documentation() }).collect()
}
