//! From words to an [`Invocation`].

use std::sync::LazyLock;

use crate::knowledge::file_name;
use crate::knowledge::options::{Flag, OptionSyntax, is_option, read_option};

use super::all;
use super::invocation::{Invocation, takes};
use super::operand::{Operand, OperandKind};
use super::row::{Action, Launcher, PackageManager, Takes, Verb};

/// Recognises a command of a package manager.
///
/// `words` are the static values of the words of one simple command, wrappers such as `sudo` stripped; `None` is a
/// word whose value is not known before the build runs.
pub fn recognise<'w>(words: &[Option<&'w str>]) -> Option<Invocation<'w>> {
    let (manager, tool) = find_tool(words)?;
    let bare = bare_words(words, tool + 1, manager);
    let (row, verb) = find_verb(words, &bare, manager);
    let mut invocation = Invocation {
        manager,
        action: Action::Other,
        tool,
        verb,
        flags: Vec::new(),
        operands: Vec::new(),
        all_static: words.iter().all(Option::is_some),
        row,
    };
    read_rest(words, &mut invocation);
    invocation.action = action(words, &mut invocation);
    let installs = invocation.row.is_some_and(|row| row.action == Action::Install) || invocation.installs();
    if !installs {
        invocation.operands.iter_mut().filter(|operand| operand.kind != OperandKind::Unknown).for_each(as_argument);
    }
    Some(invocation)
}

/// The manager with this name or alias.
pub fn find(name: &str) -> Option<&'static PackageManager> {
    let first = *name.as_bytes().first()?;
    let called = |wanted: &&'static PackageManager| wanted.is_called(name);
    BY_FIRST_BYTE.get(usize::from(first))?.iter().copied().find(called)
}

/// The managers that have a name with this first byte: all commands are asked for theirs, and most are none.
static BY_FIRST_BYTE: LazyLock<Vec<Vec<&'static PackageManager>>> = LazyLock::new(|| {
    let mut managers = vec![Vec::new(); 128];
    for manager in all() {
        let names = std::iter::once(manager.name).chain(manager.aliases.iter().copied());
        let mut firsts: Vec<u8> = names.filter_map(|name| name.bytes().next()).collect();
        firsts.sort_unstable();
        firsts.dedup();
        for first in firsts {
            managers[usize::from(first)].push(*manager);
        }
    }
    managers
});

fn find_tool(words: &[Option<&str>]) -> Option<(&'static PackageManager, usize)> {
    let program = file_name((*words.first()?)?);
    if let Some(manager) = find(program) {
        return Some((manager, 0));
    }
    let (launcher, tool) = match program {
        "corepack" => (Launcher::Corepack, 1),
        "php" => (Launcher::Php, first_operand(words, &|name| ["-c", "-d", "-z"].contains(&name))?),
        _ if is_python(program) => (Launcher::PythonModule, python_module(words)?),
        _ => return None,
    };
    let name = (*words.get(tool)?)?;
    let name = if launcher == Launcher::Php { file_name(name).trim_end_matches(".phar") } else { name };
    find(name).filter(|manager| manager.launchers.contains(&launcher)).map(|manager| (manager, tool))
}

fn is_python(program: &str) -> bool {
    let version = program.strip_prefix("python").or_else(|| program.strip_prefix("pypy"));
    version.is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

/// The index of the first word that is neither an option nor an option's value.
fn first_operand(words: &[Option<&str>], takes_value: &dyn Fn(&str) -> bool) -> Option<usize> {
    let mut at = 1;
    while let Some(Some(word)) = words.get(at).copied() {
        if !is_option(word) {
            return Some(at);
        }
        at = read_option(words, at, OptionSyntax::Gnu, takes_value, &mut Vec::new());
    }
    None
}

/// The index of the word after `python ... -m`.
fn python_module(words: &[Option<&str>]) -> Option<usize> {
    let mut at = 1;
    while let Some(Some(word)) = words.get(at).copied().filter(|word| word.is_some_and(is_option)) {
        let mut flags = Vec::new();
        let takes_value = |name: &str| ["-m", "-c", "-W", "-X"].contains(&name);
        let next = read_option(words, at, OptionSyntax::Gnu, &takes_value, &mut flags);
        match flags.last() {
            Some(flag) if flag.name == "-m" => {
                return flag.value.filter(|value| value.word > at).map(|value| value.word);
            }
            Some(flag) if flag.name == "-c" => return None,
            _ if word.is_empty() => return None,
            _ => at = next,
        }
    }
    None
}

/// The first words that are no options, as many as the longest verb has.
fn bare_words(words: &[Option<&str>], from: usize, manager: &PackageManager) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = from;
    while at < words.len() && found.len() < LONGEST_VERB {
        match words.get(at).copied().flatten() {
            Some("--") => break,
            Some(word) if is_option(word) => {
                let takes_value = |name: &str| takes(manager, None, name).is_some();
                at = read_option(words, at, manager.syntax, &takes_value, &mut Vec::new());
            }
            // A word that is not known is most likely options here, as in `apt-get $OPTIONS install`.
            None => at += 1,
            Some(_) => {
                found.push(at);
                at += 1;
            }
        }
    }
    found
}

/// The longest verb of the table, in words.
pub(super) const LONGEST_VERB: usize = 3;

/// The verb that fits best, and the words that make it up.
fn find_verb(
    words: &[Option<&str>],
    bare: &[usize],
    manager: &'static PackageManager,
) -> (Option<&'static Verb>, Vec<usize>) {
    let text = |at: &usize| words.get(*at).copied().flatten().unwrap_or_default();
    let mut best: Option<(&Verb, usize)> = None;
    for row in manager.verbs {
        for spelling in row.spellings {
            if spelling.starts_with('-') {
                if let Some(at) =
                    words.iter().skip(1).position(|word| word.is_some_and(|word| has_letters(word, spelling)))
                {
                    return (Some(row), vec![at + 1]);
                }
                continue;
            }
            let (fits, length) = match *spelling {
                "" => (bare.is_empty() && !asks_for_help(words), 0),
                "*" => (!bare.is_empty(), 0),
                // Most spellings begin otherwise.
                _ if !bare.first().is_some_and(|at| spelling.starts_with(text(at))) => continue,
                _ => {
                    let length = spelling.split(' ').count();
                    (length <= bare.len() && spelling.split(' ').zip(bare).all(|(part, at)| part == text(at)), length)
                }
            };
            if fits && best.is_none_or(|(_, longest)| length > longest) {
                best = Some((row, length));
            }
        }
    }
    match best {
        Some((row, length)) => (Some(row), bare.iter().take(length).copied().collect()),
        // The tool knows a verb that the table does not.
        None => (None, bare.iter().take(1).copied().collect()),
    }
}

/// Whether the option `word` is that of `spelling`: `-Syu` has the letters of `-Su`; long names must be equal.
fn has_letters(word: &str, spelling: &str) -> bool {
    if spelling.starts_with("--") {
        return word == spelling;
    }
    word.starts_with('-') && !word.starts_with("--") && spelling.chars().skip(1).all(|letter| word.contains(letter))
}

fn asks_for_help(words: &[Option<&str>]) -> bool {
    words.iter().flatten().any(|word| ["--version", "-v", "-V", "--help", "-h"].contains(word))
}

/// Reads options and operands, knowing the verb.
fn read_rest<'w>(words: &[Option<&'w str>], invocation: &mut Invocation<'w>) {
    let manager = invocation.manager;
    let verb_end = invocation.verb.last().copied().unwrap_or(invocation.tool);
    let is_run = invocation.row.is_some_and(|row| row.action == Action::Run);
    let mut at = invocation.tool + 1;
    let mut only_operands = false;
    while at < words.len() {
        let word = words.get(at).copied().flatten();
        match word {
            _ if invocation.verb.contains(&at) => at += 1,
            Some("--") if !only_operands => {
                only_operands = true;
                at += 1;
            }
            Some(option) if is_option(option) && !only_operands => {
                let row = invocation.row.filter(|_| at > verb_end);
                let takes_value = |name: &str| takes(manager, row, name).is_some();
                let mut flags = Vec::new();
                at = read_option(words, at, manager.syntax, &takes_value, &mut flags);
                for flag in flags {
                    push_file(manager, row, &flag, &mut invocation.operands);
                    invocation.flags.push(flag);
                }
            }
            _ => {
                invocation.operands.push(manager.operand(at, word));
                // What follows the program of `uv run` is the program's.
                only_operands |= is_run;
                at += 1;
            }
        }
    }
    give_version(invocation);
}

/// An option whose value is something to install or to read gives an operand.
fn push_file<'w>(manager: &PackageManager, row: Option<&Verb>, flag: &Flag<'w>, operands: &mut Vec<Operand<'w>>) {
    let (Some(takes), Some(value)) = (takes(manager, row, &flag.name), flag.value) else { return };
    let kind = match takes {
        Takes::Requirements => OperandKind::Requirements,
        Takes::Constraints => OperandKind::Constraints,
        Takes::Project => match manager.operand(value.word, value.text).kind {
            OperandKind::Vcs => OperandKind::Vcs,
            OperandKind::Url => OperandKind::Url,
            _ => OperandKind::ProjectPath,
        },
        Takes::Value | Takes::Directory | Takes::Version => return,
    };
    let operand = Operand { kind, ..manager.operand(value.word, value.text) };
    let version = operand.version.filter(|_| kind == OperandKind::Vcs);
    let name = if kind == OperandKind::Vcs { operand.name } else { value.text.unwrap_or_default() };
    operands.push(Operand { name, version, ..operand });
}

/// `gem install rails -v 7` names the version in an option.
fn give_version(invocation: &mut Invocation<'_>) {
    let takes_version = |flag: &&Flag<'_>| invocation.takes(&flag.name) == Some(Takes::Version);
    let Some(value) = invocation.flags.iter().find(takes_version).and_then(|flag| flag.value) else { return };
    let text = value.text.unwrap_or_default();
    for operand in &mut invocation.operands {
        if operand.kind == OperandKind::Named && operand.version.is_none() {
            operand.version = Some(super::operand::Version { operator: "", text });
        }
    }
}

fn as_argument(operand: &mut Operand<'_>) {
    operand.kind = OperandKind::Argument;
    operand.name = operand.text.unwrap_or_default();
    operand.version = None;
}

fn action(words: &[Option<&str>], invocation: &mut Invocation<'_>) -> Action {
    let Some(row) = invocation.row else { return Action::Other };
    if invocation.manager.several_verbs {
        return joint_action(words, invocation, row.action);
    }
    if let Some((_, action)) = row.when.iter().find(|(names, _)| invocation.has_flag(names)) {
        return *action;
    }
    if row.action != Action::Install {
        return row.action;
    }
    use OperandKind::{Constraints, ProjectPath, Requirements};
    let names_package =
        invocation.operands.iter().any(|operand| !matches!(operand.kind, ProjectPath | Requirements | Constraints));
    let reads_project = invocation.operands.iter().any(|operand| operand.kind.is_local());
    match row.on_project {
        _ if names_package => Action::Install,
        Some(action) => action,
        None if reads_project => Action::InstallProject,
        None => Action::Install,
    }
}

/// The action of several verbs: one that builds makes it a build; else it is what all agree on.
fn joint_action(words: &[Option<&str>], invocation: &mut Invocation<'_>, first: Action) -> Action {
    let manager = invocation.manager;
    let mut actions = vec![first];
    let operands = std::mem::take(&mut invocation.operands);
    for operand in operands {
        let (row, verb) = find_verb(words, &[operand.word], manager);
        let action = operand.text.and(row).map_or(Action::Other, |row| row.action);
        actions.push(action);
        if operand.text.is_some() && !verb.is_empty() {
            invocation.verb.push(operand.word);
        } else {
            invocation.operands.push(operand);
        }
    }
    if actions.contains(&Action::Build) {
        Action::Build
    } else if actions.iter().all(|action| *action == first) {
        first
    } else {
        Action::Other
    }
}
