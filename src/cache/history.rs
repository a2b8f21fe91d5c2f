//! What the commits of a project's history would have rebuilt, each after the one before it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::ir::Build;
use crate::plan::Plan;
use crate::source::SourceFile;
use crate::syntax::{Dockerfile, parse};

use super::comparison::{Cache, Fate, Judged, Reason};
use super::files::ContextFiles;
use super::keys::{Keys, State};
use super::layers::{NO_IMAGES, one_line};
use super::path_kind::PathKind;
use super::timeline::Timeline;
use super::worktree::Worktree;

/// What a history did to the steps of today's Dockerfile.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// How many commits were built after another.
    pub commits: usize,
    /// How many of them rebuilt nothing.
    pub idle: usize,
    /// How many of them changed a file of each kind, whether the builder is sent it or not.
    pub changed: BTreeMap<PathKind, usize>,
    /// By stage and vertex, what became of today's steps.
    pub tallies: BTreeMap<(usize, usize), Tally>,
}

/// What became of one step in all commits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many commits had the step.
    pub commits: usize,
    /// How many of them rebuilt it for sure.
    pub rebuilt: usize,
    /// How many of them rebuilt it unless a stage gave the same files again.
    pub unknown: usize,
    /// The files of the context that were to blame, with the number of commits, the most frequent first.
    pub paths: Vec<(String, usize)>,
    /// How many commits rebuilt it by an edit of the Dockerfile.
    pub by_dockerfile: usize,
}

/// A Dockerfile of the history.
struct Version {
    plan: Plan,
    /// The vertices that are built, each with its instruction.
    steps: Vec<Position>,
    texts: Vec<String>,
}

/// Stage and vertex.
type Position = (usize, usize);

/// Builds one revision after the other, from the files of the first on, and counts what becomes of the steps of
/// `today`'s Dockerfile. Steps of earlier Dockerfiles are followed through their edits.
pub fn replay(timeline: &Timeline, today: &Dockerfile) -> History {
    let mut versions: HashMap<Rc<str>, Rc<Version>> = HashMap::new();
    let read = |text: &Rc<str>| Rc::new(Version::new(&parse(SourceFile::new("Dockerfile", &**text))));
    let in_order = timeline.revisions.iter().map(|revision| {
        let text = revision.dockerfile.as_ref()?;
        Some(Rc::clone(versions.entry(Rc::clone(text)).or_insert_with(|| read(text))))
    });
    build_all(timeline, &in_order.collect::<Vec<_>>(), today)
}

/// The same, had the Dockerfile been that of today in all revisions.
pub fn replay_today(timeline: &Timeline, today: &Dockerfile) -> History {
    let version = Rc::new(Version::new(today));
    build_all(timeline, &vec![Some(version); timeline.revisions.len()], today)
}

/// Builds the revisions, each with its Dockerfile.
fn build_all(timeline: &Timeline, in_order: &[Option<Rc<Version>>], today: &Dockerfile) -> History {
    let names = names_of_today(in_order, &Version::new(today));
    let mut worktree = Worktree::new(&timeline.start);
    let mut culprits = Culprits::default();
    let mut history = History::default();
    let mut cache = Cache::default();
    let mut last: Option<(Rc<Version>, ContextFiles, Keys)> = None;
    for (index, (revision, version)) in timeline.revisions.iter().zip(in_order).enumerate() {
        let is_touched = worktree.apply(revision);
        let kinds: BTreeSet<PathKind> = revision.changes.iter().map(|(path, _)| PathKind::of(path)).collect();
        kinds.into_iter().for_each(|kind| *history.changed.entry(kind).or_default() += 1);
        let Some(version) = version else { continue };
        let names = &names[index];
        if let Some((before, ..)) = &last
            && Rc::ptr_eq(before, version)
            && !is_touched
        {
            history.commits += 1;
            history.idle += 1;
            names.iter().flatten().for_each(|step| history.tallies.entry(*step).or_default().commits += 1);
            continue;
        }
        let state = State { plan: &version.plan, files: worktree.sent(), images: NO_IMAGES, epoch: None };
        let keys = timeline.keys(index, &state);
        if let Some((before, files, old)) = &last {
            let before = State { plan: &before.plan, files, images: NO_IMAGES, epoch: None };
            let judged = cache.judge((&before, old), (&state, &keys));
            history.commits += 1;
            history.idle += usize::from(!culprits.tally(&judged, version, names, &mut history.tallies));
        }
        cache.remember(&keys);
        last = Some((Rc::clone(version), worktree.sent().clone(), keys));
    }
    culprits.name_in(&mut history.tallies);
    history
}

/// By step of today, the files to blame.
#[derive(Default)]
struct Culprits {
    paths: HashMap<Position, HashMap<String, usize>>,
}

impl Culprits {
    /// Counts what became of the steps. Whether any was not kept.
    fn tally(
        &mut self,
        judged: &[Judged],
        version: &Version,
        names: &[Option<Position>],
        tallies: &mut BTreeMap<Position, Tally>,
    ) -> bool {
        let mut is_any = false;
        for (position, name) in version.steps.iter().zip(names) {
            let Some(step) = judged.iter().find(|step| (step.stage, step.vertex) == *position) else { continue };
            is_any |= step.fate != Fate::Kept;
            let Some(name) = name else { continue };
            let tally = tallies.entry(*name).or_default();
            tally.commits += 1;
            tally.rebuilt += usize::from(step.fate == Fate::Rebuilt);
            tally.unknown += usize::from(step.fate == Fate::Unknown);
            match culprit(step, judged) {
                Some(Reason::Files(paths)) => {
                    let counts = self.paths.entry(*name).or_default();
                    paths.iter().for_each(|path| *counts.entry(path.clone()).or_default() += 1);
                }
                Some(_) => tally.by_dockerfile += 1,
                None => {}
            }
        }
        is_any
    }

    fn name_in(self, tallies: &mut BTreeMap<Position, Tally>) {
        for (step, counts) in self.paths {
            let mut paths: Vec<(String, usize)> = counts.into_iter().collect();
            paths.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
            tallies.entry(step).or_default().paths = paths;
        }
    }
}

/// The reason behind the reason: that of the step which pulled this one along.
fn culprit<'j>(step: &'j Judged, judged: &'j [Judged]) -> Option<&'j Reason> {
    let found = match step.reason.as_ref()? {
        Reason::Behind(stage, vertex) => judged.iter().find(|it| (it.stage, it.vertex) == (*stage, *vertex)),
        Reason::Stage(stage) => judged.iter().find(|it| it.stage == *stage && it.fate != Fate::Kept),
        own => return Some(own),
    };
    // Stages come before those that read them, so that this ends.
    found
        .filter(|found| found.stage < step.stage || found.vertex < step.vertex)
        .and_then(|found| culprit(found, judged))
}

impl Version {
    fn new(file: &Dockerfile) -> Self {
        let build = Build::new(file);
        let plan = Plan::new(&build);
        let (mut steps, mut texts) = (Vec::new(), Vec::new());
        for stage in build.stages.iter().filter(|stage| stage.is_reachable) {
            let vertices = plan.stages.get(stage.index).map_or(&[][..], |stage| &stage.vertices);
            for (vertex, it) in vertices.iter().enumerate() {
                steps.push((stage.index, vertex));
                texts.push(one_line(file.source.slice(it.maker.span)));
            }
        }
        Self { plan, steps, texts }
    }
}

/// For each revision what its steps are today: the step with the same instruction, or with the one that took its place.
fn names_of_today(versions: &[Option<Rc<Version>>], today: &Version) -> Vec<Vec<Option<Position>>> {
    let mut names: Vec<Vec<Option<Position>>> = vec![Vec::new(); versions.len()];
    let mut next_texts = today.texts.clone();
    let mut next: Vec<Option<Position>> = today.steps.iter().copied().map(Some).collect();
    for (index, version) in versions.iter().enumerate().rev() {
        let Some(version) = version else { continue };
        if version.texts != next_texts {
            let mut own = vec![None; version.texts.len()];
            for (old, new, length) in
                capture_diff_slices(Algorithm::Myers, &version.texts, &next_texts).iter().filter_map(pairs)
            {
                (0..length).for_each(|at| own[old + at] = next[new + at]);
            }
            next = own;
            next_texts.clone_from(&version.texts);
        }
        names[index].clone_from(&next);
    }
    names
}

/// The steps that are the same, or that were edited where they stand: places and number.
fn pairs(op: &DiffOp) -> Option<(usize, usize, usize)> {
    match *op {
        DiffOp::Equal { old_index, new_index, len } => Some((old_index, new_index, len)),
        DiffOp::Replace { old_index, old_len, new_index, new_len } if old_len == new_len => {
            Some((old_index, new_index, old_len))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::cache::{Node, Revision};

    use super::*;

    fn file(content: &str) -> Option<Node> {
        Some(Node::File { mode: 0o644, content: content.to_owned() })
    }

    fn revision(dockerfile: &str, changes: &[(&str, Option<Node>)]) -> Revision {
        let changes = changes.iter().map(|(path, node)| ((*path).to_owned(), node.clone())).collect();
        Revision { changes, dockerfile: Some(dockerfile.into()), ignore_file: Some("docs\n".into()) }
    }

    #[test]
    fn each_commit_is_built_after_the_one_before() {
        let first = "FROM a\nCOPY . .\nRUN npm ci\n";
        let second = "FROM a\nCOPY package.json .\nRUN npm ci\nCOPY . .\n";
        let revisions = [
            revision(first, &[("package.json", file("1")), ("a.js", file("1"))]),
            revision(first, &[("a.js", file("2"))]),
            revision(first, &[("docs/a.md", file("1"))]),
            revision(second, &[]),
            revision(second, &[("a.js", file("3"))]),
            revision(second, &[("package.json", None)]),
        ];
        let today = parse(SourceFile::new("Dockerfile", second));
        let history = replay(&Timeline::new(ContextFiles::default(), revisions.to_vec()), &today);
        assert_eq!((history.commits, history.idle), (5, 1));
        let install = &history.tallies[&(0, 1)];
        assert_eq!((install.commits, install.rebuilt, install.by_dockerfile), (5, 3, 1));
        assert_eq!(install.paths, [("a.js".to_owned(), 1), ("package.json".to_owned(), 1)]);
    }
}
