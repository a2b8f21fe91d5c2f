//! The files of the build context and the questions about them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::links::MOST_LINKS;

use super::glob::Glob;
use super::ignore_file::{IgnoreFile, PathState};
use super::ignore_pattern::Pattern;

/// The folder that is sent to the builder, as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct BuildContext {
    /// In the order of [`compare_paths`]: below each folder lie its entries, without a gap.
    entries: Vec<Entry>,
    /// What the ignore file says of each entry.
    fates: Vec<Fate>,
    ignore: Option<IgnoreFile>,
    texts: BTreeMap<String, String>,
    is_truncated: bool,
    folder: String,
}

/// One file, folder or symbolic link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative to the root of the context, parts separated by `/`.
    pub path: String,
    /// What lies there.
    pub kind: EntryKind,
    /// Permission bits, as `0o755`.
    pub mode: u32,
    /// Size in bytes; 0 for all but files.
    pub size: u64,
}

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder with all its entries listed.
    Directory,
    /// A folder whose entries are not known: `.git`, or one that the ignore file excludes completely.
    UnlistedDirectory,
    /// A symbolic link.
    Symlink {
        /// What the link says, `/` between its parts.
        target: String,
    },
}

/// What becomes of an entry.
#[derive(Debug, Clone, Copy, Default)]
struct Fate {
    /// Place of the pattern that leaves it out.
    ignored_by: Option<usize>,
    /// Whether the builder gets it: not ignored, or a folder with something inside that is not.
    is_sent: bool,
}

/// What lies at the end of a path when symbolic links are followed.
pub(super) enum Place {
    /// The root of the context.
    Root,
    /// The entry at this index. With it, a link on the way that the builder does not get.
    Entry(usize, Option<usize>),
    /// Nothing.
    Missing,
    /// Nobody looked there. With it, the path that remains when the links have been followed.
    Unknown(String),
}

impl Entry {
    /// A file of `size` bytes.
    pub fn file(path: impl Into<String>, mode: u32, size: u64) -> Self {
        Self { path: path.into(), kind: EntryKind::File, mode, size }
    }

    /// A folder.
    pub fn directory(path: impl Into<String>, mode: u32) -> Self {
        Self { path: path.into(), kind: EntryKind::Directory, mode, size: 0 }
    }

    /// Whether this is a folder, listed or not.
    pub fn is_dir(&self) -> bool {
        matches!(self.kind, EntryKind::Directory | EntryKind::UnlistedDirectory)
    }
}

impl BuildContext {
    /// A context of the given entries, in any order; folders that only their entries name are added.
    ///
    /// `texts` holds the text of the files that [`is_manifest`](super::is_manifest) asks for, by path. `is_truncated`
    /// says that not all entries are there.
    pub fn new(
        mut entries: Vec<Entry>,
        ignore: Option<IgnoreFile>,
        texts: BTreeMap<String, String>,
        is_truncated: bool,
    ) -> Self {
        entries.sort_by(|one, other| compare_paths(&one.path, &other.path));
        entries.dedup_by(|next, previous| next.path == previous.path);
        add_folders(&mut entries);
        let fates = fates(&entries, ignore.as_ref());
        Self { entries, fates, ignore, texts, is_truncated, folder: String::new() }
    }

    /// The same context, in a folder that users call by this name, as they do with the Dockerfile. Empty for the working
    /// directory, which a context has that is told nothing else.
    pub fn in_folder(self, folder: impl Into<String>) -> Self {
        Self { folder: folder.into(), ..self }
    }

    /// The same context with another ignore file.
    #[must_use]
    pub fn with_ignore_file(&self, ignore: IgnoreFile) -> Self {
        let ignored = Self::new(self.entries.clone(), Some(ignore), self.texts.clone(), self.is_truncated);
        ignored.in_folder(self.folder.clone())
    }

    /// What users call the file at `path`.
    pub fn name_of(&self, path: &str) -> String {
        match self.folder.as_str() {
            "" => path.to_owned(),
            folder => format!("{}/{path}", folder.trim_end_matches('/')),
        }
    }

    /// All entries, ignored or not; each folder directly before what lies in it.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The ignore file that applies.
    pub fn ignore_file(&self) -> Option<&IgnoreFile> {
        self.ignore.as_ref()
    }

    /// Whether there were more entries than dfx reads, so that a file that is not here may still exist.
    pub fn is_truncated(&self) -> bool {
        self.is_truncated
    }

    /// What lies at `path`, symbolic links followed, ignored or not; `None` for the root and for what is not known.
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        match self.find(path) {
            Place::Entry(index, _) => self.entries.get(index),
            Place::Root | Place::Missing | Place::Unknown(_) => None,
        }
    }

    /// Whether something is known to lie at `path`, symbolic links followed, ignored or not.
    pub fn exists(&self, path: &str) -> bool {
        matches!(self.find(path), Place::Root | Place::Entry(..))
    }

    /// Whether a folder is known to lie at `path`, symbolic links followed, ignored or not.
    pub fn is_dir(&self, path: &str) -> bool {
        match self.find(path) {
            Place::Root => true,
            Place::Entry(index, _) => self.entries[index].is_dir(),
            Place::Missing | Place::Unknown(_) => false,
        }
    }

    /// The entries, ignored or not, whose whole path matches a pattern of Go's `filepath.Match`.
    pub fn glob<'c>(&'c self, pattern: &Glob) -> impl Iterator<Item = &'c Entry> {
        self.entries.iter().filter(move |entry| pattern.matches(&entry.path))
    }

    /// The text of a manifest, whether or not it is ignored.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// The paths that are wanted, each with the text of its file, of those whose text is known.
    pub fn texts<'c>(&'c self, is_wanted: impl Fn(&str) -> bool + 'c) -> impl Iterator<Item = (&'c str, &'c str)> {
        let wanted = self.entries.iter().map(|entry| entry.path.as_str()).filter(move |path| is_wanted(path));
        wanted.filter_map(|path| Some((path, self.text(path)?)))
    }

    /// Whether there is an ignore file that leaves out `path`, which need not exist.
    pub fn would_exclude(&self, path: &str) -> bool {
        self.ignore.as_ref().is_some_and(|ignore| ignore.is_ignored(path).is_some())
    }

    pub(super) fn is_sent(&self, index: usize) -> bool {
        self.fates[index].is_sent
    }

    /// The pattern that leaves an entry out.
    pub(super) fn ignored_by(&self, index: usize) -> Option<&Pattern> {
        self.ignore.as_ref()?.patterns().get(self.fates[index].ignored_by?)
    }

    /// The entries below the folder at `index`.
    pub(super) fn below(&self, index: usize) -> std::ops::Range<usize> {
        let folder = &self.entries[index].path;
        let inside = |entry: &Entry| entry.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        index + 1..index + 1 + self.entries[index + 1..].partition_point(inside)
    }

    pub(super) fn index_of(&self, path: &str) -> Option<usize> {
        self.entries.binary_search_by(|entry| compare_paths(&entry.path, path)).ok()
    }

    /// Follows `path` from the root of the context. As in the builder, `..` and links stop at the root.
    pub(super) fn find(&self, path: &str) -> Place {
        let mut ahead: Vec<&str> = path.rsplit('/').collect();
        let mut here: Vec<usize> = Vec::new();
        let mut unsent_link = None;
        let mut links = 0;
        while let Some(part) = ahead.pop() {
            if matches!(part, "" | ".") {
                continue;
            }
            if part == ".." {
                here.pop();
                continue;
            }
            let next = match here.last() {
                Some(&folder) => format!("{}/{part}", self.entries[folder].path),
                None => part.to_owned(),
            };
            let Some(index) = self.index_of(&next) else {
                let is_unlisted =
                    here.last().is_some_and(|&folder| self.entries[folder].kind == EntryKind::UnlistedDirectory);
                let rest = ahead.iter().rev().fold(next, |path, part| format!("{path}/{part}"));
                return if is_unlisted || self.is_truncated { Place::Unknown(rest) } else { Place::Missing };
            };
            let EntryKind::Symlink { target } = &self.entries[index].kind else {
                here.push(index);
                continue;
            };
            links += 1;
            if links > MOST_LINKS {
                return Place::Missing;
            }
            if !self.is_sent(index) {
                unsent_link = unsent_link.or(Some(index));
            }
            if target.starts_with('/') {
                here.clear();
            }
            ahead.extend(target.rsplit('/'));
        }
        here.last().map_or(Place::Root, |&index| Place::Entry(index, unsent_link))
    }
}

/// Orders by parts, so that each folder stands directly before what lies in it: `a`, `a/b`, `a-b`.
fn compare_paths(one: &str, other: &str) -> Ordering {
    // A slash comes before all that a name can hold, so that a folder's entries follow it at once.
    let rank = |byte: u8| if byte == b'/' { 0 } else { byte };
    one.bytes().map(rank).cmp(other.bytes().map(rank))
}

fn add_folders(entries: &mut Vec<Entry>) {
    let mut missing = Vec::new();
    let mut previous = "";
    for entry in entries.iter() {
        for (at, _) in entry.path.match_indices('/') {
            let folder = &entry.path[..at];
            let is_known = previous.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            if !is_known {
                missing.push(Entry::directory(folder, 0o755));
            }
        }
        previous = &entry.path;
    }
    if !missing.is_empty() {
        entries.extend(missing);
        entries.sort_by(|one, other| compare_paths(&one.path, &other.path));
    }
}

fn fates(entries: &[Entry], ignore: Option<&IgnoreFile>) -> Vec<Fate> {
    let Some(ignore) = ignore else {
        return vec![Fate { ignored_by: None, is_sent: true }; entries.len()];
    };
    let mut fates: Vec<Fate> = Vec::with_capacity(entries.len());
    let mut folders: Vec<(usize, PathState)> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let is_inside = |folder: &str| entry.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        while folders.pop_if(|(folder, _)| !is_inside(&entries[*folder].path)).is_some() {}
        let state = ignore.judge(&entry.path, folders.last().map(|(_, state)| state));
        let is_sent = state.ignored_by().is_none();
        fates.push(Fate { ignored_by: state.ignored_by(), is_sent });
        if is_sent {
            // The builder gets the folders on the way to a file that is taken back in.
            for (folder, _) in folders.iter().rev() {
                if std::mem::replace(&mut fates[*folder].is_sent, true) {
                    break;
                }
            }
        }
        if entry.is_dir() {
            folders.push((index, state));
        }
    }
    fates
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::source::SourceFile;

    /// A context of files, links (`name -> target`) and an ignore file.
    pub(in super::super) fn context(names: &[&str], ignore: Option<&str>) -> BuildContext {
        let entry = |name: &&str| match name.split_once(" -> ") {
            Some((path, target)) => Entry {
                path: path.to_owned(),
                kind: EntryKind::Symlink { target: target.to_owned() },
                mode: 0o777,
                size: 0,
            },
            None => match name.strip_suffix('/') {
                Some(path) => Entry { kind: EntryKind::UnlistedDirectory, ..Entry::directory(path, 0o755) },
                None => Entry::file(*name, 0o644, 1),
            },
        };
        let ignore = ignore.map(|text| IgnoreFile::parse(SourceFile::new(".dockerignore", text)));
        BuildContext::new(names.iter().map(entry).collect(), ignore, BTreeMap::new(), false)
    }

    #[test]
    fn folders_are_known_from_what_lies_in_them_and_stand_before_it() {
        let context = context(&["a-b", "a/c/d", "a/b"], None);
        let paths: Vec<_> = context.entries().iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(paths, ["a", "a/b", "a/c", "a/c/d", "a-b"]);
        assert!(context.is_dir("a/c"));
        assert!(!context.is_dir("a/b"));
        assert!(context.exists("./a//b"));
        assert!(!context.exists("b"));
    }

    #[test]
    fn links_are_followed_within_the_context() {
        let context =
            context(&["a/f", "l -> a", "a/up -> ../../../a/f", "abs -> /a/f", "loop -> loop", "dead -> x"], None);
        for path in ["l/f", "a/up", "abs", "l", "l/up"] {
            assert!(context.exists(path), "{path}");
        }
        assert!(context.is_dir("l"));
        assert!(!context.exists("loop"));
        assert!(!context.exists("dead"));
    }

    #[test]
    fn a_glob_matches_whole_paths() {
        let context = context(&["a.md", "docs/b.md"], None);
        let paths = |pattern| context.glob(&Glob::new(pattern).unwrap()).map(|it| it.path.clone()).collect::<Vec<_>>();
        assert_eq!(paths("*.md"), ["a.md"]);
        assert_eq!(paths("*/*.md"), ["docs/b.md"]);
    }

    #[test]
    fn exclusion_is_a_matter_of_patterns_not_of_files() {
        assert!(context(&[], Some(".git\n**/node_modules")).would_exclude(".git"));
        assert!(context(&[], Some(".git\n**/node_modules")).would_exclude("web/node_modules"));
        assert!(!context(&[], Some(".git")).would_exclude(".env"));
        assert!(!context(&[".git/"], None).would_exclude(".git"));
    }
}
