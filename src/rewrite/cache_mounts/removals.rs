//! Removals whose words are not read to the end, and which may still reach a mount.
//!
//! A mount point cannot be removed: `rm` ends with "Device or resource busy", and the RUN fails. What names the cache in
//! plain words is taken out of the RUN; everything else must surely lie elsewhere.

use crate::ir::{Build, Command, CommandWord, MountedCache, lies_in};
use crate::knowledge::package_managers::{in_home, removed_of};

/// Whether the command may remove something in the mount or around it, in words that nobody takes out.
pub(super) fn may_remove(build: &Build<'_>, command: &Command<'_>, mounted: &MountedCache) -> bool {
    if !removes_all_it_names(command) {
        return false;
    }
    let home = mounted.account.as_ref().map_or("/root", |account| &account.home);
    let words = command.patterns_in_home();
    let is_taken_out: Vec<usize> = removed_of(&words, &mounted.directory, home).into_iter().map(|(at, _)| at).collect();
    let is_option = |word: &str| word.starts_with('-');
    let names_places =
        |(_, word): &(usize, &CommandWord<'_>)| command.name() != Some("find") || !is_option(word.written);
    let operands = command.words.iter().enumerate().skip(1).take_while(names_places);
    let operands = operands.filter(|(at, word)| !is_option(word.written) && !is_taken_out.contains(at));
    operands.into_iter().any(|(_, word)| {
        let written = word.value.map_or_else(|| word.written.replace(['"', '\''], ""), str::to_owned);
        let candidates = match leading_variable(&written) {
            Some(("HOME", _)) => vec![home.to_owned()],
            Some((name, _)) => values_in_script(command, name),
            None => Vec::new(),
        };
        let below = leading_variable(&written).map_or("", |(_, below)| below);
        let is_reached = |path: &str| reaches(build, command, &in_home(path, home), &mounted.directory);
        candidates.iter().any(|value| is_reached(&format!("{value}{below}")))
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

/// Whether a path, of which wildcards and expansions are not read, may lie in the directory or around it.
fn reaches(build: &Build<'_>, command: &Command<'_>, path: &str, directory: &str) -> bool {
    let end = path.find(['*', '?', '[', '{', '$', '`', '(']);
    let known = path.get(..end.unwrap_or(path.len())).unwrap_or_default();
    // `rm -rf *` and `..` are asked for by their folder.
    let resolved = if known.starts_with('/') { Some(known.to_owned()) } else { build.path_of(command, known) };
    let Some(start) = resolved else {
        let first = known.split('/').next().unwrap_or_default();
        return matches!(first, "" | "." | "..") || directory.split('/').any(|part| part.starts_with(first));
    };
    let is_cut_off = |at: usize| path.get(..at).is_some_and(|known| known.is_empty() || known.ends_with('/'));
    match end {
        None => lies_in(&start, directory) || lies_in(directory, &start),
        // `/var/cache/*` goes on behind a slash, `/var/cache/y*` within a name.
        Some(at) if is_cut_off(at) => {
            let folder = format!("{}/", start.trim_end_matches('/'));
            directory.starts_with(&folder) || lies_in(&start, directory)
        }
        Some(_) => directory.starts_with(&start) || lies_in(&start, directory),
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
    values.iter().map(|value| value.trim_end_matches(';').replace(['"', '\''], "")).collect()
}
