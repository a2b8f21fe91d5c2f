//! Cache keys.
//!
//! A key is the digest of an operation, in the canonical form of [`Digest`], in which each input is replaced by what
//! stands for it, and of the key of the step before. What stands for an input:
//!
//! * files of the context, of COPY, ADD and bind mounts: the digest of the files that are taken in. Of the path, a copy
//!   keeps the last part and a mount nothing (BuildKit's `solver/llbsolver/ops/file.go` and `exec.go`);
//! * files of another stage: only a build tells what a stage has in it. BuildKit asks first whether the stage's own key
//!   is known, and then for the files themselves. So each step has two keys: the strict one holds the key of the stage,
//!   the lenient one nothing. A step is kept if its strict key is known, is rebuilt if its lenient key is not, and if
//!   only that is known, it is kept exactly if the stage gave the same files again;
//! * an image: its name and platform, or what [`State::images`] says it is today.
//!
//! A cache mount's id and sharing count where they are the defaults, and else only in that they are not
//! (`checkShouldClearCacheOpts`). `SOURCE_DATE_EPOCH` is the time of what WORKDIR makes.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use crate::plan::{
    Cache, Copied, Copy, Digest, Exec, Files, MakeDirectory, Mount, MountKind, Operation, Plan, PlannedStage, Sharing,
    Source,
};

use super::files::ContextFiles;
use super::inputs::Input;

/// A build as it would be asked for.
#[derive(Debug, Clone, Copy)]
pub struct State<'s> {
    /// What is to be done.
    pub plan: &'s Plan,
    /// What the builder is sent.
    pub files: &'s ContextFiles,
    /// What stands for an image in the place of its name, by its full name: the digest of its manifest.
    pub images: &'s BTreeMap<String, String>,
    /// The build argument `SOURCE_DATE_EPOCH`.
    pub epoch: Option<&'s str>,
}

impl State<'_> {
    /// A source, with what an image is today in the place of its name.
    pub(super) fn today(&self, source: &Source) -> Source {
        match source {
            Source::Image { reference, platform } => {
                let today = self.images.get(reference).unwrap_or(reference);
                Source::Image { reference: today.clone(), platform: platform.clone() }
            }
            other => other.clone(),
        }
    }
}

/// The keys of all steps.
#[derive(Debug, Clone)]
pub struct Keys {
    /// By stage, those of its vertices, in order.
    pub stages: Vec<Vec<StepKey>>,
    /// By stage, the strict and the lenient key of all that it has made.
    pub(super) ends: Vec<(Digest, Digest)>,
}

/// The keys of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepKey {
    /// With the keys of the stages that are read.
    pub strict: Digest,
    /// Without them.
    pub lenient: Digest,
    /// The step alone, its inputs left out.
    pub alone: Digest,
    /// The step alone, with the files that it takes from the context.
    pub with_files: Digest,
    /// `COPY --link`: the strict and the lenient key of laying the copied files over what stands before, which costs
    /// nothing.
    pub merged: Option<(Digest, Digest)>,
}

impl StepKey {
    /// The keys that the step behind holds: strict and lenient.
    fn end(&self) -> (Digest, Digest) {
        self.merged.unwrap_or((self.strict, self.lenient))
    }
}

impl Keys {
    /// The keys of a build.
    pub fn new(state: &State<'_>) -> Self {
        Self::with_known(state, &RefCell::default())
    }

    /// The keys of a build, where the digests of some selections of its files are known. Others are added to them.
    pub(super) fn with_known(state: &State<'_>, known: &RefCell<Selections>) -> Self {
        let reader = Reader { state, known };
        let mut ends: Vec<(Digest, Digest)> = Vec::new();
        let mut stages = Vec::new();
        for stage in &state.plan.stages {
            let mut before = start(state, stage, &ends);
            let mut keys = Vec::with_capacity(stage.vertices.len());
            for vertex in &stage.vertices {
                let key = key(&reader, stage, &vertex.operation, before, &ends);
                before = key.end();
                keys.push(key);
            }
            ends.push(before);
            stages.push(keys);
        }
        Self { stages, ends }
    }
}

/// The keys of what a stage starts from.
fn start(state: &State<'_>, stage: &PlannedStage, ends: &[(Digest, Digest)]) -> (Digest, Digest) {
    if let Source::Stage(base) = stage.base
        && let Some(end) = ends.get(base)
    {
        return *end;
    }
    let image = state.today(&stage.base).digest();
    (image, image)
}

fn key(
    reader: &Reader<'_>,
    stage: &PlannedStage,
    operation: &Operation,
    before: (Digest, Digest),
    ends: &[(Digest, Digest)],
) -> StepKey {
    let form = |of: &dyn Fn(&Input<'_>) -> Source| {
        let platform = stage.platform.as_ref().filter(|_| matches!(operation, Operation::Exec(_)));
        let platform = Digest::of_texts(platform.map(ToString::to_string));
        let epoch = reader.state.epoch.filter(|_| matches!(operation, Operation::MakeDirectory(_)));
        Digest::of_all(&[canonical(operation, of).digest(), platform, Digest::of_texts(epoch)])
    };
    let strict_of_stage = |stage: usize, path: &str| {
        let end = ends.get(stage).map(|end| end.0.to_string()).unwrap_or_default();
        Source::Inline { content: format!("{end} {path}") }
    };
    let nothing = Source::Scratch;
    let alone = form(&|_| nothing.clone());
    let with_files = form(&|input| if input.from == &Source::Context { reader.read(input) } else { nothing.clone() });
    let lenient = form(&|input| match input.from {
        Source::Stage(_) => nothing.clone(),
        _ => reader.read(input),
    });
    let strict = form(&|input| match input.from {
        Source::Stage(stage) => strict_of_stage(*stage, input.path),
        _ => reader.read(input),
    });
    let behind = |before: Digest, own: Digest| Digest::of_all(&[before, own]);
    if matches!(operation, Operation::Files(files) if files.is_linked) {
        let merged = (behind(before.0, strict), behind(before.1, lenient));
        return StepKey { strict, lenient, alone, with_files, merged: Some(merged) };
    }
    StepKey { strict: behind(before.0, strict), lenient: behind(before.1, lenient), alone, with_files, merged: None }
}

/// The digests of files of one context, by path and by what is left out.
pub(super) type Selections = HashMap<(String, Vec<String>), Digest>;

/// Says what stands for files, and works it out once for each path.
struct Reader<'r> {
    state: &'r State<'r>,
    known: &'r RefCell<Selections>,
}

impl Reader<'_> {
    /// What stands for files that are not of a stage.
    fn read(&self, input: &Input<'_>) -> Source {
        match input.from {
            Source::Context => Source::Inline { content: self.selected(input).to_string() },
            Source::Image { .. } => {
                let image = self.state.today(input.from).digest();
                Source::Inline { content: format!("{image} {}", input.path) }
            }
            other => other.clone(),
        }
    }

    fn selected(&self, input: &Input<'_>) -> Digest {
        let question = (input.path.to_owned(), input.excluded.to_vec());
        let digest = || self.state.files.selected(input.path, input.excluded).digest();
        *self.known.borrow_mut().entry(question).or_insert_with(digest)
    }
}

/// The operation with each input replaced, and without what enters no key.
fn canonical(operation: &Operation, of: &dyn Fn(&Input<'_>) -> Source) -> Operation {
    match operation {
        Operation::Exec(exec) => {
            let mounts = exec.mounts.iter().map(|mount| canonical_mount(mount, of)).collect();
            Operation::Exec(Box::new(Exec { mounts, ..(**exec).clone() }))
        }
        Operation::Files(Files { copies, is_linked }) => {
            let copies = copies.iter().map(|copy| canonical_copy(copy, of)).collect();
            Operation::Files(Files { copies, is_linked: *is_linked })
        }
        Operation::MakeDirectory(MakeDirectory { path, owner }) => {
            Operation::MakeDirectory(MakeDirectory { path: path.clone(), owner: owner.clone() })
        }
    }
}

fn canonical_copy(copy: &Copy, of: &dyn Fn(&Input<'_>) -> Source) -> Copy {
    let (path, copied) = match &copy.copied {
        Copied::Paths { path, kept, unpacks } => {
            let last = path.rsplit('/').next().unwrap_or_default().to_owned();
            (path.as_str(), Copied::Paths { path: last, kept: kept.clone(), unpacks: *unpacks })
        }
        other => ("/", other.clone()),
    };
    // With --parents the kept part of the path is a part of what is copied.
    let whole = match &copy.copied {
        Copied::Paths { path, kept: Some(kept), .. } => format!("{}/{kept}", path.trim_end_matches('/')),
        _ => path.to_owned(),
    };
    let from = of(&Input { from: &copy.from, path: &whole, excluded: &copy.excluded });
    Copy { from, copied, ..copy.clone() }
}

fn canonical_mount(mount: &Mount, of: &dyn Fn(&Input<'_>) -> Source) -> Mount {
    let kind = match &mount.kind {
        MountKind::Bind { from, path, is_read_only } => MountKind::Bind {
            from: of(&Input { from, path, excluded: &[] }),
            path: String::new(),
            is_read_only: *is_read_only,
        },
        MountKind::Cache(cache) => {
            let is_default = cache.id == mount.target && cache.sharing == Sharing::Shared;
            MountKind::Cache(Cache {
                id: if is_default { cache.id.clone() } else { String::new() },
                sharing: Sharing::Shared,
                from: of(&Input { from: &cache.from, path: &cache.path, excluded: &[] }),
                ..cache.clone()
            })
        }
        other => other.clone(),
    };
    Mount { target: mount.target.clone(), kind }
}
