//! The folders into which pip, uv, Poetry and Pipenv install.

use crate::ir::{Command, clean_path, lies_in};
use crate::knowledge::package_managers::Invocation;

use super::super::single_stage::SingleStage;
use super::super::{Assumption, Refusal};

/// Where the interpreter of the official image lies, with its packages.
const OF_INTERPRETER: &str = "/usr/local";

/// Where a project has its environment beside itself.
const IN_PROJECT: &str = ".venv";

/// The folders that the commands of the build install into, absolute.
///
/// # Errors
/// Where a folder is only known when the build runs.
pub fn folders(single: &SingleStage<'_>) -> Result<Vec<String>, Refusal> {
    let environments = single.build_commands().filter(|command| makes_environment(command));
    let mut folders =
        environments.map(|command| environment_of(single, command)).collect::<Result<Vec<String>, Refusal>>()?;
    let mut installed = Vec::new();
    for command in single.build_commands() {
        installed.extend(Installation { single, command, environments: &folders }.folder()?);
    }
    folders.extend(installed);
    Ok(folders)
}

/// Whether the command makes a virtual environment.
pub fn makes_environment(command: &Command<'_>) -> bool {
    let by_module = matches!(command.name(), Some(name) if name.starts_with("python"))
        && command
            .arguments()
            .windows(2)
            .any(|words| words[0].value == Some("-m") && matches!(words[1].value, Some("venv" | "virtualenv")));
    by_module
        || command.name() == Some("virtualenv")
        || command.manager.as_ref().is_some_and(|it| it.manager.name == "uv" && it.verb_name() == Some("venv"))
}

fn environment_of(single: &SingleStage<'_>, command: &Command<'_>) -> Result<String, Refusal> {
    let of_uv = command.manager.as_ref().filter(|it| it.manager.name == "uv");
    let is_folder = |word: &&str| !word.starts_with('-') && !matches!(*word, "venv" | "virtualenv");
    let mut words = command.arguments().iter().map(|word| word.value.unwrap_or(word.written));
    let last = words.rfind(is_folder);
    let folder = last.or(of_uv.map(|_| IN_PROJECT)).ok_or_else(|| Refusal::UnknownPath("venv".to_owned()))?;
    single.path_of(command, folder)
}

/// Whether the command is `python setup.py install` or the like.
pub fn installs_project(command: &Command<'_>) -> bool {
    let words: Vec<&str> = command.words.iter().filter_map(|word| word.value).collect();
    matches!(words.as_slice(), ["python" | "python3", "setup.py", "install" | "develop", ..])
}

/// uv takes another interpreter than that of the image where the project asks for it.
pub fn assumption(single: &SingleStage<'_>) -> Option<Assumption> {
    let takes_part = |command: &&Command<'_>| {
        command.manager.as_ref().is_some_and(|it| it.manager.name == "uv" && it.verb_name() != Some("pip install"))
    };
    let command = single.build_commands().find(takes_part)?;
    let is_set = |name: &str, values: &[&str]| {
        single.build.environment(command, name).is_some_and(|value| values.contains(&value.as_str()))
    };
    let is_bound = is_set("UV_PYTHON_DOWNLOADS", &["0", "never", "false"])
        || is_set("UV_NO_MANAGED_PYTHON", &["1", "true"])
        || is_set("UV_PYTHON_PREFERENCE", &["only-system"]);
    (!is_bound).then(|| Assumption::UsesInterpreterOf { tool: "uv", image: single.image_name_and_tag() })
}

/// One command that installs.
struct Installation<'i, 'b> {
    single: &'i SingleStage<'b>,
    command: &'b Command<'b>,
    environments: &'i [String],
}

impl Installation<'_, '_> {
    /// The folder that it installs into; none where it installs nothing.
    fn folder(&self) -> Result<Option<String>, Refusal> {
        let Some(invocation) = &self.command.manager else {
            return if installs_project(self.command) { self.of_interpreter().map(Some) } else { Ok(None) };
        };
        match (invocation.manager.name, invocation.verb_name()) {
            ("pip", Some("install")) => self.of_pip(invocation).map(Some),
            ("uv", Some("pip install" | "pip sync")) if self.is_told(invocation, "--system", "UV_SYSTEM_PYTHON") => {
                Ok(Some(OF_INTERPRETER.to_owned()))
            }
            ("uv", Some("pip install" | "pip sync")) => self.of_pip(invocation).map(Some),
            ("uv", Some("sync" | "add" | "run")) => {
                let folder = self.variable("UV_PROJECT_ENVIRONMENT");
                self.of_project(invocation, folder.as_deref().unwrap_or(IN_PROJECT)).map(Some)
            }
            ("uv", Some("tool install" | "python install")) => self.in_home(".local").map(Some),
            ("poetry", Some("install" | "add" | "sync")) => self.of_poetry(invocation).map(Some),
            ("pipenv", Some("install" | "sync")) => self.of_pipenv(invocation).map(Some),
            _ => Ok(None),
        }
    }

    fn of_pip(&self, invocation: &Invocation<'_>) -> Result<String, Refusal> {
        if let Some(flag) = invocation.flag("-t --target --prefix") {
            let folder = flag.value.and_then(|value| value.text).ok_or_else(|| unknown(&flag.name))?;
            return self.single.path_of(self.command, folder);
        }
        if invocation.has_flag("--root") {
            return Err(unknown("--root"));
        }
        if invocation.has_flag("--user") { self.in_home(".local") } else { self.of_interpreter() }
    }

    /// Where packages go by default: the active environment, else where the user may write.
    fn of_interpreter(&self) -> Result<String, Refusal> {
        if let Some(environment) = self.environment() {
            return Ok(environment.clone());
        }
        match self.single.build.home(self.command.step) {
            Some(_) => Ok(OF_INTERPRETER.to_owned()),
            None => self.in_home(".local"),
        }
    }

    /// The virtual environment that is active: the command's own path says it, or `PATH`, or `activate` before it.
    fn environment(&self) -> Option<&String> {
        let program = self.command.words.first().and_then(|word| self.single.path_of(self.command, word.value?).ok());
        let path = self.variable("PATH").unwrap_or_default();
        let is_active = |environment: &&String| {
            program.as_ref().is_some_and(|program| lies_in(program, environment))
                || path.split(':').any(|folder| clean_path(folder) == format!("{environment}/bin"))
                || self.variable("VIRTUAL_ENV").as_ref() == Some(environment)
        };
        let activates = |command: &&Command<'_>| matches!(command.name(), Some("." | "source"));
        let of_step = self.single.commands.of_step(self.command.step);
        let activated = || of_step.iter().find(activates).and_then(|_| self.environments.last());
        self.environments.iter().find(is_active).or_else(activated)
    }

    /// The environment of the project, seen from its folder.
    fn of_project(&self, invocation: &Invocation<'_>, environment: &str) -> Result<String, Refusal> {
        let directory = invocation.directory().and_then(|flag| flag.value?.text);
        match (environment, directory) {
            ("", _) => Err(unknown(IN_PROJECT)),
            (folder, Some(directory)) if !folder.starts_with('/') => {
                self.single.path_of(self.command, &format!("{directory}/{folder}"))
            }
            (folder, _) => self.single.path_of(self.command, folder),
        }
    }

    fn of_poetry(&self, invocation: &Invocation<'_>) -> Result<String, Refusal> {
        let setting = |name: &str| {
            let variable = self.variable(&format!("POETRY_{}", name.replace(['.', '-'], "_").to_uppercase()));
            variable.or_else(|| self.configured(name))
        };
        let is = |value: Option<String>, wanted: [&str; 2]| value.is_some_and(|it| wanted.contains(&it.as_str()));
        if is(setting("virtualenvs.create"), ["false", "0"]) {
            return Ok(self.environment().cloned().unwrap_or_else(|| OF_INTERPRETER.to_owned()));
        }
        if is(setting("virtualenvs.in-project"), ["true", "1"]) {
            return self.of_project(invocation, IN_PROJECT);
        }
        let of_cache = || self.variable("POETRY_CACHE_DIR").map(|cache| format!("{cache}/virtualenvs"));
        match setting("virtualenvs.path").or_else(of_cache) {
            Some(folder) => self.single.path_of(self.command, &folder),
            None => self.in_home(".cache/pypoetry/virtualenvs"),
        }
    }

    /// What `poetry config` has set.
    fn configured(&self, name: &str) -> Option<String> {
        let arguments = |command: &Command<'_>| {
            let words: Vec<&str> = command.arguments().iter().filter_map(|word| word.value).collect();
            let at = words.iter().position(|word| *word == name)?;
            words.get(at + 1).map(|value| (*value).to_owned())
        };
        let is_poetry = |command: &&Command<'_>| command.manager.as_ref().is_some_and(|it| it.manager.name == "poetry");
        self.single.build_commands().filter(is_poetry).find_map(arguments)
    }

    fn of_pipenv(&self, invocation: &Invocation<'_>) -> Result<String, Refusal> {
        if self.is_told(invocation, "--system", "PIPENV_SYSTEM") {
            return Ok(OF_INTERPRETER.to_owned());
        }
        match self.variable("PIPENV_VENV_IN_PROJECT") {
            Some(_) => self.of_project(invocation, IN_PROJECT),
            None => match self.variable("WORKON_HOME") {
                Some(folder) => self.single.path_of(self.command, &folder),
                None => self.in_home(".local/share/virtualenvs"),
            },
        }
    }

    fn in_home(&self, folder: &str) -> Result<String, Refusal> {
        let account = self.single.build.account(self.single.commands, self.command.step);
        let home = account.map(|account| account.home).ok_or_else(|| unknown(&format!("~/{folder}")))?;
        Ok(format!("{home}/{folder}"))
    }

    fn is_told(&self, invocation: &Invocation<'_>, flag: &str, variable: &str) -> bool {
        invocation.has_flag(flag)
            || self.variable(variable).is_some_and(|value| !matches!(value.as_str(), "0" | "false"))
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.single.build.environment(self.command, name)
    }
}

fn unknown(path: &str) -> Refusal {
    Refusal::UnknownPath(path.to_owned())
}
