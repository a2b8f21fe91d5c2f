//! What lies in folders, each listed once: the Dockerfiles of one project look for their sources in the same few.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::context::Glob;

/// So many listings are kept, so that memory does not grow with the number of files.
const MOST_KEPT: usize = 64;

/// A folder of more names is not listed, but asked name by name.
const MOST_NAMES: usize = 10_000;

/// The folders that were listed so far.
#[derive(Debug, Default)]
pub struct Folders {
    listed: Mutex<HashMap<OsString, Arc<Listing>>>,
}

#[derive(Debug)]
enum Listing {
    /// The names, but for those that no Dockerfile can spell since they are not UTF-8.
    Names(HashSet<String>),
    TooLong,
    Unreadable,
}

impl Folders {
    /// Whether `source`, a COPY source without `..`, exists in `folder`.
    ///
    /// Below its first wildcard nothing is looked at, for that would mean to walk.
    pub fn hold(&self, folder: &Path, source: &str) -> bool {
        let parts: Vec<&str> = source.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        if parts.contains(&"..") || parts.first().is_some_and(|first| !self.may_hold(folder, first)) {
            return false;
        }
        let first_wildcard = parts.iter().position(|part| Glob::has_wildcard(part)).unwrap_or(parts.len());
        let (literal, wildcards) = parts.split_at(first_wildcard);
        let base: PathBuf = std::iter::once(folder.as_os_str()).chain(literal.iter().map(OsStr::new)).collect();
        match wildcards {
            [] => base.exists(),
            [pattern] => self.hold_match(&base, pattern),
            _ => base.is_dir(),
        }
    }

    /// Whether `folder` is the root of a git repository.
    pub fn is_repository(&self, folder: &Path) -> bool {
        self.may_hold(folder, ".git") && folder.join(".git").exists()
    }

    /// Whether it is worth looking for `name` in `folder`.
    fn may_hold(&self, folder: &Path, name: &str) -> bool {
        match &*self.listing(folder) {
            Listing::Names(names) => names.contains(name) || Glob::has_wildcard(name),
            Listing::TooLong => true,
            Listing::Unreadable => false,
        }
    }

    /// Whether a name in `folder` matches; a folder too long to be listed is taken to hold a match.
    fn hold_match(&self, folder: &Path, pattern: &str) -> bool {
        match (&*self.listing(folder), Glob::new(pattern)) {
            (Listing::Names(names), Ok(glob)) => names.iter().any(|name| glob.matches(name)),
            (Listing::TooLong, Ok(_)) => true,
            (Listing::Unreadable, _) | (_, Err(_)) => false,
        }
    }

    fn listing(&self, folder: &Path) -> Arc<Listing> {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listing) = listed.get(folder.as_os_str()) {
            return Arc::clone(listing);
        }
        if listed.len() == MOST_KEPT {
            listed.clear();
        }
        let listing = Arc::new(list(folder));
        listed.insert(folder.as_os_str().to_owned(), Arc::clone(&listing));
        listing
    }
}

fn list(folder: &Path) -> Listing {
    let Ok(entries) = fs::read_dir(folder) else {
        return Listing::Unreadable;
    };
    let names = entries.flatten().take(MOST_NAMES + 1).filter_map(|entry| entry.file_name().into_string().ok());
    let names: HashSet<String> = names.collect();
    if names.len() > MOST_NAMES { Listing::TooLong } else { Listing::Names(names) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_found_as_copy_finds_them() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("src/.git")).unwrap();
        fs::write(root.path().join("src/a.js"), "").unwrap();
        let folders = Folders::default();
        let held = |source: &str| folders.hold(root.path(), source);
        assert!(held("src") && held("/src/") && held("./src/a.js") && held("src/*.js") && held("s*") && held("."));
        assert!(held("src/*/whatever"), "deeper than a wildcard is not looked at");
        assert!(
            !held("lib") && !held("src/b.js") && !held("src/*.ts") && !held("t*") && !held("../src") && !held("lib/*")
        );
        assert!(folders.is_repository(&root.path().join("src")) && !folders.is_repository(root.path()));
    }

    #[test]
    fn few_listings_are_kept() {
        let folders = Folders::default();
        for number in 0..1000 {
            assert!(!folders.hold(Path::new(&format!("/nowhere/{number}")), "x"));
        }
        assert!(folders.listed.lock().unwrap().len() <= MOST_KEPT);
    }
}
