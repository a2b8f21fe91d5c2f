//! The files that a container of an image sees: its layers, one over the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::links::followed;

use super::ReadError;
use super::entry::{Entry, Kind};
use super::layer::{Changes, Put};

/// All paths of an image below its top, without a slash before them.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    entries: BTreeMap<String, Entry>,
}

impl Tree {
    /// All entries, in the order of their paths.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(path, entry)| (path.as_str(), entry))
    }

    /// What lies at a path.
    pub fn get(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// All that lies below a directory.
    fn below(&self, folder: &str) -> impl Iterator<Item = (&str, &Entry)> {
        // `0` is the character behind the slash.
        let range = self.entries.range(format!("{folder}/")..format!("{folder}0"));
        range.map(|(path, entry)| (path.as_str(), entry))
    }

    /// What lies at the path, and all that lies below it.
    pub fn subtree<'tree>(&'tree self, path: &'tree str) -> impl Iterator<Item = (&'tree str, &'tree Entry)> {
        self.get(path).map(|entry| (path, entry)).into_iter().chain(self.below(path))
    }

    /// The number of paths.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no path at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The bytes that all files hold; one of several names is counted once.
    pub fn size(&self) -> u64 {
        let contents = self.entries.values().filter_map(|entry| match &entry.kind {
            Kind::File(content) => Some((Arc::as_ptr(content), content.size)),
            _ => None,
        });
        contents.collect::<BTreeMap<_, _>>().values().sum()
    }

    /// Puts a layer over what is there. What it hides is hidden first: a layer never hides what it brings itself.
    pub(super) fn apply(&mut self, changes: Changes) -> Result<(), ReadError> {
        for folder in &changes.opaque {
            self.remove_below(&self.real(folder));
        }
        for path in &changes.whiteouts {
            let path = self.at_real_folder(path);
            self.remove_below(&path);
            self.entries.remove(&path);
        }
        for (path, put) in changes.puts {
            let path = self.at_real_folder(&path);
            let entry = match put {
                Put::Entry(entry) => entry,
                Put::HardLink(target) => {
                    let target = self.at_real_folder(&target);
                    self.get(&target).cloned().ok_or_else(|| {
                        ReadError::malformed(format!("{path} is a hard link to {target}, which is not there"))
                    })?
                }
            };
            self.put(path, entry);
        }
        Ok(())
    }

    fn put(&mut self, path: String, entry: Entry) {
        if entry.kind != Kind::Directory {
            self.remove_below(&path);
        }
        for (at, _) in path.match_indices('/') {
            let parent = &path[..at];
            if !matches!(self.entries.get(parent), Some(Entry { kind: Kind::Directory, .. })) {
                self.entries.insert(parent.to_owned(), Entry::implied_directory());
            }
        }
        self.entries.insert(path, entry);
    }

    fn remove_below(&mut self, folder: &str) {
        if folder.is_empty() {
            self.entries.clear();
            return;
        }
        let below: Vec<String> = self.below(folder).map(|(path, _)| path.to_owned()).collect();
        below.iter().for_each(|path| drop(self.entries.remove(path)));
    }

    /// The path with the links on the way to its last name followed, as an engine does that writes it to a disk:
    /// `lib/x` lies at `usr/lib/x` where `lib` is a link to `usr/lib`.
    fn at_real_folder(&self, path: &str) -> String {
        match path.rsplit_once('/') {
            Some((folder, name)) => format!("{}/{name}", self.real(folder)).trim_start_matches('/').to_owned(),
            None => path.to_owned(),
        }
    }

    /// Where a directory really lies.
    fn real(&self, folder: &str) -> String {
        followed(folder, |path| match &self.entries.get(path)?.kind {
            Kind::SymbolicLink(target) => Some(target),
            _ => None,
        })
    }
}
