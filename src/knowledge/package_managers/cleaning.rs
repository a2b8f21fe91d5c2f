//! Commands other than the managers' own that empty a cache: `rm -rf`, `find -delete`.

use crate::knowledge::file_name;
use crate::knowledge::options::{OptionSyntax, is_option, read_option};

use super::invocation::Invocation;
use super::row::{Cache, CacheKind, PackageManager};

impl PackageManager {
    /// The kinds of caches of this manager that the simple command `words` empties, whether by the verb of a manager, which
    /// `invocation` is where it calls one, or by removing files. `home` is the home directory of the user who runs it, for
    /// `~`; the moving of caches by variables is asked of `variable`.
    pub fn caches_cleaned_by(
        &self,
        words: &[Option<&str>],
        invocation: Option<&Invocation<'_>>,
        home: &str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Vec<CacheKind> {
        let mut kinds = Vec::new();
        if let Some(invocation) = invocation
            && self.shares_a_cache_with(invocation.manager)
        {
            kinds.extend_from_slice(invocation.cleans());
        }
        let removed = removed_paths(words);
        for cache in self.caches.iter().filter(|_| !removed.is_empty()) {
            if !kinds.contains(&cache.kind) && covers_cache(&removed, cache, home, &variable) {
                kinds.push(cache.kind);
            }
        }
        kinds
    }

    /// Whether it is this manager, or another that keeps a cache in the same place: apt beside apt-get.
    pub fn shares_a_cache_with(&self, other: &PackageManager) -> bool {
        self.name == other.name || self.caches.iter().any(|cache| other.caches.iter().any(|c| c.path == cache.path))
    }
}

/// Whether the simple command `words` removes what lies in `cache`.
pub fn removes_cache(
    words: &[Option<&str>],
    cache: &Cache,
    home: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> bool {
    covers_cache(&removed_paths(words), cache, home, variable)
}

fn covers_cache(
    removed: &[(usize, &str)],
    cache: &Cache,
    home: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> bool {
    let directory = cache.directory(home, variable);
    removed.iter().any(|(_, path)| covers(&in_home(path, home), &directory))
}

/// Whether the simple command `words` does nothing but empty caches that package managers can fill again.
pub fn only_empties_caches(words: &[Option<&str>], home: &str) -> bool {
    if let Some(invocation) = super::recognise(words) {
        return invocation.all_static && !invocation.cleans().is_empty();
    }
    let is_removal = words.first().copied().flatten() == Some("rm") && words.iter().all(Option::is_some);
    let paths = removed_paths(words);
    is_removal && !paths.is_empty() && paths.into_iter().all(|(_, path)| lies_in_cache(path, home))
}

/// The words of `rm -r` that name nothing but caches that package managers can fill again, where other words name other
/// things. Indices of `words`.
pub fn words_that_empty_caches(words: &[Option<&str>], home: &str) -> Vec<usize> {
    let is_removal = words.first().copied().flatten() == Some("rm");
    let paths = if is_removal { removed_paths(words) } else { Vec::new() };
    let others = words.iter().skip(1).filter(|word| !word.is_some_and(is_option)).count();
    let of_caches: Vec<usize> =
        paths.into_iter().filter(|(_, path)| lies_in_cache(path, home)).map(|(at, _)| at).collect();
    if of_caches.len() < others { of_caches } else { Vec::new() }
}

/// Whether the path lies in a cache of a package manager, or is one.
fn lies_in_cache(path: &str, home: &str) -> bool {
    let path = in_home(path, home);
    let path = path.strip_suffix("/*").unwrap_or(&path).trim_end_matches('/');
    let lies_in = |directory: String| {
        path.strip_prefix(directory.as_str()).is_some_and(|below| below.is_empty() || below.starts_with('/'))
    };
    let directories =
        super::all().iter().flat_map(|manager| manager.caches).map(|cache| cache.directory(home, |_| None));
    !path.contains("..") && (lies_in(format!("{home}/.cache")) || directories.into_iter().any(lies_in))
}

/// Whether the program, named without its directory, is one that removes files: no other empties a cache that is not its
/// own.
pub fn may_remove(program: &str) -> bool {
    remover(program).is_some()
}

/// Tells the paths that a command removes, each with its place among the words.
type PathsOf = for<'w> fn(&[Option<&'w str>]) -> Vec<(usize, &'w str)>;

/// Programs that remove files.
const REMOVERS: &[(&str, PathsOf)] = &[("find", operands_of_find), ("rm", operands_of_rm)];

fn remover(program: &str) -> Option<PathsOf> {
    REMOVERS.iter().find(|(name, _)| *name == program).map(|(_, paths)| *paths)
}

/// What a command removes, seen from a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// What lies in it.
    Content,
    /// The directory itself, with what lies in it.
    Directory,
    /// A directory that it lies in.
    Above,
}

/// What `rm -r` or `find ... -delete` removes of `directory`, each with the word that says so, an index of `words`.
pub fn removed_of(words: &[Option<&str>], directory: &str, home: &str) -> Vec<(usize, Removed)> {
    let seen = |(at, path): (usize, &str)| Some((at, removed_by(&in_home(path, home), directory)?));
    removed_paths(words).into_iter().filter_map(seen).collect()
}

fn removed_by(path: &str, directory: &str) -> Option<Removed> {
    let is_below = |path: &str, above: &str| path.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'));
    let everything_in = path.strip_suffix("/*").or_else(|| path.strip_suffix("/**"));
    let named = everything_in.unwrap_or(path).trim_end_matches('/');
    if is_below(named, directory) || everything_in.is_some() && named == directory {
        Some(Removed::Content)
    } else if named == directory {
        Some(Removed::Directory)
    } else {
        // `rm -rf /*` is no cleaning.
        (!named.is_empty() && is_below(directory, named)).then_some(Removed::Above)
    }
}

/// The path with `~` and `$HOME` put in place.
pub fn in_home(path: &str, home: &str) -> String {
    match ["~/", "$HOME/", "${HOME}/"].iter().find_map(|start| path.strip_prefix(start)) {
        Some(below) => format!("{}/{below}", home.trim_end_matches('/')),
        None => path.to_owned(),
    }
}

/// Whether removing `path` removes all or most of what lies in `directory`: the directory, one above it, or the
/// files right in it by a glob.
fn covers(path: &str, directory: &str) -> bool {
    let everything_in = path.strip_suffix("/*").or_else(|| path.strip_suffix("/**"));
    let path = everything_in.unwrap_or(path).trim_end_matches('/');
    // `rm -rf /` and `/*` are no cleaning.
    !path.is_empty()
        && (directory == path
            || directory.strip_prefix(path).is_some_and(|below| below.starts_with('/'))
            // Debian's lists are often removed by their names alone: /var/lib/apt/lists/*_*.
            || path.strip_prefix(directory).is_some_and(|below| {
                below.strip_prefix('/').is_some_and(|name| name.starts_with('*') || everything_in.is_some())
            }))
}

/// The paths that `rm -r` or `find ... -delete` remove, each with its place among the words.
fn removed_paths<'w>(words: &[Option<&'w str>]) -> Vec<(usize, &'w str)> {
    let program = words.first().copied().flatten().map(file_name);
    program.and_then(remover).map_or_else(Vec::new, |paths| paths(words))
}

fn operands_of_find<'w>(words: &[Option<&'w str>]) -> Vec<(usize, &'w str)> {
    let removes = words.iter().flatten().any(|word| matches!(*word, "-delete" | "rm"));
    let is_path = |word: &&str| !word.starts_with(['-', '(', '!']);
    let paths = words.iter().enumerate().skip(1).map_while(|(at, word)| Some((at, word.filter(is_path)?)));
    if removes { paths.collect() } else { Vec::new() }
}

fn operands_of_rm<'w>(words: &[Option<&'w str>]) -> Vec<(usize, &'w str)> {
    let mut flags = Vec::new();
    let mut paths = Vec::new();
    for (at, word) in words.iter().enumerate().skip(1) {
        match word {
            Some(word) if is_option(word) => {
                read_option(words, at, OptionSyntax::Gnu, &|_| false, &mut flags);
            }
            Some(word) => paths.push((at, *word)),
            None => {}
        }
    }
    let recursive = flags.iter().any(|flag| flag.is_one_of("-r -R --recursive"));
    // Without -r, rm removes only files, which a glob may name.
    if recursive { paths } else { paths.into_iter().filter(|(_, path)| path.contains('*')).collect() }
}
