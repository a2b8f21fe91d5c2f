//! Which settings hold for a file: command line, the nearest `dfx.toml`, defaults.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::Settings;
use crate::config::{
    Catalogue, Choice, Config, FILE_NAMES, FailOn, HADOLINT_FILE_NAMES, Imported, Profile, Selection, Selector,
    import_hadolint,
};
use crate::rules::{self, Options};
use crate::source::SourceFile;

use super::failure::Failure;
use super::files::tell;
use super::read;

/// What marks the folder above which no configuration is looked for.
const REPOSITORY_FOLDERS: [&str; 4] = [".git", ".hg", ".jj", ".svn"];

/// Arguments that say which rules are on, and where the configuration lies.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct RuleArguments {
    /// Rules to start from
    #[arg(long, value_name = "NAME", value_parser = profile(), help_heading = "Rules")]
    profile: Option<Profile>,
    /// Nothing but these rules: names, groups, codes of other tools, beginnings of such codes, ALL
    #[arg(long, value_name = "CODES", value_delimiter = ',', help_heading = "Rules")]
    select: Option<Vec<String>>,
    /// These rules too
    #[arg(long, value_name = "CODES", value_delimiter = ',', help_heading = "Rules")]
    extend_select: Vec<String>,
    /// These rules not
    #[arg(long, value_name = "CODES", value_delimiter = ',', help_heading = "Rules")]
    ignore: Vec<String>,
    /// The configuration, in the place of the dfx.toml nearest to each file
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    config: Option<PathBuf>,
    /// Read no configuration
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    isolated: bool,
}

fn profile() -> impl TypedValueParser<Value = Profile> {
    PossibleValuesParser::new(Profile::ALL.map(Profile::name)).map(|name| Profile::from_name(&name).unwrap_or_default())
}

/// A parser of `--fail-on`.
pub fn fail_on() -> impl TypedValueParser<Value = FailOn> {
    PossibleValuesParser::new(FailOn::NAMES).map(|name| FailOn::from_name(&name).unwrap_or_default())
}

/// All rules there are.
pub fn catalogue() -> Catalogue {
    Catalogue::new(rules::all().map(|rule| rule.meta))
}

impl RuleArguments {
    /// What the command line asks for.
    pub fn choice(&self, catalogue: &Catalogue) -> Result<Choice, Failure> {
        let resolve = |option: &str, codes: &[String]| -> Result<Vec<Selector>, Failure> {
            let codes = codes.iter().map(|code| code.trim()).filter(|code| !code.is_empty());
            let resolve = |code| {
                let unknown = |unknown: crate::config::UnknownCode| {
                    Failure::new(format!("{unknown} in --{option}"), &unknown.help())
                };
                catalogue.resolve(code).map_err(unknown)
            };
            codes.map(resolve).collect()
        };
        Ok(Choice {
            profile: self.profile,
            select: self.select.as_deref().map(|codes| resolve("select", codes)).transpose()?,
            extend_select: resolve("extend-select", &self.extend_select)?,
            ignore: resolve("ignore", &self.ignore)?,
        })
    }
}

/// A configuration that was read.
#[derive(Debug)]
pub struct Configuration {
    /// The file.
    pub source: SourceFile,
    /// What it says.
    pub config: Config,
    /// The folder that its patterns are relative to, without symbolic links.
    folder: PathBuf,
}

impl Configuration {
    fn read(path: &Path, catalogue: &Catalogue) -> Result<Self, Failure> {
        let bytes = read::file(path).map_err(|error| Failure::at("read", path, &error))?;
        let source = SourceFile::new(shown(path), bytes);
        let config = Config::read(&source, catalogue)
            .map_err(|faults| Failure::Told(faults.iter().map(|fault| fault.render(&source)).collect()))?;
        Ok(Self { source, config, folder: real_folder(path) })
    }

    /// hadolint's configuration, read as if it were ours.
    fn read_hadolint(path: &Path, catalogue: &Catalogue) -> Result<Self, Failure> {
        let source = SourceFile::new(shown(path), read_hadolint(path, catalogue)?.toml);
        let config = Config::read(&source, catalogue)
            .map_err(|faults| Failure::Told(faults.iter().map(|fault| fault.render(&source)).collect()))?;
        tell(&format!(
            "note: settings are taken from {}; `dfx config import-hadolint` makes a dfx.toml of it\n",
            source.name()
        ));
        Ok(Self { source, config, folder: real_folder(path) })
    }

    /// The path of a file as this configuration's patterns see it; `None` for a file that lies elsewhere.
    fn relative(&self, file: &Path) -> Option<String> {
        relative_to(file, &self.folder)
    }

    /// Whether the file is left out.
    pub fn excludes(&self, file: &Path) -> bool {
        let excluded = || Some(self.config.excluded()?.match_file(&self.relative(file)?));
        excluded().unwrap_or_default()
    }
}

/// The settings under one configuration.
#[derive(Debug)]
pub struct Prepared {
    /// Settings without regard to single files.
    pub settings: Settings,
    /// From which severity on findings make the run fail.
    pub fail_on: FailOn,
    /// The configuration; `None` where there is none.
    pub configuration: Option<Configuration>,
}

impl Prepared {
    /// The settings for one file; `None` for one without a name.
    pub fn settings_for(&self, file: Option<&Path>) -> Cow<'_, Settings> {
        let file = file.unwrap_or(Path::new("Dockerfile"));
        let ignored: Vec<Selector> = match &self.configuration {
            Some(configuration) if !configuration.config.per_file_ignores.is_empty() => {
                let path = configuration.relative(file);
                path.iter().flat_map(|path| configuration.config.ignored_in(path)).cloned().collect()
            }
            _ => Vec::new(),
        };
        if ignored.is_empty() {
            return Cow::Borrowed(&self.settings);
        }
        let selection = self.settings.selection.with_ignored(ignored);
        Cow::Owned(Settings::new(selection, self.settings.options.clone()))
    }
}

/// Finds the settings for files, and reads each configuration once.
pub struct Configurations {
    catalogue: Catalogue,
    command_line: Choice,
    fail_on: Option<FailOn>,
    options: Options,
    /// Without a configuration, or with the one from the command line.
    fallback: Arc<Prepared>,
    is_fixed: bool,
    by_folder: HashMap<PathBuf, Arc<Prepared>>,
}

impl Configurations {
    /// Settings by the command line; `options` are those of a run without configuration.
    pub fn new(arguments: &RuleArguments, fail_on: Option<FailOn>, options: Options) -> Result<Self, Failure> {
        let catalogue = catalogue();
        let command_line = arguments.choice(&catalogue)?;
        let configuration =
            arguments.config.as_deref().map(|path| Configuration::read(path, &catalogue)).transpose()?;
        let fallback = Arc::new(prepare(configuration, &command_line, fail_on, &options));
        let is_fixed = arguments.isolated || arguments.config.is_some();
        Ok(Self { catalogue, command_line, fail_on, options, fallback, is_fixed, by_folder: HashMap::new() })
    }

    /// The settings for the files in a folder: by the nearest configuration, from there up to the repository's root.
    pub fn for_folder(&mut self, folder: &Path) -> Result<Arc<Prepared>, Failure> {
        if self.is_fixed {
            return Ok(Arc::clone(&self.fallback));
        }
        if let Some(known) = self.by_folder.get(folder) {
            return Ok(Arc::clone(known));
        }
        let real = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let mut found = Arc::clone(&self.fallback);
        // hadolint looks into its working folder; the nearest one upward is where that is for most users.
        let mut of_hadolint = None;
        for ancestor in real.ancestors() {
            if let Some(known) = self.by_folder.get(ancestor) {
                found = Arc::clone(known);
                break;
            }
            if let Some(path) = FILE_NAMES.iter().map(|name| ancestor.join(name)).find(|path| path.is_file()) {
                let configuration = Configuration::read(&path, &self.catalogue)?;
                found = Arc::new(prepare(Some(configuration), &self.command_line, self.fail_on, &self.options));
                self.by_folder.insert(ancestor.to_owned(), Arc::clone(&found));
                break;
            }
            let hadolint = HADOLINT_FILE_NAMES.iter().map(|name| ancestor.join(name)).find(|path| path.is_file());
            of_hadolint = of_hadolint.or_else(|| hadolint.map(|path| (ancestor.to_owned(), path)));
            if REPOSITORY_FOLDERS.iter().any(|name| ancestor.join(name).exists()) {
                break;
            }
        }
        if let Some((ancestor, path)) = of_hadolint.filter(|_| Arc::ptr_eq(&found, &self.fallback)) {
            let configuration = Configuration::read_hadolint(&path, &self.catalogue)?;
            found = Arc::new(prepare(Some(configuration), &self.command_line, self.fail_on, &self.options));
            self.by_folder.insert(ancestor, Arc::clone(&found));
        }
        self.by_folder.insert(real, Arc::clone(&found));
        self.by_folder.insert(folder.to_owned(), Arc::clone(&found));
        Ok(found)
    }

    /// All settings in use so far.
    pub fn in_use(&self) -> impl Iterator<Item = &Prepared> {
        self.by_folder.values().chain([&self.fallback]).map(Arc::as_ref)
    }
}

fn prepare(
    configuration: Option<Configuration>,
    command_line: &Choice,
    fail_on: Option<FailOn>,
    options: &Options,
) -> Prepared {
    let mut options = options.clone();
    let (mut choice, mut levels, mut configured) = (Choice::default(), Vec::new(), None);
    if let Some(Configuration { config, .. }) = &configuration {
        options.allowed_registries.clone_from(&config.allowed_registries);
        options.required_labels.clone_from(&config.required_labels);
        options.strict_labels = config.strict_labels;
        (choice, levels, configured) = (config.choice.clone(), config.levels.clone(), config.fail_on);
    }
    let selection = Selection::new(choice, command_line.clone(), levels);
    options.exactly_buildkit = selection.profile() == Some(Profile::Buildkit);
    let fail_on = fail_on.or(configured).unwrap_or_default();
    Prepared { settings: Settings::new(selection, options), fail_on, configuration }
}

/// hadolint's configuration in a file, in the words of a `dfx.toml`.
pub fn read_hadolint(path: &Path, catalogue: &Catalogue) -> Result<Imported, Failure> {
    let bytes = read::file(path).map_err(|error| Failure::at("read", path, &error))?;
    import_hadolint(&String::from_utf8_lossy(&bytes), catalogue)
        .map_err(|error| Failure::new(format!("{} is no configuration of hadolint: {error}", shown(path)), ""))
}

/// The folder of a file, without symbolic links.
pub fn real_folder(file: &Path) -> PathBuf {
    let folder = folder_of(file);
    std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())
}

/// The folder of a file as it was given; `.` for a bare name.
pub fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The path of `file` below `folder`, with slashes; `None` where it is not below.
pub fn relative_to(file: &Path, folder: &Path) -> Option<String> {
    let real = real_folder(file).join(file.file_name()?);
    let below = real.strip_prefix(folder).ok()?;
    let parts: Vec<Cow<'_, str>> = below.iter().map(|part| part.to_string_lossy()).collect();
    Some(parts.join("/"))
}

/// A path for people: relative to the working directory where it lies below.
fn shown(path: &Path) -> String {
    let below = std::env::current_dir().ok().and_then(|current| path.strip_prefix(current).map(Path::to_owned).ok());
    below.as_deref().unwrap_or(path).display().to_string()
}
