//! A script that prepares the container and then starts what CMD names: ENTRYPOINT of a program that is compiled.
//!
//! The bare image has next to none of the programs of the build image, so that the script is read whole. Each of its commands has
//! to be one that every image has, one that the build installs as a package, or the program itself.

use crate::ir::Command;
use crate::knowledge::debian::{Class, class};
use crate::shell::{Dialect, Invoked, RedirectionTarget, Script};
use crate::syntax::InstructionKind;

use super::program::{Program, is_in_every_image, is_searched_by_default};
use super::single_stage::SingleStage;
use super::{Refusal, application, deeds};

/// Whether the command runs a script, by its name.
pub fn is_script(command: &Command<'_>) -> bool {
    command.name().is_some_and(is_name_of_script)
}

/// Whether a file is called as scripts are.
pub fn is_name_of_script(name: &str) -> bool {
    [".sh", ".bash"].iter().any(|it| name.ends_with(it)) || name.contains("entrypoint")
}

/// Where the script lies in the image, that ENTRYPOINT runs before the program of CMD.
///
/// # Errors
/// Where it is not known, or calls what the smaller image may not have.
pub fn path(single: &SingleStage<'_>, command: &Command<'_>, program: &Program<'_>) -> Result<String, Refusal> {
    let word = command.words.first().and_then(|word| word.value).ok_or(Refusal::UnknownScript)?;
    let refused = || Refusal::Script(word.to_owned());
    let (path, text) = found(single, command, word).ok_or_else(refused)?;
    let first = text.lines().next().unwrap_or_default();
    let dialect = match first.strip_prefix("#!").map(str::trim) {
        Some("/bin/sh" | "/bin/sh -e" | "/usr/bin/env sh") => Dialect::Sh,
        Some("/bin/bash" | "/bin/bash -e" | "/usr/bin/env bash") if has_bash(single) => Dialect::Bash,
        _ => return Err(refused()),
    };
    let script = Script::of_text(text, dialect);
    let is_known = |invoked: &Invoked<'_>| calls_what_is_there(single, &script, invoked, program);
    match script.is_clean() && script.commands().iter().all(is_known) {
        true => Ok(path),
        false => Err(refused()),
    }
}

/// The path of the script in the image, and its text.
fn found<'b>(single: &SingleStage<'b>, command: &Command<'_>, word: &str) -> Option<(String, &'b str)> {
    let context = single.context?;
    let name = word.rsplit('/').next()?;
    let mut paths = context.entries().iter().map(|entry| entry.path.as_str());
    let mut named = paths.by_ref().filter(|path| path.rsplit('/').next() == Some(name));
    let (Some(source), None) = (named.next(), named.next()) else { return None };
    let text = context.text(source)?;
    if word.contains('/') {
        return single.build.path_of(command, word).map(|path| (path, text));
    }
    let copied = application::copied(single).ok()?;
    let is_found = |path: &&String| {
        path.rsplit_once('/').is_some_and(|(folder, last)| last == name && is_searched_by_default(folder))
    };
    let path = copied.iter().map(|copied| &copied.path).find(is_found)?.clone();
    Some((path, text))
}

/// Sees to it that the program is none that a command of the build has written as text: what such a script calls stays
/// behind.
///
/// # Errors
/// Where it is one.
pub fn check_written(single: &SingleStage<'_>, program: &Program<'_>) -> Result<(), Refusal> {
    let path = program.path(single)?;
    let is_program = |written: &String| match &path {
        Some(path) => path == written,
        None => written
            .rsplit_once('/')
            .is_some_and(|(folder, name)| name == program.word && is_searched_by_default(folder)),
    };
    match scripts_of_build(single).iter().any(is_program) {
        true => Err(Refusal::Script(program.word.to_owned())),
        false => Ok(()),
    }
}

/// Where the build has written texts, or put scripts of the context, absolute.
fn scripts_of_build(single: &SingleStage<'_>) -> Vec<String> {
    let mut scripts = Vec::new();
    for step in single.steps_of_build() {
        if let InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) = &step.instruction.kind
            && transfer.sources.iter().any(|source| source.text().starts_with("<<"))
        {
            scripts.extend(single.build.copied_to(step).map(|copied| copied.destination));
        }
        for command in single.commands.of_step(step) {
            scripts.extend(written_by(single, command));
            let moves = matches!(command.name(), Some("cp" | "install" | "mv"));
            let moved = if moves { moves_of(single, command) } else { Vec::new() };
            let is_script = |source: &str| {
                is_script_of_context(single, source)
                    || single.path_of(command, source).is_ok_and(|path| scripts.contains(&path))
            };
            let copies: Vec<String> =
                moved.into_iter().filter(|(source, _)| is_script(source)).map(|(_, copy)| copy).collect();
            scripts.extend(copies);
        }
    }
    scripts
}

/// The files into which a command writes what it says.
fn written_by(single: &SingleStage<'_>, command: &Command<'_>) -> Vec<String> {
    let redirections = command.invoked.iter().flat_map(|invoked| invoked.redirections);
    let targets = redirections.filter(|it| !it.operator.reads()).filter_map(|it| match &it.target {
        RedirectionTarget::Word(word) => word.literal(),
        _ => None,
    });
    let of_tee = command.arguments().iter().filter(|_| command.name() == Some("tee")).filter_map(|word| word.value);
    targets.chain(of_tee).filter_map(|word| single.path_of(command, word).ok()).collect()
}

fn moves_of<'c>(single: &SingleStage<'_>, command: &'c Command<'_>) -> Vec<(&'c str, String)> {
    deeds::moves(single, command).unwrap_or_default()
}

/// Whether a file of the context that a source may be starts as scripts do.
fn is_script_of_context(single: &SingleStage<'_>, source: &str) -> bool {
    let name = source.rsplit('/').next().unwrap_or(source);
    let has_name = |path: &str| path.rsplit('/').next() == Some(name);
    single.context.is_some_and(|context| context.texts(has_name).any(|(_, text)| text.starts_with("#!")))
}

/// Debian and Ubuntu have it.
fn has_bash(single: &SingleStage<'_>) -> bool {
    single.distribution.family != "alpine" || installs(single, "bash")
}

fn calls_what_is_there(
    single: &SingleStage<'_>,
    script: &Script,
    invoked: &Invoked<'_>,
    program: &Program<'_>,
) -> bool {
    // What another shell runs is not read.
    let is_there = |name: &str| {
        !matches!(name, "sh" | "bash") && is_in_every_image(name)
            || is_in_every_shell(name)
            || program.word.rsplit('/').next() == Some(name)
            || name != "bash" && installs(single, name)
    };
    let has_wrappers = invoked.wrappers().iter().all(|wrapper| is_there(wrapper.name));
    let Some(first) = invoked.words().first() else { return has_wrappers };
    let starts_arguments = matches!(script.slice(first.span), "\"$@\"" | "$@" | "\"$*\"");
    has_wrappers && (starts_arguments || invoked.name().is_some_and(is_there))
}

/// Whether the build installs the package of that name, which the new stage installs again.
fn installs(single: &SingleStage<'_>, name: &str) -> bool {
    let managers = single.build_commands().filter_map(|command| command.manager.as_ref());
    let mut installing = managers.filter(|it| it.manager.is_system() && it.installs());
    let is_for_building = class(name).is_some_and(|(class, _)| class == Class::Build);
    !is_for_building && installing.any(|it| it.packages().any(|package| package.name == name))
}

/// Whether every shell has a builtin of that name, or its image a program.
pub fn is_in_every_shell(name: &str) -> bool {
    IN_EVERY_SHELL.binary_search(&name).is_ok()
}

/// Builtins, and programs of coreutils and util-linux that Debian's smallest image and BusyBox have. Sorted. `find` and `trap`
/// are not among them: they run what their words say.
const IN_EVERY_SHELL: &[&str] = &[
    ":",
    "awk",
    "base64",
    "basename",
    "break",
    "cd",
    "chgrp",
    "chmod",
    "chown",
    "command",
    "continue",
    "cp",
    "cut",
    "date",
    "dirname",
    "export",
    "getopts",
    "hostname",
    "id",
    "ln",
    "local",
    "md5sum",
    "mkdir",
    "mktemp",
    "mv",
    "read",
    "readlink",
    "readonly",
    "realpath",
    "return",
    "rm",
    "rmdir",
    "seq",
    "set",
    "sha256sum",
    "shift",
    "sort",
    "tee",
    "touch",
    "type",
    "ulimit",
    "umask",
    "uname",
    "uniq",
    "unset",
    "wait",
    "whoami",
    "xargs",
];

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    fn with(script: &str, start: &str) -> Result<String, Refusal> {
        let text = format!(
            "FROM golang:1.22-bookworm\nRUN apt-get update && apt-get install -y gosu make\nWORKDIR /s\nCOPY . .\n\
             RUN go build -o /usr/local/bin/app .\n{start}\n"
        );
        let files = [("go.mod", "module a\n"), ("main.go", "package main\n"), ("docker-entrypoint.sh", script)];
        outcome(&text, Some(&files)).unwrap().map(|(after, _)| after)
    }

    const START: &str = "ENTRYPOINT [\"/s/docker-entrypoint.sh\"]\nCMD [\"app\", \"serve\"]";

    #[test]
    fn names_are_sorted_for_the_search() {
        assert!(IN_EVERY_SHELL.is_sorted());
    }

    #[test]
    fn a_script_that_every_image_can_run_comes_along() {
        for script in [
            "#!/bin/sh\nset -e\nif [ \"$1\" = app ]; then\n  app migrate\nfi\nexec \"$@\"\n",
            "#!/bin/bash\nchown -R \"$(id -u)\" /data\nexec gosu app \"$@\"\n",
        ] {
            let after = with(script, START).unwrap();
            assert!(after.contains("COPY --from=build /s/docker-entrypoint.sh /s/docker-entrypoint.sh\n"), "{after}");
            assert!(after.contains("COPY --from=build /usr/local/bin/app /usr/local/bin/app\n"), "{after}");
        }
    }

    #[test]
    fn a_script_that_needs_more_is_refused() {
        let refused = Err(Refusal::Script("/s/docker-entrypoint.sh".to_owned()));
        for script in [
            "#!/bin/sh\ncurl -f http://db\nexec \"$@\"\n",
            "#!/bin/sh\n. ./env\nexec \"$@\"\n",
            "#!/bin/sh\n$TOOL\nexec \"$@\"\n",
            "#!/bin/sh\nexec go run .\n",
            "#!/bin/sh\nmake migrate\nexec \"$@\"\n",
            "#!/usr/bin/env python3\nexec(1)\n",
            "#!/bin/sh\nif\n",
        ] {
            assert_eq!(with(script, START), refused, "{script}");
        }
        // Without CMD, the script says what the program is.
        assert_eq!(with("#!/bin/sh\nexec app\n", "ENTRYPOINT [\"/s/docker-entrypoint.sh\"]"), refused);
    }
}
