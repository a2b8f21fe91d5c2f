//! `dfx hadolint`, and dfx under the name of hadolint: its command line, environment, configuration, reports and exit codes.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::env;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use crate::check::suppress_in;
use crate::config::{HadolintSettings, label_format};
use crate::finding::{Finding, Severity, Weight};
use crate::hadolint::{self, CODES, LEVELS_OF_RULES, LEVELS_OF_SHELLCHECK, Level};
use crate::report::hadolint::{HadolintFormat, OfFile, Reported};
use crate::rules::{self, LabelFormat, Linter, Options, Rule};
use crate::shell::{Dialect, Remark, Script, ScriptLinter};
use crate::syntax::{Dockerfile, InstructionKind};

use super::failure::Failure;
use super::files::tell;
use super::today::today;
use super::version::VERSION;
use super::{read, write};

/// The version of hadolint whose behaviour this is.
const LIKE_VERSION: &str = "2.15.1";

/// Lint as hadolint does: its options, configuration, codes, reports and exit codes
///
/// Works under the name `hadolint` too: link the binary there. Findings say what hadolint 2.15.1 says of the same file.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 nothing at or above --failure-threshold, 1 anything else.")]
pub struct Arguments {
    /// Dockerfiles; `-` for standard input
    files: Vec<PathBuf>,
    /// The configuration [default: .hadolint.yaml here, in XDG_CONFIG_HOME, or in the home folder]
    #[arg(long, short, value_name = "FILE")]
    config: Option<PathBuf>,
    /// What reports call the file
    #[arg(long, value_name = "PATH")]
    file_path_in_report: Option<String>,
    /// Where the report goes; as often as --format
    #[arg(long, short, value_name = "FILE")]
    output: Vec<PathBuf>,
    /// The form of the report
    #[arg(long, short, value_name = "NAME", value_parser = HadolintFormat::ALL.map(HadolintFormat::name))]
    format: Vec<String>,
    /// Exit with 0 whatever is found
    #[arg(long)]
    no_fail: bool,
    /// No colour
    #[arg(long)]
    no_color: bool,
    /// Tell the settings on standard error
    #[arg(long, short = 'V')]
    verbose: bool,
    /// Codes to report as errors
    #[arg(long, value_name = "CODE")]
    error: Vec<String>,
    /// Codes to report as warnings
    #[arg(long, value_name = "CODE")]
    warning: Vec<String>,
    /// Codes to report as information
    #[arg(long, value_name = "CODE")]
    info: Vec<String>,
    /// Codes to report as matters of style
    #[arg(long, value_name = "CODE")]
    style: Vec<String>,
    /// Codes not to report
    #[arg(long, value_name = "CODE")]
    ignore: Vec<String>,
    /// A registry that images may come from
    #[arg(long, value_name = "REGISTRY")]
    trusted_registry: Vec<String>,
    /// A label that the image must have: `name:text`, or url, semver, hash, rfc3339, spdx, email
    #[arg(long, value_name = "NAME:TYPE", value_parser = label)]
    require_label: Vec<(String, LabelFormat)>,
    /// Allow no other labels
    #[arg(long)]
    strict_labels: bool,
    /// Disregard comments that keep findings away
    #[arg(long)]
    disable_ignore_pragma: bool,
    /// From which level on findings make the run fail [default: info]
    #[arg(long, short = 't', value_name = "LEVEL", value_parser = THRESHOLDS)]
    failure_threshold: Option<String>,
}

const THRESHOLDS: [&str; 6] = ["error", "warning", "info", "style", "ignore", "none"];

fn label(text: &str) -> Result<(String, LabelFormat), String> {
    let (name, kind) = text.split_once(':').ok_or("it is not of the form NAME:TYPE")?;
    Ok((name.to_owned(), label_format(kind)))
}

/// Whether dfx was started under the name of hadolint.
pub fn is_called() -> bool {
    let name = env::args_os().next().map(PathBuf::from);
    name.as_deref().and_then(Path::file_stem).is_some_and(|name| name == "hadolint")
}

/// Runs dfx under the name of hadolint.
pub fn main() -> ExitCode {
    #[derive(Parser)]
    #[command(name = "hadolint", disable_version_flag = true)]
    struct CommandLine {
        /// Tell the version
        #[arg(long, short)]
        version: bool,
        #[command(flatten)]
        arguments: Arguments,
    }
    let arguments = match CommandLine::try_parse() {
        Ok(CommandLine { version: true, .. }) => {
            println_version();
            return ExitCode::SUCCESS;
        }
        Ok(CommandLine { arguments, .. }) => arguments,
        Err(error) => {
            let _ = error.print();
            return if error.exit_code() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    // A reader that has gone has what it wanted.
    run(&arguments).unwrap_or(ExitCode::SUCCESS)
}

fn println_version() {
    // Others read a version of hadolint out of this line.
    let _ = writeln!(std::io::stdout(), "Haskell Dockerfile Linter {LIKE_VERSION} (dfx {VERSION})");
}

/// Runs `dfx hadolint`. The exit code is 0 or 1, as hadolint's.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    match lint(arguments) {
        Err(Failure::Told(text)) => {
            tell(&text);
            Ok(ExitCode::FAILURE)
        }
        ended => ended,
    }
}

fn lint(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if arguments.files.is_empty() {
        super::print("Please provide a Dockerfile\n")?;
        return Ok(ExitCode::FAILURE);
    }
    let settings = settings(arguments)?;
    if arguments.verbose {
        tell(&format!("{settings:#?}\n"));
    }
    let options = Options {
        required_labels: settings.labels.clone(),
        strict_labels: settings.strict_labels == Some(true),
        allowed_registries: settings.trusted_registries.clone(),
        ..Options::new(today(None)?)
    };
    let levels = levels(&settings);
    let mut files = Vec::new();
    let mut has_failed = false;
    for path in &arguments.files {
        match read::dockerfile(path) {
            Ok(file) => {
                let findings = findings(&file, &options, &levels, settings.disable_ignore_pragma == Some(true));
                files.push(OfFile { name: path.display().to_string(), findings });
            }
            Err(failure) => {
                has_failed = true;
                if let Failure::Told(text) = failure {
                    tell(&text);
                }
            }
        }
    }
    write_reports(arguments, &settings, &files)?;
    let threshold = match settings.failure_threshold.as_deref() {
        None => Some(Level::Info),
        Some("none") => None,
        Some(name) => Level::named(name),
    };
    let is_grave = |finding: &Reported| {
        Level::named(finding.level).zip(threshold).is_some_and(|(level, threshold)| level >= threshold)
    };
    let is_bad = files.iter().flat_map(|file| &file.findings).any(is_grave);
    let never_fails = settings.no_fail == Some(true) || formats(&settings).iter().any(|format| format.never_fails());
    Ok(if has_failed || is_bad && !never_fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn formats(settings: &HadolintSettings) -> Vec<HadolintFormat> {
    settings.formats.iter().filter_map(|name| HadolintFormat::named(name)).collect()
}

/// Formats and files belong together by their order; a format without a file goes to standard output, a file without a
/// format gets lines.
fn write_reports(arguments: &Arguments, settings: &HadolintSettings, files: &[OfFile]) -> Result<(), Failure> {
    let formats = formats(settings);
    let has_color = settings.no_color != Some(true) && std::io::stdout().is_terminal();
    for at in 0..formats.len().max(arguments.output.len()).max(1) {
        let format = formats.get(at).copied().unwrap_or(HadolintFormat::Tty);
        let renamed = arguments.file_path_in_report.as_ref().filter(|_| format.takes_other_path());
        let named = match renamed {
            Some(name) => Cow::Owned(files.iter().map(|file| OfFile { name: name.clone(), ..file.clone() }).collect()),
            None => Cow::Borrowed(files),
        };
        let target = arguments.output.get(at);
        let report = format.render(&named, LIKE_VERSION, has_color && target.is_none());
        match target {
            None => drop(super::print(&report)?),
            Some(path) => {
                let written = write::Draft::create(path).and_then(|(draft, mut file)| {
                    file.write_all(report.as_bytes())?;
                    draft.finish()
                });
                written.map_err(|error| Failure::at("write", path, &error))?;
            }
        }
    }
    Ok(())
}

/// The environment, below the configuration, below the command line.
fn settings(arguments: &Arguments) -> Result<HadolintSettings, Failure> {
    let file = match &arguments.config {
        Some(path) => Some(path.clone()),
        None => places().into_iter().find(|path| path.is_file()),
    };
    let of_file = match file {
        Some(path) => {
            let bytes = read::file(&path).map_err(|error| Failure::at("read", &path, &error))?;
            HadolintSettings::from_yaml(&String::from_utf8_lossy(&bytes)).map_err(|error| {
                Failure::new(format!("{} is no configuration of hadolint: {error}", path.display()), "")
            })?
        }
        None => HadolintSettings::default(),
    };
    Ok(of_environment().below(of_file).below(of_arguments(arguments)))
}

/// Where hadolint looks for its configuration.
fn places() -> Vec<PathBuf> {
    let names = |folder: PathBuf, names: &[&str]| names.iter().map(|name| folder.join(name)).collect::<Vec<_>>();
    let mut places = names(PathBuf::from("."), &[".hadolint.yaml", ".hadolint.yml"]);
    let home = env::var_os("HOME").map(PathBuf::from);
    let configuration =
        env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).or(home.as_ref().map(|home| home.join(".config")));
    places.extend(configuration.into_iter().flat_map(|folder| names(folder, &["hadolint.yaml", "hadolint.yml"])));
    if let Some(home) = home {
        let own = home.join(".hadolint");
        places.extend(names(own, &["hadolint.yaml", "hadolint.yml", "config.yaml", "config.yml"]));
        places.extend(names(home, &[".hadolint.yaml", ".hadolint.yml"]));
    }
    places
}

fn of_environment() -> HadolintSettings {
    let text = |name: &str| env::var(format!("HADOLINT_{name}")).ok().filter(|value| !value.is_empty());
    let list = |name: &str| -> Vec<String> {
        text(name).map_or(Vec::new(), |value| value.split(',').map(str::to_owned).collect())
    };
    let flag = |name: &str| {
        let value = text(name)?.to_ascii_lowercase();
        Some(matches!(value.as_str(), "1" | "y" | "on" | "true" | "yes"))
    };
    let levels = ["ERROR", "WARNING", "INFO", "STYLE"].iter().flat_map(|level| {
        list(&format!("OVERRIDE_{level}")).into_iter().map(|code| (code, level.to_ascii_lowercase()))
    });
    let is_threshold = |value: &String| THRESHOLDS.contains(&value.as_str());
    HadolintSettings {
        failure_threshold: text("FAILURE_THRESHOLD").filter(is_threshold),
        formats: list("FORMAT"),
        ignored: list("IGNORE"),
        levels: levels.collect(),
        trusted_registries: list("TRUSTED_REGISTRIES"),
        labels: list("REQUIRE_LABELS").iter().filter_map(|it| label(it).ok()).collect(),
        strict_labels: flag("STRICT_LABELS"),
        no_fail: flag("NOFAIL"),
        no_color: env::var_os("NO_COLOR").map(|_| true),
        disable_ignore_pragma: flag("DISABLE_IGNORE_PRAGMA"),
    }
}

fn of_arguments(arguments: &Arguments) -> HadolintSettings {
    let lists = [
        (&arguments.error, "error"),
        (&arguments.warning, "warning"),
        (&arguments.info, "info"),
        (&arguments.style, "style"),
    ];
    let levels = lists.iter().flat_map(|(codes, level)| codes.iter().map(|code| (code.clone(), (*level).to_owned())));
    let on = |flag: bool| flag.then_some(true);
    HadolintSettings {
        failure_threshold: arguments.failure_threshold.clone(),
        formats: arguments.format.clone(),
        ignored: arguments.ignore.clone(),
        levels: levels.collect(),
        trusted_registries: arguments.trusted_registry.clone(),
        labels: arguments.require_label.iter().cloned().collect(),
        strict_labels: on(arguments.strict_labels),
        no_fail: on(arguments.no_fail),
        no_color: on(arguments.no_color),
        disable_ignore_pragma: on(arguments.disable_ignore_pragma),
    }
}

/// The level of each code that is not at its own: ignored ones, and of those in several lists the gravest.
fn levels(settings: &HadolintSettings) -> BTreeMap<String, Level> {
    let mut levels = BTreeMap::new();
    for (code, level) in &settings.levels {
        let Some(level) = Level::named(level) else { continue };
        let known = levels.entry(code.clone()).or_insert(level);
        *known = (*known).max(level);
    }
    levels.extend(settings.ignored.iter().map(|code| (code.clone(), Level::Ignore)));
    levels
}

/// What hadolint would report of a file.
fn findings(
    file: &Dockerfile,
    options: &Options,
    levels: &BTreeMap<String, Level>,
    disregards_comments: bool,
) -> Vec<Reported> {
    let mut found = of_conditions(file);
    found.extend(of_rules(file, options));
    if disregards_comments {
        found.retain(|finding| finding.aliases != ["DL1001"]);
    } else {
        suppress_in(file, &mut found);
    }
    let mut reported: Vec<Reported> = Vec::new();
    for finding in found {
        for code in &finding.aliases {
            let level = levels.get(*code).copied().unwrap_or_else(|| own_level(code));
            let place = place(file, &finding, code);
            let is_known = reported.iter().any(|known| known.code == *code && known.line == place.0);
            if level != Level::Ignore && (!is_known || *code == "DL1000") {
                let message = finding.message.clone();
                reported.push(Reported {
                    code: (*code).to_owned(),
                    level: level.name(),
                    line: place.0,
                    column: place.1,
                    message,
                });
            }
        }
    }
    reported.sort_by(|one, other| one.line.cmp(&other.line).then_with(|| one.code.cmp(&other.code)));
    reported
}

fn own_level(code: &str) -> Level {
    let own = CODES.iter().find(|known| known.code == code).map(|known| known.level);
    let mut of_others = LEVELS_OF_RULES.iter().chain(LEVELS_OF_SHELLCHECK);
    let of_rule = || of_others.find(|(known, _)| *known == code).map(|(_, level)| *level);
    own.or_else(of_rule).unwrap_or(Level::Warning)
}

/// The first line of the instruction; of what BuildKit refuses the very place.
fn place(file: &Dockerfile, finding: &Finding, code: &str) -> (usize, usize) {
    let position = file.source.position(finding.span.start);
    if code == "DL1000" {
        return (position.line, position.column);
    }
    (first_line(file, finding), 1)
}

/// The first line of the instruction around a finding.
fn first_line(file: &Dockerfile, finding: &Finding) -> usize {
    let start = finding.span.start;
    let around = file.instructions().find(|it| it.span.start <= start && start < it.span.end.max(it.span.start + 1));
    around.map_or_else(|| file.source.line_at(start), |instruction| instruction.first_line)
}

fn of_conditions(file: &Dockerfile) -> Vec<Finding> {
    let comments = file.comments().filter(|comment| {
        let text = file.source.slice(*comment).trim_start_matches(['#', ' ', '\t']);
        text.strip_prefix("hadolint").is_some_and(|rest| rest.trim_start().starts_with("ignore="))
    });
    let comments = comments.map(|span| hadolint::Found { span, code: "DL1001" });
    let found = hadolint::findings(file).into_iter().chain(comments);
    let finding = |found: hadolint::Found| {
        let known = CODES.iter().find(|known| known.code == found.code)?;
        Some(as_finding("hadolint/condition", found, known.message.to_owned()))
    };
    found.filter_map(finding).collect()
}

fn as_finding(rule: &'static str, found: hadolint::Found, message: String) -> Finding {
    Finding {
        rule,
        severity: Severity::Warning,
        weight: Weight::Ordinary,
        message,
        span: found.span,
        label: String::new(),
        related: Vec::new(),
        flow: Vec::new(),
        notes: Vec::new(),
        decisions: Vec::new(),
        refusal: None,
        help: None,
        aliases: vec![found.code],
        fix: None,
    }
}

fn is_of_shellcheck(code: &str) -> bool {
    code.starts_with("SC")
}

/// hadolint takes `/bin/sh` for a shell of POSIX, whatever the image has under that name.
#[derive(Debug)]
struct PosixLinter;

impl ScriptLinter for PosixLinter {
    fn remarks(&self, script: &Script, variables: &[&str]) -> Vec<Remark> {
        let dialect = match script.source.dialect() {
            Dialect::Dash | Dialect::Ash => Dialect::Sh,
            other => other,
        };
        script.remarks_in(dialect, variables)
    }
}

/// Leaves of what ShellCheck says of an instruction the last, as hadolint does: behind all others in the text, at the
/// same place the mildest.
fn keep_last_of_shellcheck(file: &Dockerfile, found: &mut Vec<Finding>) {
    let of_shellcheck = |finding: &Finding| finding.aliases.first().copied().filter(|code| is_of_shellcheck(code));
    let (mut told, others): (Vec<Finding>, Vec<Finding>) =
        std::mem::take(found).into_iter().partition(|finding| of_shellcheck(finding).is_some());
    told.sort_by_key(|finding| {
        let code = of_shellcheck(finding).unwrap_or_default();
        (finding.span.start, Reverse(own_level(code)), code)
    });
    let last: BTreeMap<usize, Finding> =
        told.into_iter().map(|finding| (first_line(file, &finding), finding)).collect();
    *found = others;
    found.extend(last.into_values());
}

/// What dfx's rules find for the other codes, and what makes BuildKit refuse the file.
fn of_rules(file: &Dockerfile, options: &Options) -> Vec<Finding> {
    let is_asked = |alias: &str| is_of_shellcheck(alias) || LEVELS_OF_RULES.iter().any(|(code, _)| *code == alias);
    let answers = |rule: &&'static Rule| rule.meta.is_refusal || rule.meta.aliases.iter().any(|alias| is_asked(alias));
    let options = Options { script_linter: Linter::Other(Arc::new(PosixLinter)), ..options.clone() };
    let mut found = crate::lint(file, rules::all().filter(answers), &options, None);
    let is_kept = |finding: &Finding| {
        let around = file.instructions().find(|it| it.span.contains(finding.span));
        let shellcheck = finding.aliases.iter().any(|alias| is_of_shellcheck(alias));
        match around.map(|it| &it.kind) {
            Some(InstructionKind::Run(_)) => true,
            // Inside ONBUILD, hadolint asks no condition of the others.
            Some(InstructionKind::Onbuild(_)) => shellcheck || finding.aliases.contains(&"DL3043"),
            _ => !shellcheck,
        }
    };
    found.retain(is_kept);
    for finding in &mut found {
        let is_refusal = rules::find(finding.rule).is_some_and(|rule| rule.meta.is_refusal);
        finding.aliases.retain(|alias| is_asked(alias));
        if finding.aliases.is_empty() && is_refusal {
            finding.aliases.push("DL1000");
        }
    }
    found.retain(|finding| !finding.aliases.is_empty());
    keep_last_of_shellcheck(file, &mut found);
    found
}
