//! Files that some step takes in and no instruction asks for, and what their changes ran again.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::context::{BuildContext, IgnoreFile};
use crate::ir::{Build, Commands};
use crate::plan::Plan;
use crate::source::SourceFile;
use crate::syntax::Dockerfile;

use super::files::ContextFiles;
use super::history::replay_today;
use super::inputs::paths_read;
use super::path_kind::PathKind;
use super::timeline::{Revision, Timeline};

/// What a `.dockerignore` could leave out, and how often it would have mattered.
#[derive(Debug)]
pub struct Unneeded {
    /// Its lines, the one that most commits touched first.
    pub lines: Vec<UnneededFiles>,
    /// How many commits ran something again that with these lines would have run nothing, with today's Dockerfile in all
    /// of them.
    pub spared: usize,
}

/// Files that one line of a `.dockerignore` leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnneededFiles {
    /// The line.
    pub pattern: String,
    /// Files that further lines, each behind a `!`, let in again.
    pub exceptions: Vec<String>,
    /// How many commits changed one of the files.
    pub commits: usize,
    /// Whether they are for people to read: a program may show them, which nobody but its authors can know.
    pub is_documentation: bool,
}

impl Unneeded {
    /// What steps of `today`'s Dockerfile take in of `context` and do not need, as far as the commits changed it. `None`
    /// where they did not.
    pub fn of(timeline: &Timeline, today: &Dockerfile, context: &BuildContext) -> Option<Self> {
        let build = Build::new(today);
        let sent = ContextFiles::names_sent(context);
        let taken_in = taken_in(&build, &sent);
        let needless = build.spare_files(&Commands::new(&build), context).needless;
        let needless = needless.into_iter().map(|it| UnneededFiles::new(it.pattern, Vec::new(), false));
        let candidates = needless.chain(unread_documents(&taken_in, &build, context));
        let counted = candidates.map(|files| UnneededFiles { commits: commits(timeline, &taken_in, &files), ..files });
        let mut lines: Vec<UnneededFiles> = counted.filter(|files| files.commits > 0).collect();
        lines.sort_by(|one, other| other.commits.cmp(&one.commits).then_with(|| one.pattern.cmp(&other.pattern)));
        if lines.is_empty() {
            return None;
        }
        let idle = |timeline: &Timeline| replay_today(timeline, today).idle;
        let spared = idle(&with_lines(timeline, &lines)).saturating_sub(idle(timeline));
        Some(Self { lines, spared })
    }
}

impl UnneededFiles {
    fn new(pattern: String, exceptions: Vec<String>, is_documentation: bool) -> Self {
        Self { pattern, exceptions, is_documentation, commits: 0 }
    }

    /// The lines of the ignore file.
    fn text(&self) -> String {
        let exceptions: String = self.exceptions.iter().map(|path| format!("\n!{path}")).collect();
        format!("{}{exceptions}", self.pattern)
    }
}

/// The files of the context that some step reads.
fn taken_in<'f>(build: &Build<'_>, sent: &'f ContextFiles) -> BTreeSet<&'f str> {
    let plan = Plan::new(build);
    let stages = build.stages.iter().filter(|stage| stage.is_reachable);
    let vertices = stages.filter_map(|stage| plan.stages.get(stage.index)).flat_map(|stage| &stage.vertices);
    let read = vertices.flat_map(|vertex| paths_read(&vertex.operation));
    read.flat_map(|(path, excluded)| sent.selected(path, excluded).into_paths()).collect()
}

/// The documents among the files that neither an instruction nor a manifest names: in one line for all of a kind where
/// there are several.
fn unread_documents(taken_in: &BTreeSet<&str>, build: &Build<'_>, context: &BuildContext) -> Vec<UnneededFiles> {
    let instructions = build.steps().map(|step| step.instruction.text.text());
    let texts: Vec<&str> = instructions.chain(context.texts(|_| true).map(|(_, text)| text)).collect();
    let is_named = |path: &&str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        texts.iter().any(|text| text.contains(name))
    };
    let mut by_ending: BTreeMap<&str, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
    for path in taken_in.iter().filter(|path| PathKind::of(path) == PathKind::Documentation) {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        let (named, others) = by_ending.entry(ending).or_default();
        if is_named(path) { named.push(path) } else { others.push(path) }
    }
    let lines = by_ending.into_iter().flat_map(|(ending, (named, others))| match others.len() {
        2.. if !ending.is_empty() && !ending.contains('/') => {
            let exceptions = named.into_iter().map(str::to_owned).collect();
            vec![UnneededFiles::new(format!("**/*.{ending}"), exceptions, true)]
        }
        _ => others.into_iter().map(|path| UnneededFiles::new(path.to_owned(), Vec::new(), true)).collect(),
    });
    lines.collect()
}

/// How many commits changed one of the files that the lines leave out.
fn commits(timeline: &Timeline, taken_in: &BTreeSet<&str>, files: &UnneededFiles) -> usize {
    let ignored = IgnoreFile::parse(SourceFile::new(".dockerignore", files.text()));
    let is_one = |path: &str| taken_in.contains(path) && ignored.is_ignored(path).is_some();
    let is_in = |revision: &&Revision| revision.changes.iter().any(|(path, _)| is_one(path));
    timeline.revisions.iter().skip(1).filter(is_in).count()
}

/// The same commits, had these lines ended the ignore file in all of them.
fn with_lines(timeline: &Timeline, lines: &[UnneededFiles]) -> Timeline {
    let lines: String = lines.iter().map(|files| format!("\n{}", files.text())).collect();
    let revisions = timeline.revisions.iter().map(|revision| {
        let own = revision.ignore_file.as_deref().unwrap_or_default();
        Revision { ignore_file: Some(Rc::from(format!("{own}{lines}"))), ..revision.clone() }
    });
    Timeline::new(timeline.start.clone(), revisions.collect())
}

#[cfg(test)]
mod tests {
    use crate::cache::Node;
    use crate::context::Entry;
    use crate::syntax::parse;

    use super::*;

    /// The lines for a project whose commits, after a first one, change one file each; and how many commits they spare.
    fn unneeded(text: &str, changed: &[&str]) -> Option<(Vec<(String, usize)>, usize)> {
        let file = parse(SourceFile::new("Dockerfile", text));
        let all: BTreeSet<&str> = changed.iter().copied().collect();
        let node = |content: usize| Some(Node::File { mode: 0o644, content: content.to_string() });
        let revision = |changes| Revision { changes, dockerfile: Some(text.into()), ignore_file: None };
        let first = revision(all.iter().map(|path| ((*path).to_owned(), node(0))).collect());
        let later = changed.iter().enumerate().map(|(at, path)| revision(vec![((*path).to_owned(), node(at + 1))]));
        let timeline = Timeline::new(ContextFiles::default(), std::iter::once(first).chain(later).collect());
        let entries = all.iter().map(|path| Entry::file(*path, 0o644, 1)).collect();
        let context = BuildContext::new(entries, None, BTreeMap::new(), false);
        let found = Unneeded::of(&timeline, &file, &context)?;
        Some((found.lines.into_iter().map(|files| (files.pattern, files.commits)).collect(), found.spared))
    }

    #[test]
    fn what_nothing_asks_for_is_counted_and_its_commits_are_spared() {
        let changed = ["README.md", "a.js", "docs/b.md", "README.md", ".travis.yml"];
        assert_eq!(
            unneeded("FROM a\nCOPY . .\nRUN npm ci\n", &changed),
            Some((vec![("**/*.md".to_owned(), 3), (".travis.yml".to_owned(), 1)], 4))
        );
    }

    #[test]
    fn a_document_that_an_instruction_names_is_needed() {
        let changed = ["README.md", "a.md", "a.js"];
        assert_eq!(
            unneeded("FROM a\nCOPY . .\nRUN cat README.md\n", &changed),
            Some((vec![("a.md".to_owned(), 1)], 1))
        );
        assert_eq!(
            unneeded("FROM a\nCOPY . .\nRUN cat README.md\n", &["README.md", "a.md", "b.md", "a.js"]),
            Some((vec![("**/*.md".to_owned(), 2)], 2))
        );
        assert_eq!(unneeded("FROM a\nCOPY . .\n", &["a.js"]), None);
    }

    #[test]
    fn what_no_step_takes_in_does_not_matter() {
        assert_eq!(unneeded("FROM a\nCOPY a.js .\n", &["README.md", "a.js"]), None);
    }
}
