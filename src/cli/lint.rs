//! `dfx lint`

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::config::{FailOn, PathPatterns};
use crate::finding::Finding;
use crate::knowledge::Date;
use crate::report::{FileReport, Format, RuleInfo, Run, Summary};
use crate::rules::{self, Options};
use crate::source::SourceFile;
use crate::syntax;

use super::color::ColorChoice;
use super::context::Contexts;
use super::discover::{self, Input};
use super::failure::{Failure, reason};
use super::outputs::{Outputs, Wanted};
use super::settings::{self, Configurations, Prepared};
use super::statistics::Statistics;
use super::today::today;
use super::version::VERSION;
use super::{FAILED, FOUND, read};

/// So many files for each thread are linted before their reports are written.
const FILES_PER_THREAD: usize = 32;

/// More of what could not be read of build contexts is not told.
const MOST_NOTES: usize = 10;

/// As much as the main thread mostly has.
const STACK_SIZE: usize = 8 * 1024 * 1024;

/// Say what is wrong with Dockerfiles
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files, folders to search for Dockerfiles, or `-` for standard input [default: .]
    paths: Vec<PathBuf>,
    /// Read paths from a file, or from standard input for `-`: one a line, or apart by NUL
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    files_from: Option<PathBuf>,
    /// The name of what comes on standard input
    #[arg(long, value_name = "PATH", help_heading = "Files")]
    stdin_filename: Option<PathBuf>,
    /// Leave out files and folders that match, as in a .gitignore in the working directory
    #[arg(long, value_name = "PATTERN", value_delimiter = ',', help_heading = "Files")]
    exclude: Vec<String>,
    /// Having no file to lint is fine
    #[arg(long, help_heading = "Files")]
    allow_no_files: bool,
    /// Print the files that would be linted, and lint none
    #[arg(long, help_heading = "Files")]
    show_files: bool,
    /// The build context of all files [default: the folder that fits the COPY instructions]
    #[arg(long, value_name = "DIR", help_heading = "Files")]
    context: Option<PathBuf>,
    /// Look at no build context
    #[arg(long, conflicts_with = "context", help_heading = "Files")]
    no_context: bool,
    #[command(flatten)]
    settings: settings::RuleArguments,
    /// The day for which ends of life are judged [default: SOURCE_DATE_EPOCH, else the system's date]
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Rules")]
    today: Option<Date>,
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

/// A file with its settings.
struct Task {
    input: Input,
    prepared: Arc<Prepared>,
}

/// What came of a task.
enum Outcome {
    Checked { source: SourceFile, findings: Vec<Finding>, suppressed: usize, fails: bool },
    Unreadable { path: String, error: String },
}

/// What tasks share.
struct Session {
    contexts: Contexts,
    stdin_filename: Option<PathBuf>,
}

/// Runs `dfx lint`.
pub fn run(arguments: &Arguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    let wanted = wanted_outputs(arguments)?;
    let options = Options::new(today(arguments.today)?);
    let mut configurations = Configurations::new(&arguments.settings, arguments.fail_on, options)?;
    let inputs = inputs(arguments)?;
    if inputs.is_empty() && !arguments.allow_no_files {
        return Err(Failure::new("there is no Dockerfile to lint", "name files or folders, or use --allow-no-files"));
    }
    let tasks = tasks(inputs, arguments, &mut configurations)?;
    if arguments.show_files {
        return super::print(
            &tasks.iter().map(|task| format!("{}\n", name(&task.input, arguments))).collect::<String>(),
        );
    }
    let session = Session { contexts: contexts(arguments)?, stdin_filename: arguments.stdin_filename.clone() };
    // Only SARIF describes the rules.
    let describes_rules = wanted.iter().any(|wanted| wanted.format == Format::Sarif);
    let rules = if describes_rules { rules_in_use(&configurations) } else { Vec::new() };
    let outputs = Outputs::open(&wanted, Run { version: VERSION, rules: &rules }, color, arguments.quiet)?;
    lint_all(&tasks, &session, outputs, arguments)
}

/// Lints everything and reports in the order of the tasks.
fn lint_all(
    tasks: &[Task],
    session: &Session,
    mut outputs: Outputs<'_>,
    arguments: &Arguments,
) -> Result<ExitCode, Failure> {
    let tells_errors = outputs.tells_errors() && !arguments.statistics;
    let (mut summary, mut statistics, mut fails) = (Summary::default(), Statistics::default(), false);
    let mut report = |outcome: Outcome| -> Result<(), Failure> {
        let report = match &outcome {
            Outcome::Checked { source, findings, suppressed, fails: file_fails } => {
                fails |= file_fails;
                statistics.add(findings);
                FileReport::Checked { source, findings, suppressed: *suppressed }
            }
            Outcome::Unreadable { path, error } => {
                if !tells_errors {
                    tell(&format!("error: cannot read {path}: {error}\n"));
                }
                FileReport::Unreadable { path, error }
            }
        };
        summary.add(&report);
        outputs.file(&report)
    };
    match pool(tasks.len(), arguments.threads)? {
        None => tasks.iter().try_for_each(|task| report(lint_one(task, session)))?,
        Some(pool) => {
            for chunk in tasks.chunks(FILES_PER_THREAD * pool.current_num_threads()) {
                let outcomes: Vec<Outcome> =
                    pool.install(|| chunk.par_iter().map(|task| lint_one(task, session)).collect());
                outcomes.into_iter().try_for_each(&mut report)?;
            }
        }
    }
    let tells_notes = outputs.tells_errors() && !arguments.quiet;
    for note in session.contexts.notes().iter().filter(|_| tells_notes).take(MOST_NOTES) {
        tell(&format!("note: in the build context, {note}\n"));
    }
    outputs.finish(&summary)?;
    if arguments.statistics {
        let is_json = arguments.format == Some(Format::Json);
        super::print(&if is_json { statistics.json() } else { statistics.text() })?;
    }
    Ok(match (summary.unreadable, fails && !arguments.exit_zero) {
        (0, false) => ExitCode::SUCCESS,
        (0, true) => ExitCode::from(FOUND),
        _ => ExitCode::from(FAILED),
    })
}

fn lint_one(task: &Task, session: &Session) -> Outcome {
    let (path, bytes) = match &task.input {
        Input::Unreachable(path, error) => {
            return Outcome::Unreadable { path: path.display().to_string(), error: error.clone() };
        }
        Input::Stdin => (session.stdin_filename.as_deref(), read::standard_input()),
        Input::File(path) => (Some(path.as_path()), read::file(path)),
    };
    let name = path.map_or_else(|| "-".to_owned(), |path| path.display().to_string());
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) => return Outcome::Unreadable { path: name, error: reason(&error) },
    };
    let file = syntax::parse(SourceFile::new(name, bytes));
    let settings = task.prepared.settings_for(path.unwrap_or(Path::new("Dockerfile")));
    // A context that is given holds for a file without a name too.
    let place = path.or(matches!(session.contexts, Contexts::Folder(..)).then_some(Path::new("-")));
    let context = place.and_then(|place| session.contexts.of(place, &file));
    let checked = crate::check(&file, &settings, context.as_ref().and_then(|loan| loan.get()));
    let fails = checked.findings.iter().any(|finding| task.prepared.fail_on.fails(finding.severity));
    Outcome::Checked { source: file.source, findings: checked.findings, suppressed: checked.suppressed, fails }
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

fn inputs(arguments: &Arguments) -> Result<Vec<Input>, Failure> {
    let mut paths = arguments.paths.clone();
    if let Some(list) = &arguments.files_from {
        if [list].into_iter().chain(&paths).filter(|path| path.as_os_str() == "-").count() > 1 {
            return Err(Failure::new("standard input cannot be both a Dockerfile and a list of files", ""));
        }
        paths.extend(discover::read_list(list)?);
    } else if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    Ok(discover::discover(&paths, excluded(arguments)?.as_ref()))
}

fn excluded(arguments: &Arguments) -> Result<Option<PathPatterns>, Failure> {
    if arguments.exclude.is_empty() {
        return Ok(None);
    }
    let patterns = PathPatterns::new(arguments.exclude.iter().map(String::as_str));
    patterns.map(Some).map_err(|(_, reason)| Failure::new(format!("--exclude: {reason}"), ""))
}

/// The inputs with their settings, less what is excluded. All configurations are read before the first file is.
fn tasks(inputs: Vec<Input>, arguments: &Arguments, configurations: &mut Configurations) -> Result<Vec<Task>, Failure> {
    let excluded = excluded(arguments)?;
    let mut tasks = Vec::new();
    for input in inputs {
        let path = match &input {
            Input::Stdin => arguments.stdin_filename.as_deref(),
            Input::File(path) => Some(path.as_path()),
            Input::Unreachable(..) => None,
        };
        let prepared = configurations.for_folder(path.map_or(Path::new("."), settings::folder_of))?;
        let is_left_out = path.is_some_and(|path| {
            excluded.as_ref().is_some_and(|patterns| discover::is_excluded(path, patterns))
                || prepared.configuration.as_ref().is_some_and(|configuration| configuration.excludes(path))
        });
        if !is_left_out {
            tasks.push(Task { input, prepared });
        }
    }
    Ok(tasks)
}

fn contexts(arguments: &Arguments) -> Result<Contexts, Failure> {
    match &arguments.context {
        Some(folder) if folder.is_dir() => Ok(Contexts::Folder(folder.clone(), Default::default())),
        Some(folder) => Err(Failure::new(format!("the build context {} is no folder", folder.display()), "")),
        None if arguments.no_context => Ok(Contexts::None),
        None => Ok(Contexts::Inferred(Default::default())),
    }
}

/// The rules that are on for at least one file.
fn rules_in_use(configurations: &Configurations) -> Vec<RuleInfo> {
    let is_on =
        |rule: &&rules::Rule| configurations.in_use().any(|prepared| prepared.settings.selection.is_on(rule.meta));
    rules::all().filter(is_on).map(|rule| RuleInfo { meta: rule.meta, documentation: rule.documentation() }).collect()
}

/// Threads, where more than one file and more than one processor make them worth starting.
fn pool(files: usize, threads: Option<usize>) -> Result<Option<ThreadPool>, Failure> {
    let available = || std::thread::available_parallelism().map_or(1, |number| number.get());
    let threads = threads.filter(|threads| *threads > 0).unwrap_or_else(available).min(files);
    if threads < 2 {
        return Ok(None);
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_SIZE).build();
    pool.map(Some).map_err(|error| Failure::new(format!("cannot start {threads} threads: {error}"), "use --threads 1"))
}

fn name(input: &Input, arguments: &Arguments) -> String {
    match input {
        Input::Stdin => {
            arguments.stdin_filename.as_deref().map_or_else(|| "-".to_owned(), |path| path.display().to_string())
        }
        Input::File(path) | Input::Unreachable(path, _) => path.display().to_string(),
    }
}

/// Writes to standard error. Where that is closed, nobody is left to be told.
fn tell(text: &str) {
    let _ = io::Write::write_all(&mut io::stderr(), text.as_bytes());
}
