//! Which files are meant.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use crate::config::PathPatterns;
use crate::knowledge::is_dockerfile_name;

use super::failure::{Failure, reason};
use super::{read, settings};

/// Something to lint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A place that could not be looked into, and why.
    Unreachable(PathBuf, String),
}

impl Input {
    /// Its path; that of standard input is the name that the user gives it, if any.
    pub fn path<'i>(&'i self, stdin_filename: Option<&'i Path>) -> Option<&'i Path> {
        match self {
            Input::Stdin => stdin_filename,
            Input::File(path) => Some(path),
            Input::Unreachable(..) => None,
        }
    }
}

/// Everything meant by `paths`, in their order and each once: files as they are, the Dockerfiles in folders by name.
pub fn discover(paths: &[PathBuf], excluded: Option<&PathPatterns>) -> Vec<Input> {
    let mut inputs = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            inputs.push(Input::Stdin);
        } else if path.is_dir() {
            walk(path, excluded, &mut inputs, &|entry| entry.file_name().to_str().is_some_and(is_dockerfile_name));
        } else if let Some((base, pattern)) = as_glob(path).filter(|_| !path.exists()) {
            expand(path, &base, &pattern, excluded, &mut inputs);
        } else {
            inputs.push(Input::File(path.clone()));
        }
    }
    let mut seen = HashSet::new();
    inputs.retain(|input| match input {
        Input::File(path) => seen.insert(path.clone()),
        _ => true,
    });
    inputs
}

/// The paths listed in a file, or on standard input for `-`: one a line, or one before each NUL where there is any.
pub fn read_list(list: &Path) -> Result<Vec<PathBuf>, Failure> {
    let bytes = if list.as_os_str() == "-" { read::standard_input() } else { read::file(list) };
    let bytes = bytes.map_err(|error| Failure::at("read", list, &error))?;
    let separator = if bytes.contains(&0) { 0 } else { b'\n' };
    let paths = bytes.split(|byte| *byte == separator).map(|path| match path {
        [line @ .., b'\r'] if separator == b'\n' => line,
        path => path,
    });
    Ok(paths.filter(|path| !path.is_empty()).map(path_of).collect())
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The files below `root` that are wanted, sorted; what .gitignore leaves out is left out.
fn walk(root: &Path, excluded: Option<&PathPatterns>, inputs: &mut Vec<Input>, is_wanted: &dyn Fn(&DirEntry) -> bool) {
    let real_root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    let current = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
    let excluded = excluded.cloned();
    let walk_root = root.to_owned();
    let mut builder = WalkBuilder::new(root);
    builder.hidden(false).require_git(false).sort_by_file_name(OsStr::cmp).filter_entry(move |entry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        if is_folder && entry.file_name() == ".git" {
            return false;
        }
        let below = entry.path().strip_prefix(&walk_root).unwrap_or(entry.path());
        let real = real_root.join(below);
        let path = real.strip_prefix(&current).unwrap_or(&real).to_string_lossy().replace('\\', "/");
        !excluded.as_ref().is_some_and(|patterns| is_folder && patterns.match_folder(&path))
    });
    for entry in builder.build() {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) && is_wanted(&entry) => {
                inputs.push(Input::File(without_dot(entry.path())));
            }
            Ok(_) => {}
            Err(error) => inputs.push(unreachable(root, &error)),
        }
    }
}

fn unreachable(root: &Path, error: &ignore::Error) -> Input {
    let mut path = root;
    let mut inner = error;
    loop {
        inner = match inner {
            ignore::Error::WithPath { path: at, err } => {
                path = at;
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            ignore::Error::Io(error) => return Input::Unreachable(without_dot(path), reason(error)),
            _ => return Input::Unreachable(without_dot(path), inner.to_string()),
        }
    }
}

/// `./a` as `a`: nobody has written the dot.
fn without_dot(path: &Path) -> PathBuf {
    match path.strip_prefix(".") {
        Ok(rest) if !rest.as_os_str().is_empty() => rest.to_owned(),
        _ => path.to_owned(),
    }
}

/// The folder before the first part with a wildcard, and the pattern below it, where a shell has left a pattern as it
/// is.
fn as_glob(path: &Path) -> Option<(PathBuf, String)> {
    let text = path.to_str()?;
    let wildcard = text.find(['*', '?', '['])?;
    let slash = text[..wildcard].rfind(['/', '\\']);
    let base = match slash {
        Some(0) => PathBuf::from("/"),
        Some(at) => PathBuf::from(&text[..at]),
        None => PathBuf::from("."),
    };
    let pattern = &text[slash.map_or(0, |at| at + 1)..];
    // A slash at the start holds the pattern to the folder itself, as in a .gitignore.
    base.is_dir().then(|| (base, format!("/{}", pattern.replace('\\', "/"))))
}

/// The files that a pattern means; the pattern itself, which is no file, where it means none.
fn expand(path: &Path, base: &Path, pattern: &str, excluded: Option<&PathPatterns>, inputs: &mut Vec<Input>) {
    let before = inputs.len();
    if let Ok(patterns) = PathPatterns::new([pattern]) {
        let folder = base.to_owned();
        walk(base, excluded, inputs, &move |entry| {
            let below = entry.path().strip_prefix(&folder).unwrap_or(entry.path());
            patterns.match_file(&below.to_string_lossy().replace('\\', "/"))
        });
    }
    if inputs.len() == before {
        inputs.push(Input::File(path.to_owned()));
    }
}

/// Whether `--exclude`, whose patterns are relative to the working directory, leaves the file out.
pub fn is_excluded(file: &Path, excluded: &PathPatterns) -> bool {
    let current = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
    settings::relative_to(file, &current).is_some_and(|path| excluded.match_file(&path))
}
