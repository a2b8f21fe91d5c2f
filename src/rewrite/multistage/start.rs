//! What the container of an interpreted program starts with.
//!
//! All of its files are copied, so that it may start with several commands, by way of a package manager, or with a
//! script. It may not build: the tools are gone.

use crate::ir::{Command, lies_in};
use crate::knowledge::images::Configuration;
use crate::knowledge::package_managers::{Action, Invocation};

use super::deeds::Deeds;
use super::ecosystem::Product;
use super::program::{Program, prepares};
use super::runtime_base::RuntimeBase;
use super::single_stage::SingleStage;
use super::{Assumption, Refusal};

/// Finds the program that the container starts with: the last of its commands.
///
/// # Errors
/// Where the container starts with nothing, with something that waits, or with something that builds.
pub fn find<'b>(single: &SingleStage<'b>) -> Result<Program<'b>, Refusal> {
    let mut program = None;
    for command in commands(single) {
        let word = command.words.first().and_then(|word| word.value).ok_or(Refusal::UnknownScript)?;
        judge(command, word, has_more_arguments(single))?;
        program = Some(Program { command, word, script: None });
    }
    program.ok_or(Refusal::NoProgram)
}

/// Whether the container of an interpreted program starts with something that a smaller image could run.
///
/// # Errors
/// As [`find`].
pub fn check(single: &SingleStage<'_>) -> Result<(), Refusal> {
    if single.build.starts_server_of_image(single.stage.index) { Ok(()) } else { find(single).map(drop) }
}

/// Whether the smaller image starts the same server, where the file leaves that to its image.
///
/// # Errors
/// Where it does not.
pub fn check_server(single: &SingleStage<'_>, base: &RuntimeBase) -> Result<(), Refusal> {
    let of_image = |image: &Configuration| (image.entrypoint, image.cmd);
    let is_same = base.configuration.as_ref().map(of_image) == Some(of_image(&single.configuration));
    match is_same || !single.build.starts_server_of_image(single.stage.index) {
        true => Ok(()),
        false => Err(Refusal::NoProgram),
    }
}

/// Those of the programs that nothing at the start calls; none where a script could.
pub fn unused(single: &SingleStage<'_>, programs: &[&'static str]) -> Vec<&'static str> {
    let has_script = commands(single).any(|command| script_of(command).is_some());
    let calls = |program: &str| commands(single).any(|command| command.name() == Some(program));
    programs.iter().copied().filter(|program| !has_script && !calls(program)).collect()
}

/// What has to be true of the scripts of the shell that the container starts with: their text is not known, or it names
/// something that installs, builds or downloads.
pub fn scripts(single: &SingleStage<'_>) -> Vec<Assumption> {
    commands(single).filter_map(script_of).filter_map(|script| of_script(single, script)).collect()
}

/// A source that starts other programs, by the words with which its language does; none where the context is not known. Tests
/// and what the image is built with do not run in the container.
pub fn starting_source(single: &SingleStage<'_>, ending: &str, words: &[&str]) -> Option<Assumption> {
    const ASIDE: &[&str] = &["docs", "scripts", "spec", "test", "tests", "tools"];
    let is_source = |path: &str| {
        let mut folders = path.split('/').rev().skip(1);
        path.ends_with(ending) && path != "setup.py" && !folders.any(|folder| ASIDE.contains(&folder))
    };
    let mut sources = single.context?.texts(is_source);
    let starting = sources.find(|(_, text)| words.iter().any(|word| text.contains(word)));
    starting.map(|(path, _)| Assumption::StartsNoProgram(path.to_owned()))
}

fn of_script(single: &SingleStage<'_>, script: &str) -> Option<Assumption> {
    /// Words of a command that builds.
    const BUILDING: &[&str] = &["apk", "apt", "apt-get", "build", "ci", "install"];
    /// Programs that a smaller image may lack.
    const LACKING: &[&str] = &[
        "c++", "cc", "cmake", "curl", "g++", "gcc", "git", "hg", "make", "mvn", "nc", "ping", "ps", "ssh", "svn",
        "unzip", "wget",
    ];
    let is_part_of_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '_' | '.');
    let unknown = || Some(Assumption::ScriptInstallsNothing(script.to_owned()));
    let Some(text) = text_of_script(single, script) else { return unknown() };
    let names = |wanted: &[&'static str]| {
        let words = text.split(|c| !is_part_of_word(c)).collect::<Vec<_>>();
        wanted.iter().copied().find(|name| words.contains(name))
    };
    match (names(BUILDING), names(LACKING)) {
        (Some(_), _) => unknown(),
        (None, Some(program)) => Some(Assumption::ScriptCalls { script: script.to_owned(), program }),
        (None, None) => None,
    }
}

/// The text of the script, if there is one file of that name in the build context.
fn text_of_script<'b>(single: &SingleStage<'b>, script: &str) -> Option<&'b str> {
    let name = script.rsplit('/').next().unwrap_or(script);
    let context = single.context?;
    let mut paths = context.entries().iter().map(|entry| entry.path.as_str());
    let mut named = paths.by_ref().filter(|path| path.rsplit('/').next() == Some(name));
    let (Some(path), None) = (named.next(), named.next()) else { return None };
    context.text(path)
}

/// Whether the programs that are named by their paths, and the files that are handed to interpreters, are copied.
///
/// # Errors
/// The first that is not: it may come from a volume.
pub fn check_files(single: &SingleStage<'_>, product: &Product, deeds: &Deeds<'_>) -> Result<(), Refusal> {
    const OF_DISTRIBUTION: &[&str] = &["/bin", "/sbin", "/usr/bin", "/usr/sbin"];
    for command in commands(single) {
        for (place, word) in command.words.iter().filter_map(|word| word.value).enumerate() {
            let is_program = place == 0 && word.contains('/');
            let is_file = place > 0 && is_program_text(word);
            if !(is_program || is_file) || word.contains(['$', '*', '=', ':']) {
                continue;
            }
            let path = single.path_of(command, word)?;
            let holds = |folder: &str| lies_in(&path, folder);
            let is_copied = product.artifacts.iter().chain(&deeds.brought).any(|artifact| holds(artifact));
            let is_copied = is_copied || single.is_copied_late(&path);
            if !is_copied && !OF_DISTRIBUTION.iter().any(|folder| holds(folder)) {
                return Err(Refusal::NotBuilt(word.to_owned()));
            }
        }
    }
    Ok(())
}

/// Whether the word names the text of a program.
pub fn is_program_text(word: &str) -> bool {
    const ENDINGS: &[&str] = &[".cjs", ".exs", ".js", ".mjs", ".php", ".py", ".rb", ".sh"];
    ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// The commands of ENTRYPOINT and CMD that do more than prepare the shell.
pub fn commands<'b>(single: &SingleStage<'b>) -> impl Iterator<Item = &'b Command<'b>> {
    let process = single.process();
    let entrypoint = process.entrypoint.map_or(&[][..], |step| single.commands.of_step(step));
    // Behind a program, CMD holds its arguments; behind a script, most often what the script starts in the end.
    let is_command = entrypoint.iter().all(|command| script_of(command).is_some() || command.words.is_empty());
    let cmd = process.cmd.filter(|_| is_command).map_or(&[][..], |step| single.commands.of_step(step));
    entrypoint.iter().chain(cmd).filter(|command| !prepares(command))
}

/// Whether the program of ENTRYPOINT gets arguments by CMD.
fn has_more_arguments(single: &SingleStage<'_>) -> bool {
    let process = single.process();
    process.entrypoint.is_some() && process.cmd.is_some()
}

/// The script that a command runs, itself or with a shell.
fn script_of<'b>(command: &'b Command<'b>) -> Option<&'b str> {
    let name = command.name()?;
    let is_script = |word: &str| word.ends_with(".sh") || word.ends_with(".bash") || word.contains("entrypoint");
    if SHELLS.contains(&name) {
        return command.first_operand().and_then(|word| word.value);
    }
    command.words.first().and_then(|word| word.value).filter(|word| is_script(word))
}

const SHELLS: &[&str] = &["ash", "bash", "dash", "sh"];

/// Programs that only wait, or talk with somebody at a terminal.
const WAITING: &[&str] = &["cat", "env", "irb", "ipython", "sleep", "tail", "top", "true", "zsh"];

/// The word of a command that names a program or a script for those who work on a project.
pub fn developing<'w>(words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    const CALLING_SCRIPTS: &[&str] = &["gatsby", "nest", "next", "npm", "nuxt", "pnpm", "run", "yarn"];
    let mut before = "";
    words.into_iter().find(|word| {
        let is_called = CALLING_SCRIPTS.contains(&std::mem::replace(&mut before, word));
        DEVELOPING.contains(word) || (is_called && SCRIPTS_OF_DEVELOPMENT.contains(word))
    })
}

/// Programs that build or watch the sources while somebody works on them.
const DEVELOPING: &[&str] = &[
    "babel-node",
    "grunt",
    "gulp",
    "jest",
    "make",
    "mocha",
    "ng",
    "nodemon",
    "pytest",
    "react-scripts",
    "rspec",
    "tox",
    "ts-node",
    "ts-node-dev",
    "tsc",
    "tsx",
    "vite",
    "vue-cli-service",
    "webpack",
    "webpack-dev-server",
];

/// Scripts of a project that serve those who work on it.
const SCRIPTS_OF_DEVELOPMENT: &[&str] =
    &["build", "dev", "develop", "lint", "serve", "start:debug", "start:dev", "storybook", "test", "watch"];

fn judge(command: &Command<'_>, word: &str, has_more_arguments: bool) -> Result<(), Refusal> {
    let name = command.name().unwrap_or(word);
    let develops = || Refusal::BuildToolAtStart(name.to_owned());
    if let Some(invocation) = &command.manager {
        return if starts(command, invocation) { Ok(()) } else { Err(develops()) };
    }
    if DEVELOPING.contains(&name) || watches_sources(command, name) {
        return Err(develops());
    }
    let is_interpreter = SHELLS.contains(&name) || matches!(name, "node" | "php" | "python" | "python3" | "ruby");
    let is_idle = is_interpreter && command.arguments().is_empty() && !has_more_arguments;
    if is_idle || WAITING.contains(&name) { Err(Refusal::NotAProgram(name.to_owned())) } else { Ok(()) }
}

/// Whether a server is told to start anew whenever a source changes, as those wish who work on it.
fn watches_sources(command: &Command<'_>, name: &str) -> bool {
    const WATCHING: &[(&str, &str)] = &[
        ("fastapi", "dev"),
        ("flask", "--debug"),
        ("flask", "--reload"),
        ("gunicorn", "--reload"),
        ("hypercorn", "--reload"),
        ("uvicorn", "--reload"),
    ];
    WATCHING.iter().any(|(program, word)| *program == name && command.has_argument(word))
}

/// Whether the command of a package manager starts what is installed, and neither installs nor builds.
fn starts(command: &Command<'_>, invocation: &Invocation<'_>) -> bool {
    let develops = developing(command.words.iter().filter_map(|word| word.value)).is_some();
    let runs_a_script = matches!(invocation.verb_name(), Some("run" | "*")) || invocation.action == Action::Run;
    // `mix` compiles before it runs.
    let builds = invocation.manager.is_system() || invocation.manager.name == "mix";
    runs_a_script && !develops && !builds
}
