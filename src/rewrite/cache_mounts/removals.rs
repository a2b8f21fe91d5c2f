//! Removals whose words are not read to the end, and which may still reach a mount.
//!
//! A mount point cannot be removed: `rm` ends with "Device or resource busy", and the RUN fails. What names the cache in
//! plain words is taken out of the RUN; everything else must surely lie elsewhere.

use crate::ir::{Build, Command, Commands, MountedCache, Step};
use crate::knowledge::package_managers::{in_home, removed_of};

/// The command of a step that may empty one of the mounts in words that nobody takes out. `names` are the mounts by all
/// names that their directories have: a removal by another name than that of the mount is left where it stands.
pub(super) fn by_other_words<'b>(
    build: &'b Build<'b>,
    commands: &'b Commands<'b>,
    step: &Step<'_>,
    caches: &[MountedCache],
    names: &[MountedCache],
) -> Option<&'b Command<'b>> {
    let is_other_name = |name: &&MountedCache| caches.iter().all(|cache| cache.directory != name.directory);
    let removes = |command: &Command<'_>, name: &MountedCache| {
        let home = name.account.as_ref().map_or("/root", |account| &account.home);
        !removed_of(&command.patterns_in_home(), &name.directory, home).is_empty()
    };
    commands.of_step(step).iter().find(|command| {
        names.iter().any(|name| may_remove(build, command, name))
            || names.iter().filter(is_other_name).any(|name| removes(command, name))
    })
}

/// Whether the command may remove something in the mount or around it, in words that nobody takes out.
fn may_remove(build: &Build<'_>, command: &Command<'_>, mounted: &MountedCache) -> bool {
    if !removes_all_it_names(command) {
        return false;
    }
    let home = mounted.account.as_ref().map_or("/root", |account| &account.home);
    let words = command.patterns_in_home();
    let is_taken_out: Vec<usize> = removed_of(&words, &mounted.directory, home).into_iter().map(|(at, _)| at).collect();
    command.removal_operands().filter(|(at, _)| !is_taken_out.contains(at)).any(|(_, word)| {
        let written = word.value.map_or_else(|| word.without_quotes(), str::to_owned);
        let candidates = match leading_variable(&written) {
            Some(("HOME", _)) => vec![home.to_owned()],
            Some((name, _)) => {
                values_in_script(command, name).into_iter().chain(build.environment(command, name)).collect()
            }
            None => Vec::new(),
        };
        let below = leading_variable(&written).map_or("", |(_, below)| below);
        let is_reached = |path: &str| reaches(build, command, &in_home(path, home), &mounted.directory);
        // `$(gem env gemdir)/cache`
        let is_told = |manager: &str| written.starts_with(['$', '`']) && written.contains(&format!("{manager} "));
        candidates.iter().any(|value| !value.is_empty() && is_reached(&format!("{value}{below}")))
            || is_told(mounted.manager.name)
            || mounted.manager.name == "bundle" && is_told("gem")
            || !written.starts_with(['$', '`']) && is_reached(&written)
    })
}

/// Whether the command removes whatever its operands name. `find` with a test, such as `-name`, takes some files out of
/// folders that stay.
fn removes_all_it_names(command: &Command<'_>) -> bool {
    const NO_TESTS: &[&str] = &["-delete", "-depth", "-exec", "-maxdepth", "-mindepth", "-rf", "-type"];
    match command.name() {
        Some("rm" | "rmdir" | "unlink") => true,
        Some("find") => {
            let mut options = command.arguments().iter().filter(|word| word.written.starts_with('-'));
            command.words.iter().any(|word| matches!(word.value, Some("-delete" | "rm")))
                && options.all(|word| NO_TESTS.contains(&word.written))
        }
        _ => false,
    }
}

/// Whether a path may lie in the directory or around it, whatever its wildcards and expansions come to.
fn reaches(build: &Build<'_>, command: &Command<'_>, path: &str, directory: &str) -> bool {
    let absolute = if path.starts_with('/') { Some(path.to_owned()) } else { build.path_of(command, path) };
    let Some(path) = absolute else {
        let first = path.split('/').next().unwrap_or_default();
        return matches!(first, "." | "..") || directory.split('/').any(|part| may_be(first, part));
    };
    let mut parts = path.trim_end_matches('/').split('/').zip(directory.split('/'));
    // What an expansion or braces stand for may hold slashes.
    let is_open = |part: &str| part.contains(['$', '`', '{']);
    let up_to_open = parts.try_for_each(|(part, of_directory)| match may_be(part, of_directory) {
        true if is_open(part) => Err(true),
        true => Ok(()),
        false => Err(false),
    });
    up_to_open.err().unwrap_or(true)
}

/// Whether a part of a path, with what it has of wildcards and expansions, may come to this name.
fn may_be(part: &str, name: &str) -> bool {
    const OPEN: [char; 6] = ['*', '?', '[', '{', '$', '`'];
    match (part.find(OPEN), part.rfind(['*', '?', ']', '}'])) {
        (None, _) => part == name,
        // An expansion without braces ends nobody knows where.
        (Some(start), Some(end)) if start <= end && !part.contains(['$', '`']) => {
            name.starts_with(&part[..start]) && name.ends_with(&part[end + 1..])
        }
        (Some(start), _) => name.starts_with(&part[..start]),
    }
}

/// The name of the variable with which the word begins, and what stands behind it: of `${X:-/a}/b` that is `/b`.
fn leading_variable(word: &str) -> Option<(&str, &str)> {
    let rest = word.strip_prefix('$')?;
    let (inside, behind) = match rest.strip_prefix('{') {
        Some(rest) => rest.split_once('}')?,
        None => (rest, ""),
    };
    let end = inside.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(inside.len());
    let (name, after) = inside.split_at_checked(end)?;
    Some((name, if rest.starts_with('{') { behind } else { after }))
}

/// The words that the script gives to a variable, by `NAME=word` or `for NAME in words`, as they stand.
fn values_in_script(command: &Command<'_>, name: &str) -> Vec<String> {
    let Some(invoked) = &command.invoked else { return Vec::new() };
    let goes_on = |word: &&&str| !matches!(**word, "do" | ";");
    let words: Vec<&str> = invoked.script.source.text().split_whitespace().collect();
    let mut values = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let assigned = word.strip_prefix(name).and_then(|rest| rest.strip_prefix('='));
        values.extend(assigned);
        if *word == "for" && words.get(at + 1) == Some(&name) {
            values.extend(words.iter().skip(at + 3).take_while(goes_on));
        }
    }
    let values = values.iter().map(|value| value.trim_end_matches(';').replace(['"', '\''], ""));
    // `$(mktemp -d)` is no place that anything else lies in.
    values.filter(|value| !value.starts_with(['$', '`'])).collect()
}
