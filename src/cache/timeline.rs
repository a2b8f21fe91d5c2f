//! The commits of a project, as far as they matter to its builds.

use std::cell::RefCell;
use std::rc::Rc;

use super::files::{ContextFiles, Node};
use super::keys::{Keys, Selections, State};

/// One commit: what it changed in the build context, and the two files that say what is done with it.
#[derive(Debug, Clone)]
pub struct Revision {
    /// The files that changed, by their path in the context: what lies there now, if anything.
    pub changes: Vec<(String, Option<Node>)>,
    /// The Dockerfile, where there is one.
    pub dockerfile: Option<Rc<str>>,
    /// The ignore file, where there is one.
    pub ignore_file: Option<Rc<str>>,
}

/// Commits, the oldest first.
#[derive(Debug)]
pub struct Timeline {
    /// The files of the build context before the first revision.
    pub start: ContextFiles,
    /// What each commit made of them.
    pub revisions: Vec<Revision>,
    /// By revision, the digests of files that were worked out. Whatever the Dockerfile, the files are the same.
    known: Vec<RefCell<Selections>>,
}

impl Timeline {
    /// The commits after `start`.
    pub fn new(start: ContextFiles, revisions: Vec<Revision>) -> Self {
        let known = revisions.iter().map(|_| RefCell::default()).collect();
        Self { start, revisions, known }
    }

    /// The keys of a build of the revision at that place.
    pub(super) fn keys(&self, revision: usize, state: &State<'_>) -> Keys {
        match self.known.get(revision) {
            Some(known) => Keys::with_known(state, known),
            None => Keys::new(state),
        }
    }
}
