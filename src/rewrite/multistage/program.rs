//! What the container runs.

use crate::ir::{Command, DEFAULT_PATH, Step};
use crate::knowledge::images::{Configuration, Known, Presence};
use crate::knowledge::{List, debian};
use crate::syntax::{CommandForm, Healthcheck, InstructionKind, Keyword};

use super::deeds::Deeds;
use super::ecosystem::Product;
use super::runtime_base::RuntimeBase;
use super::single_stage::SingleStage;
use super::{Refusal, entry_script, start};

/// The command that the container starts with.
pub struct Program<'b> {
    pub command: &'b Command<'b>,
    /// The name or path as written.
    pub word: &'b str,
    /// The script that runs before it, absolute.
    pub script: Option<String>,
}

impl Program<'_> {
    /// The absolute path, where it is written as a path.
    ///
    /// # Errors
    /// Where it is only known when the build runs.
    pub fn path(&self, single: &SingleStage<'_>) -> Result<Option<String>, Refusal> {
        if self.word.contains('/') { single.path_of(self.command, self.word).map(Some) } else { Ok(None) }
    }
}

/// Finds the program that the container starts with.
///
/// # Errors
/// Where the container does not start with one program that could come out of a build.
pub fn find<'b>(single: &SingleStage<'b>) -> Result<Program<'b>, Refusal> {
    let process = single.process();
    let mut steps = process.steps();
    let step = steps.next().ok_or(Refusal::NoProgram)?;
    if process.entrypoint.is_none() && !starts_the_command(single.entrypoint_of_image()) {
        return Err(Refusal::InheritedEntrypoint);
    }
    // A script that lies in another stage is not looked for there.
    if let ([script], Some(cmd)) = (single.commands.of_step(step), steps.next())
        && single.runs_itself()
        && entry_script::is_script(script)
    {
        let program = of_step(single, cmd)?;
        return Ok(Program { script: Some(entry_script::path(single, script, &program)?), ..program });
    }
    of_step(single, step)
}

/// The one program that a CMD or ENTRYPOINT starts.
fn of_step<'b>(single: &SingleStage<'b>, step: &Step<'_>) -> Result<Program<'b>, Refusal> {
    let commands = single.commands.of_step(step);
    let program = match commands.iter().filter(|command| !prepares(command)).collect::<Vec<_>>().as_slice() {
        [command] => *command,
        [] => return Err(Refusal::NoProgram),
        _ => return Err(Refusal::SeveralCommands),
    };
    if commands.len() > 1 && commands.iter().any(|command| command.name() == Some("cd")) {
        return Err(Refusal::SeveralCommands);
    }
    let word = program.words.first().and_then(|word| word.value).ok_or(Refusal::UnknownScript)?;
    judge(program, word)?;
    Ok(Program { command: program, word, script: None })
}

/// Whether the image starts the command as it is: its own script, if any, prepares what only its own tools need.
fn starts_the_command(entrypoint: Known<List>) -> bool {
    // They fill `~/.m2` with settings, and add certificates where a variable asks for it.
    const PREPARING: &[&str] = &["/usr/local/bin/mvn-entrypoint.sh", "/__cacert_entrypoint.sh"];
    match entrypoint {
        Known::Nothing => true,
        Known::Is(words) => words.iter().all(|word| PREPARING.contains(&word)),
        Known::Unknown => false,
    }
}

/// Commands of a shell that change nothing but the shell.
pub fn prepares(command: &Command<'_>) -> bool {
    matches!(command.name(), Some("set" | "export" | "ulimit" | "umask" | "exec" | "cd" | "echo" | ":"))
}

fn judge(program: &Command<'_>, word: &str) -> Result<(), Refusal> {
    const WAITING: &[&str] = &["bash", "sh", "zsh", "ash", "dash", "sleep", "tail", "true", "cat", "top", "env"];
    const BUILDING: &[&str] = &["make", "cmake", "ninja", "air", "reflex", "realize", "gin", "fresh", "CompileDaemon"];
    let name = program.name().unwrap_or(word);
    let builds = program.manager.is_some() && program.assembly().is_none();
    if builds || BUILDING.contains(&name) {
        return Err(Refusal::BuildToolAtStart(name.to_owned()));
    }
    if WAITING.contains(&name) {
        return Err(Refusal::NotAProgram(name.to_owned()));
    }
    if entry_script::is_script(program) { Err(Refusal::Script(word.to_owned())) } else { Ok(()) }
}

/// Sees to it that all programs are there at run time that the health check, wrappers such as `tini` and, with an
/// interpreter, the commands at the start need: those of the build image are installed.
///
/// # Errors
/// The first that is not there.
pub fn bring_tools<'b>(
    single: &SingleStage<'b>,
    product: &Product,
    deeds: &mut Deeds<'b>,
    base: &RuntimeBase,
) -> Result<(), Refusal> {
    let is_called = |path: &String, name: &str| path.rsplit('/').next() == Some(name);
    let at_start = start::commands(single).filter(|_| base.is_of_interpreter).filter_map(Command::name);
    for name in called_tools(single)?.into_iter().chain(at_start) {
        let is_of_build = || product.artifacts.iter().chain(&deeds.brought).any(|path| is_called(path, name));
        if is_of_build() || is_there(single, deeds, base, name) {
            continue;
        }
        let release = single.build.debian_base(single.stage.index).map(|base| base.release);
        let is_package = release.is_some_and(|release| debian::package(release, name).is_some());
        if !is_package || single.configuration.has(name) != Presence::Present {
            return Err(Refusal::MissingTool(name.to_owned()));
        }
        deeds.add_packages(&[name]);
        deeds.called.push(name);
    }
    Ok(())
}

/// Whether the new image has a program of that name, as far as the tables tell.
pub fn is_there(single: &SingleStage<'_>, deeds: &Deeds<'_>, base: &RuntimeBase, name: &str) -> bool {
    let is_of_base = |image: &Configuration| image.has(name) == Presence::Present;
    // The packages of a language bring programs, which lie beside its interpreter.
    let may_be_of_language = base.is_of_interpreter && !deeds.left_out.contains(&name);
    (ALWAYS_THERE.contains(&name) && !base.is_bare)
        || (base.is_busybox() && BUSYBOX.contains(&name))
        || deeds.packages.iter().any(|package| package.split([':', '=']).next() == Some(name))
        || base.configuration.as_ref().is_some_and(is_of_base)
        || (may_be_of_language && (base.is_build_image || !is_of_base(&single.configuration)))
}

/// The names of the programs that the health check and wrappers call.
///
/// # Errors
/// Where one is only known when the container runs.
pub fn called_tools<'b>(single: &SingleStage<'b>) -> Result<Vec<&'b str>, Refusal> {
    let process = single.process();
    let wrappers = process.commands(single.commands).flat_map(|command| wrapper_names(command));
    let health = single.build.last_step_of(single.run.index, Keyword::Healthcheck);
    let checks = health.filter(|step| is_command(step)).map_or(&[][..], |step| single.commands.of_step(step));
    if checks.iter().any(|command| command.name().is_none()) {
        return Err(Refusal::UnknownScript);
    }
    let of_checks = checks.iter().filter_map(|command| command.name());
    Ok(wrappers.chain(of_checks).collect())
}

fn wrapper_names<'c>(command: &'c Command<'_>) -> Vec<&'c str> {
    let in_exec_form = command.wrapping.iter().filter_map(|word| word.value).filter(|word| !word.starts_with('-'));
    let in_shell = command.invoked.iter().flat_map(|invoked| invoked.wrappers()).map(|wrapper| wrapper.name);
    let names = in_exec_form.chain(in_shell).map(|word| word.rsplit('/').next().unwrap_or(word));
    names.filter(|name| !name.contains('=')).collect()
}

fn is_command(step: &Step<'_>) -> bool {
    matches!(
        &step.instruction.kind,
        InstructionKind::Healthcheck(Healthcheck::Cmd(CommandForm::Shell(_) | CommandForm::Exec { .. }))
    )
}

/// What every image with a shell has: builtins and coreutils.
const ALWAYS_THERE: &[&str] = &[
    "[", "cat", "echo", "env", "exec", "exit", "expr", "false", "grep", "head", "kill", "ls", "nice", "nohup",
    "printf", "sed", "sh", "sleep", "stat", "tail", "test", "timeout", "tr", "true", "wc",
];

/// Whether every image with a shell has a program of this name.
pub fn is_in_every_image(name: &str) -> bool {
    ALWAYS_THERE.contains(&name)
}

/// What BusyBox has beyond that.
const BUSYBOX: &[&str] = &["nc", "netstat", "pgrep", "pidof", "ps", "wget"];

/// Whether a shell looks for programs in that folder without being told.
pub fn is_searched_by_default(folder: &str) -> bool {
    DEFAULT_PATH.split(':').any(|searched| searched == folder)
}
