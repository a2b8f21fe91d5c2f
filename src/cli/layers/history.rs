//! A project's history, read from git without a checkout: one `git log` for what changed, one `git cat-file` for the
//! Dockerfiles and ignore files.

use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use crate::cache::{ContextFiles, Node, Revision, Timeline};

use super::super::failure::Failure;
use super::files::path_in;
use super::git_log::{Change, Commit, contents, log, text, tree};

/// The commits of a branch, the oldest first.
pub struct Commits {
    /// What they changed.
    pub timeline: Timeline,
    /// What is to be known of the numbers.
    pub notes: Vec<String>,
}

/// The last `most` commits on the way from HEAD to the first parents, and the one before them to start from.
///
/// A merge counts as one commit, which brings all that was merged. A file in Git LFS changes when its pointer does.
pub fn of_git(context: &Path, dockerfile: &Path, most: usize) -> Result<Commits, Failure> {
    let top = text(context, &["rev-parse", "--show-toplevel"])?;
    let top = Path::new(top.trim_end());
    let paths = Paths::new(top, context, dockerfile)?;
    let mut commits = log(top, most + 1)?;
    let mut notes = Vec::new();
    if commits.len() <= most {
        let shallow = text(top, &["rev-parse", "--is-shallow-repository"])?;
        let why = if shallow.trim() == "true" { "the clone is shallow" } else { "the repository has no more" };
        notes.push(format!("{} commits are looked at, for {why}", commits.len().saturating_sub(1)));
    }
    let Some(oldest) = commits.first_mut() else {
        return Err(Failure::new("the repository has no commits", ""));
    };
    oldest.changes = tree(top, &oldest.name)?;
    let contents = contents(top, &paths.objects_of(&commits))?;
    let timeline = timeline(&commits, &paths, &contents);
    let absent = timeline.revisions.iter().skip(1).filter(|revision| revision.dockerfile.is_none()).count();
    if absent > 0 {
        let dockerfile = &paths.settings[0];
        notes.push(format!("{absent} of the commits have no {dockerfile}, and are not counted"));
    }
    Ok(Commits { timeline, notes })
}

/// The paths that say what is built, from the top of the repository.
struct Paths {
    /// The build context, with `/` behind it; empty where it is the repository.
    context: String,
    /// The Dockerfile, the ignore file of its own, and that of the context.
    settings: [String; 3],
}

impl Paths {
    fn new(top: &Path, context: &Path, dockerfile: &Path) -> Result<Self, Failure> {
        let in_repository = |path: &Path| {
            let message = || format!("{} lies outside of the repository", path.display());
            path_in(top, path).ok_or_else(|| Failure::new(message(), "--history needs it inside"))
        };
        let context = match in_repository(context)? {
            path if path.is_empty() => path,
            path => format!("{path}/"),
        };
        let dockerfile = in_repository(dockerfile)?;
        let ignore_files = [format!("{dockerfile}.dockerignore"), format!("{context}.dockerignore")];
        let [own, shared] = ignore_files;
        Ok(Self { context, settings: [dockerfile, own, shared] })
    }

    /// The objects whose texts count: symbolic links, Dockerfiles and ignore files.
    fn objects_of<'c>(&self, commits: &'c [Commit]) -> Vec<&'c str> {
        let changes = commits.iter().flat_map(|commit| &commit.changes);
        let wanted = changes.filter(|change| change.is_link() || self.settings.contains(&change.path));
        let mut objects: Vec<&str> = wanted.map(|change| change.object.as_str()).collect();
        objects.sort_unstable();
        objects.dedup();
        objects
    }

    fn in_context(&self, change: &Change) -> Option<String> {
        change.path.strip_prefix(&self.context).map(str::to_owned)
    }
}

/// The commits behind the first, of which all files are named in the place of those that it changed.
fn timeline(commits: &[Commit], paths: &Paths, contents: &HashMap<&str, Rc<str>>) -> Timeline {
    let mut settings: [Option<Rc<str>>; 3] = [None, None, None];
    let mut start = Vec::new();
    let mut revisions = Vec::with_capacity(commits.len());
    for (index, commit) in commits.iter().enumerate() {
        for change in &commit.changes {
            if let Some(place) = paths.settings.iter().position(|path| *path == change.path) {
                settings[place] = contents.get(change.object.as_str()).cloned();
            }
        }
        let changes = commit.changes.iter();
        let mut changes =
            changes.filter_map(|change| Some((paths.in_context(change)?, node(change, contents)))).collect();
        if index == 0 {
            start = std::mem::take(&mut changes);
        }
        let [dockerfile, own_ignore_file, ignore_file] = settings.clone();
        revisions.push(Revision { changes, dockerfile, ignore_file: own_ignore_file.or(ignore_file) });
    }
    let start = start.into_iter().filter_map(|(path, node)| Some((path, node?)));
    Timeline::new(ContextFiles::new(start), revisions)
}

fn node(change: &Change, contents: &HashMap<&str, Rc<str>>) -> Option<Node> {
    let file = |mode| Some(Node::File { mode, content: change.object.clone() });
    match change.mode.as_str() {
        "100644" => file(0o644),
        "100755" => file(0o755),
        "120000" => {
            let target = contents.get(change.object.as_str()).map_or("", |target| target).to_owned();
            Some(Node::Link { target })
        }
        "160000" => Some(Node::Submodule { commit: change.object.clone() }),
        _ => None,
    }
}
