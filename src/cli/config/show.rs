//! `dfx config show`

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::settings::{self, Configuration, Configurations, Prepared};
use crate::cli::today::today;
use crate::config::{Choice, FailOn, Selector, label_format_name};
use crate::rules::{self, Options};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A Dockerfile, or a folder
    #[arg(default_value = ".")]
    path: PathBuf,
    #[command(flatten)]
    settings: settings::RuleArguments,
    /// The mildest severity that makes dfx exit with 1
    #[arg(long, value_name = "SEVERITY", value_parser = settings::fail_on())]
    fail_on: Option<FailOn>,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut configurations = Configurations::new(&arguments.settings, arguments.fail_on, Options::new(today(None)?))?;
    let folder = if arguments.path.is_dir() { arguments.path.as_path() } else { settings::folder_of(&arguments.path) };
    let prepared = configurations.for_folder(folder)?;
    let command_line = arguments.settings.choice(&settings::catalogue())?;
    crate::cli::print(&show(&prepared, &command_line, arguments.fail_on.is_some()))
}

/// The settings as a `dfx.toml`, with the origin of each behind it.
fn show(prepared: &Prepared, command_line: &Choice, has_fail_on: bool) -> String {
    let configuration = prepared.configuration.as_ref();
    let mut shown = Shown { configuration, text: String::new() };
    shown.text += &match configuration {
        Some(configuration) => format!("# From {}\n", configuration.source.name()),
        None => "# There is no dfx.toml\n".to_owned(),
    };
    let configured = configuration.map(|configuration| configuration.config.choice.clone()).unwrap_or_default();
    shown.rules(&configured, command_line);
    shown.setting("fail-on", &json!(prepared.fail_on.name()).to_string(), has_fail_on);
    if let Some(Configuration { config, .. }) = configuration {
        shown.setting("exclude", &list(&config.exclude), false);
    }
    let options = &prepared.settings.options;
    shown.setting("allowed-registries", &list(&options.allowed_registries), false);
    shown.setting("strict-labels", &options.strict_labels.to_string(), false);
    let labels = options.required_labels.iter();
    shown.table(
        "required-labels",
        labels.map(|(label, format)| (label.as_str(), json!(label_format_name(*format)).to_string())),
    );
    if let Some(Configuration { config, .. }) = configuration {
        let ignores = config.per_file_ignores.iter();
        shown.table("per-file-ignores", ignores.map(|entry| (entry.pattern.as_str(), list(&entry.ignored))));
        for (rule, level) in &config.levels {
            shown.text += &format!("\n[rules.{}]\nseverity = {}\n", json!(rule), json!(level.name()));
        }
    }
    let on = rules::all().filter(|rule| prepared.settings.selection.is_on(rule.meta)).count();
    shown.text += &format!("\n# {on} of {} rules are on\n", rules::all().count());
    shown.text
}

struct Shown<'c> {
    configuration: Option<&'c Configuration>,
    text: String,
}

impl Shown<'_> {
    fn rules(&mut self, configured: &Choice, command_line: &Choice) {
        let select = command_line.select.as_ref().or(match command_line.profile {
            Some(_) => None,
            None => configured.select.as_ref(),
        });
        match select {
            Some(select) => self.setting("select", &list(select), command_line.select.is_some()),
            None => {
                let profile = command_line.profile.or(configured.profile).unwrap_or_default();
                self.setting("profile", &json!(profile.name()).to_string(), command_line.profile.is_some());
            }
        }
        let extended = if command_line.select.is_some() { &[] } else { configured.extend_select.as_slice() };
        self.joined("extend-select", extended, &command_line.extend_select);
        self.joined("ignore", &configured.ignore, &command_line.ignore);
    }

    /// Codes from both places.
    fn joined(&mut self, key: &'static str, configured: &[Selector], command_line: &[Selector]) {
        let all: Vec<Selector> = configured.iter().chain(command_line).cloned().collect();
        let origin = match (configured.is_empty(), command_line.is_empty()) {
            (_, true) => self.origin(key),
            (true, false) => "command line".to_owned(),
            (false, false) => format!("{}, command line", self.origin(key)),
        };
        self.text += &format!("{key} = {}  # {origin}\n", list(&all));
    }

    fn setting(&mut self, key: &'static str, value: &str, is_from_command_line: bool) {
        let origin = if is_from_command_line { "command line".to_owned() } else { self.origin(key) };
        self.text += &format!("{key} = {value}  # {origin}\n");
    }

    fn table<'t>(&mut self, key: &'static str, entries: impl Iterator<Item = (&'t str, String)>) {
        let entries: Vec<String> = entries.map(|(name, value)| format!("{} = {value}\n", json!(name))).collect();
        if !entries.is_empty() {
            self.text += &format!("\n[{key}]  # {}\n{}", self.origin(key), entries.concat());
        }
    }

    /// Where the configuration sets a key.
    fn origin(&self, key: &'static str) -> String {
        let place = self.configuration.and_then(|configuration| {
            let span = configuration.config.places().get(key)?;
            Some(format!("{}:{}", configuration.source.name(), configuration.source.line_at(span.start)))
        });
        place.unwrap_or_else(|| "default".to_owned())
    }
}

/// Strings as TOML, whose basic strings are written as JSON's are.
fn list<T: ToString>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(|item| json!(item.to_string()).to_string()).collect();
    format!("[{}]", items.join(", "))
}
