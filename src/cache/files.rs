//! The files of a build context, as far as they enter cache keys.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::Bound;
use std::sync::Arc;

use crate::context::{BuildContext, Entry, EntryKind, Glob, IgnoreFile};
use crate::links::followed;
use crate::plan::Digest;
use crate::source::SourceFile;

/// What the builder is sent: the files of the context that the ignore file does not leave out.
///
/// Owners and times are not here: clients send all files as root's, and no key holds a time.
#[derive(Debug, Clone, Default)]
pub struct ContextFiles {
    /// Shared, since a history holds thousands of states of one context.
    nodes: BTreeMap<Arc<str>, Arc<Node>>,
}

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A file.
    File {
        /// Permission bits, as `0o755`.
        mode: u32,
        /// What stands for its bytes: a digest, or git's name of the blob. Only such names of one kind can be compared.
        content: String,
    },
    /// A symbolic link.
    Link {
        /// What it says.
        target: String,
    },
    /// A folder.
    Folder {
        /// Permission bits, as `0o755`.
        mode: u32,
    },
    /// A submodule of git: a folder of which only the commit is known.
    Submodule {
        /// The commit's name. Another one may bring other files anywhere below.
        commit: String,
    },
}

impl ContextFiles {
    /// The files at these paths, relative to the root of the context.
    pub fn new(nodes: impl IntoIterator<Item = (String, Node)>) -> Self {
        Self { nodes: nodes.into_iter().map(|(path, node)| (path.into(), Arc::new(node))).collect() }
    }

    /// What the builder is sent of a context, with what `content` says stands for the bytes of a file.
    ///
    /// # Errors
    /// The first of `content`.
    pub fn sent<E>(context: &BuildContext, content: impl Fn(&Entry) -> Result<String, E>) -> Result<Self, E> {
        let mut files = Self::default();
        for entry in context.entries().iter().filter(|entry| !context.would_exclude(&entry.path)) {
            let node = match &entry.kind {
                EntryKind::File => Node::File { mode: entry.mode, content: content(entry)? },
                EntryKind::Symlink { target } => Node::Link { target: target.clone() },
                EntryKind::Directory | EntryKind::UnlistedDirectory => Node::Folder { mode: entry.mode },
            };
            files.insert(entry.path.as_str(), node);
        }
        Ok(files)
    }

    /// The names alone of what the builder is sent.
    pub fn names_sent(context: &BuildContext) -> Self {
        Self::sent(context, |_| Ok::<String, Infallible>(String::new())).unwrap_or_default()
    }

    /// Those that `ignore` does not leave out.
    pub fn without_ignored(&self, ignore: &IgnoreFile) -> Self {
        let sent = self.nodes.iter().filter(|(path, _)| ignore.is_ignored(path).is_none());
        Self { nodes: sent.map(|(path, node)| (Arc::clone(path), Arc::clone(node))).collect() }
    }

    /// Puts a file in the place of what is there.
    pub fn insert(&mut self, path: impl Into<Arc<str>>, node: Node) {
        self.nodes.insert(path.into(), Arc::new(node));
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: &str) {
        self.nodes.remove(path);
    }

    /// What lies at a path.
    pub fn get(&self, path: &str) -> Option<&Node> {
        self.nodes.get(path).map(Arc::as_ref)
    }

    /// The paths, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.nodes.keys().map(Arc::as_ref)
    }

    /// How many files and links there are.
    pub fn number(&self) -> usize {
        self.nodes.values().filter(|node| !matches!(***node, Node::Folder { .. })).count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// What a COPY, ADD or bind mount of `path` takes in, less what the patterns `excluded` leave out. `path` is
    /// absolute, from the root of the context, and may hold wildcards.
    pub fn selected(&self, path: &str, excluded: &[String]) -> Selected<'_> {
        let excluded =
            (!excluded.is_empty()).then(|| IgnoreFile::parse(SourceFile::new("--exclude", excluded.join("\n"))));
        let mut nodes = match Glob::has_wildcard(path) {
            true => self.matching(path),
            false => self.below(&self.followed(path)),
        };
        if let Some(excluded) = excluded {
            nodes.retain(|selected| excluded.is_ignored(selected.name).is_none());
        }
        Selected { nodes }
    }

    /// The file at `path`, or all that lies below the folder there, with names relative to it.
    fn below(&self, path: &str) -> Vec<SelectedNode<'_>> {
        if path.is_empty() {
            return self.nodes.iter().map(|(path, node)| SelectedNode { name: path, path, node }).collect();
        }
        let own = self.nodes.get_key_value(path).or_else(|| self.submodule_of(path));
        let own = own.map(|(path, node)| SelectedNode { name: "", path, node });
        let prefix = format!("{path}/");
        let below = self
            .nodes
            .range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded))
            .take_while(|(path, _)| path.starts_with(&prefix));
        let below = below.map(|(path, node)| SelectedNode { name: &path[prefix.len()..], path, node });
        own.into_iter().chain(below).collect()
    }

    /// The submodule in which a path lies.
    fn submodule_of(&self, path: &str) -> Option<(&Arc<str>, &Arc<Node>)> {
        let folders = path.rmatch_indices('/').filter_map(|(end, _)| self.nodes.get_key_value(&path[..end]));
        folders.into_iter().find(|(_, node)| matches!(***node, Node::Submodule { .. }))
    }

    /// All paths of which a front part matches, with names relative to the folder before the first wildcard.
    fn matching(&self, pattern: &str) -> Vec<SelectedNode<'_>> {
        let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
        let first = parts.iter().position(|part| Glob::has_wildcard(part)).unwrap_or(parts.len());
        let (folder, wild) = parts.split_at(first);
        let Ok(glob) = Glob::new(&wild.join("/")) else { return Vec::new() };
        let matches = |name: &str| {
            let end = name.match_indices('/').map(|(at, _)| at).nth(wild.len() - 1).unwrap_or(name.len());
            glob.matches(&name[..end])
        };
        let mut nodes = self.below(&self.followed(&folder.join("/")));
        // What a submodule holds is not known, and may match.
        nodes.retain(|selected| matches(selected.name) || matches!(selected.node, Node::Submodule { .. }));
        nodes
    }

    /// The path without its symbolic links, relative to the root: BuildKit follows them, and stops at the root.
    fn followed(&self, path: &str) -> String {
        followed(path, |path| match self.get(path)? {
            Node::Link { target } => Some(target),
            _ => None,
        })
    }
}

/// What a copy takes in.
#[derive(Debug, Default)]
pub struct Selected<'f> {
    nodes: Vec<SelectedNode<'f>>,
}

#[derive(Debug)]
struct SelectedNode<'f> {
    /// Relative to what is copied; empty for that itself.
    name: &'f str,
    path: &'f str,
    node: &'f Node,
}

impl SelectedNode<'_> {
    /// Whether the nodes are equal; most are even one and the same, in two states of a history.
    fn is_same_as(&self, other: &SelectedNode<'_>) -> bool {
        std::ptr::eq(self.node, other.node) || self.node == other.node
    }
}

impl<'f> Selected<'f> {
    /// The paths, from the root of the context.
    pub fn into_paths(self) -> impl Iterator<Item = &'f str> {
        self.nodes.into_iter().map(|selected| selected.path)
    }

    /// The paths, from the root of the context.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().map(|selected| selected.path)
    }

    /// The paths at which another selection has something else, in order.
    pub fn differences(&self, other: &Selected<'_>) -> Vec<String> {
        let (mut own, mut others) = (self.nodes.iter().peekable(), other.nodes.iter().peekable());
        let mut different = Vec::new();
        while let Some(first) = [own.peek(), others.peek()].into_iter().flatten().map(|selected| selected.path).min() {
            let one = own.next_if(|selected| selected.path == first);
            let another = others.next_if(|selected| selected.path == first);
            if !one.zip(another).is_some_and(|(one, another)| one.is_same_as(another)) {
                different.push(first.to_owned());
            }
        }
        different
    }

    /// How many files and links it takes in.
    pub fn number(&self) -> usize {
        self.nodes.iter().filter(|selected| !matches!(selected.node, Node::Folder { .. })).count()
    }

    /// The digest of names, kinds, modes and contents, in order. The names are relative: a folder that was moved has the
    /// same digest.
    pub fn digest(&self) -> Digest {
        let octal = |mode: &u32| Cow::Owned(format!("{mode:o}"));
        Digest::of_texts(self.nodes.iter().flat_map(|SelectedNode { name, node, .. }| {
            let [kind, mode, content] = match node {
                Node::File { mode, content } => ["file".into(), octal(mode), content.into()],
                Node::Link { target } => ["link".into(), Cow::Borrowed(""), target.into()],
                Node::Folder { mode } => ["folder".into(), octal(mode), Cow::Borrowed("")],
                Node::Submodule { commit } => ["submodule".into(), Cow::Borrowed(""), commit.into()],
            };
            [Cow::Borrowed(*name), kind, mode, content]
        }))
    }
}
