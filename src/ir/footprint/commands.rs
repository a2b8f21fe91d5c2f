//! Where the commands of a RUN work, of those few of which it is known.

use crate::ir::{Build, Command, Commands, Step, is_absolute};
use crate::knowledge::package_managers::{Action, Invocation, OperandKind};
use crate::shell::{CommandKind, RedirectionTarget, Script};

use super::Trees;

impl Build<'_> {
    /// Where a RUN works; `None` where that may be anywhere.
    pub(super) fn trees_of_run(&self, commands: &Commands<'_>, step: &Step<'_>) -> Option<Trees> {
        let of_step = commands.of_step(step);
        let is_known = !of_step.is_empty() && self.scripts(step).iter().all(is_plain);
        if is_known { self.trees_of_commands(step, of_step.iter()) } else { None }
    }

    /// Where these commands of a RUN work.
    pub(super) fn trees_of_commands<'c, 's: 'c>(
        &self,
        step: &Step<'_>,
        commands: impl Iterator<Item = &'c Command<'s>>,
    ) -> Option<Trees> {
        let mut paths = Vec::new();
        for mount in step.mounts() {
            paths.push(mount.target.filter(|target| mount.kind == "cache" && is_absolute(target))?);
        }
        for command in commands {
            paths.extend(self.trees_of_command(command)?);
        }
        // The folders that an image itself puts there are those of its system and of its language.
        match self.variable_of_file(step, "PATH") {
            // Programs may be found anywhere.
            Some(path) if path.is_empty() => return None,
            Some(path) => paths.extend(path.split(':').filter(|folder| is_absolute(folder)).map(str::to_owned)),
            None => {}
        }
        Some(Trees::new(paths))
    }

    fn trees_of_command(&self, command: &Command<'_>) -> Option<Vec<String>> {
        let assignments = command.invoked.as_ref().map_or(&[][..], |invoked| invoked.assignments());
        let names_no_path = assignments
            .iter()
            .flat_map(|assignment| &assignment.value)
            .all(|word| word.literal().is_some_and(|value| !value.contains('/')));
        if !names_no_path || !writes_no_file(command) || has_substitution(command) {
            return None;
        }
        if let Some(invocation) = &command.manager {
            return installs_by_name(command, invocation)
                .then(|| SYSTEM.iter().map(|path| (*path).to_owned()).collect());
        }
        match command.name()? {
            ":" | "echo" | "printf" | "set" | "true" => Some(Vec::new()),
            "mkdir" | "rm" | "rmdir" | "touch" => self.operands(command, 0),
            "chmod" => self.operands(command, 1),
            "chown" | "chgrp" => self.operands(command, 1).map(|paths| with(paths, &["/etc"])),
            "addgroup" | "adduser" | "groupadd" | "useradd" | "usermod" => {
                let is_path = |word: &&str| word.contains('/');
                let words = command.patterns().into_iter().skip(1).collect::<Option<Vec<&str>>>()?;
                let paths = words.into_iter().filter(is_path).map(str::to_owned).collect();
                Some(with(paths, &["/etc", "/home", "/root", "/run", "/var"]))
            }
            _ => None,
        }
    }

    /// The absolute paths of the words that are no options, but for the first `skipped`; of a pattern the folder above it.
    fn operands(&self, command: &Command<'_>, skipped: usize) -> Option<Vec<String>> {
        let words = command.patterns().into_iter().skip(1).collect::<Option<Vec<&str>>>()?;
        let operands = words.into_iter().filter(|word| !word.starts_with('-')).skip(skipped);
        let fixed = |word: &str| match word.find(['*', '?', '[']) {
            Some(at) => word[..at].rfind('/').map_or(String::new(), |slash| word[..=slash].to_owned()),
            None => word.to_owned(),
        };
        operands.map(|word| self.path_of(command, &fixed(word))).collect()
    }
}

/// Where the packages of a distribution put their files, and where their scripts look.
///
/// Of `/usr/src` they use folders of their own (`linux-headers-...`), and so do applications, whose usual place in
/// Docker's images is `/usr/src/app`.
const SYSTEM: &[&str] = &[
    "/boot",
    "/dev",
    "/etc",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sys",
    "/tmp",
    "/usr/bin",
    "/usr/games",
    "/usr/include",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/local",
    "/usr/sbin",
    "/usr/share",
    "/var",
];

fn with(mut paths: Vec<String>, more: &[&str]) -> Vec<String> {
    paths.extend(more.iter().map(|path| (*path).to_owned()));
    paths
}

/// Whether the script is nothing but simple commands.
fn is_plain(script: &Script) -> bool {
    let mut commands = script.body.items.iter().flat_map(|item| item.chain.pipelines()).flat_map(|it| &it.commands);
    script.is_clean() && commands.all(|command| matches!(command.kind, CommandKind::Simple(_)))
}

/// Whether the output of another command is among its words.
fn has_substitution(command: &Command<'_>) -> bool {
    let text = command.invoked.as_ref().map_or("", |invoked| invoked.script.slice(invoked.simple.span));
    ["$(", "`", "<(", ">("].iter().any(|substitution| text.contains(substitution))
}

/// Whether its output goes nowhere but to the log.
fn writes_no_file(command: &Command<'_>) -> bool {
    let redirections = command.invoked.as_ref().map_or(&[][..], |invoked| invoked.redirections);
    redirections.iter().all(|redirection| match &redirection.target {
        RedirectionTarget::Word(word) => word.literal().is_some_and(|target| matches!(target, "/dev/null" | "1" | "2")),
        RedirectionTarget::Heredoc { .. } => false,
    })
}

/// Whether a distribution's package manager is asked for packages by their names, and for nothing that lies in a file.
fn installs_by_name(command: &Command<'_>, invocation: &Invocation<'_>) -> bool {
    let is_known = matches!(
        invocation.action,
        Action::Install | Action::UpdateLists | Action::Upgrade | Action::Remove | Action::Clean
    );
    let names_file = |word: &str| word.contains('/') && !word.contains("https://") && !word.contains("http://");
    let names_package = |kind: OperandKind| matches!(kind, OperandKind::Named | OperandKind::Argument);
    invocation.manager.is_system()
        && is_known
        && invocation.all_static
        && invocation.operands.iter().all(|operand| names_package(operand.kind) && operand.name != ".")
        && command.arguments().iter().all(|word| word.value.is_some_and(|value| !names_file(value)))
}
