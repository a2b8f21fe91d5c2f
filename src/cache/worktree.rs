//! The files of a build context, commit after commit.

use std::rc::Rc;

use crate::context::IgnoreFile;
use crate::source::SourceFile;

use super::files::ContextFiles;
use super::timeline::Revision;

/// The files as they are after some commits.
pub(super) struct Worktree {
    /// All files, ignored or not.
    all: ContextFiles,
    /// Those that the builder is sent.
    sent: ContextFiles,
    ignore: Option<(Rc<str>, IgnoreFile)>,
    /// Whether no commit was made yet.
    is_fresh: bool,
}

impl Worktree {
    /// Before the first commit.
    pub(super) fn new(start: &ContextFiles) -> Self {
        Self { all: start.clone(), sent: ContextFiles::default(), ignore: None, is_fresh: true }
    }

    /// What the builder is sent.
    pub(super) fn sent(&self) -> &ContextFiles {
        &self.sent
    }

    /// Goes on to a revision. Whether anything changed that the builder is sent.
    pub(super) fn apply(&mut self, revision: &Revision) -> bool {
        let mut is_touched = false;
        let known = self.ignore.as_ref().map(|(text, _)| text);
        let is_same_ignore_file = known == revision.ignore_file.as_ref();
        if !is_same_ignore_file {
            let read = |text: &Rc<str>| (Rc::clone(text), IgnoreFile::parse(SourceFile::new(".dockerignore", &**text)));
            self.ignore = revision.ignore_file.as_ref().map(read);
        }
        for (path, node) in &revision.changes {
            let is_sent = self.ignore.as_ref().is_none_or(|(_, ignore)| ignore.is_ignored(path).is_none());
            is_touched |= is_sent;
            for files in [Some(&mut self.all), is_sent.then_some(&mut self.sent)].into_iter().flatten() {
                match node {
                    Some(node) => files.insert(path.clone(), node.clone()),
                    None => files.remove(path),
                }
            }
        }
        if std::mem::take(&mut self.is_fresh) || !is_same_ignore_file {
            self.sent = match &self.ignore {
                Some((_, ignore)) => self.all.without_ignored(ignore),
                None => self.all.clone(),
            };
            return true;
        }
        is_touched
    }
}
