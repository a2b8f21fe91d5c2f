//! What a single change of the project would rebuild.

use std::collections::BTreeMap;

use crate::plan::Source;

use super::comparison::{Cache, Judged};
use super::files::Node;
use super::inputs::paths_read;
use super::keys::{Keys, State};
use super::layers::familiar;
use super::path_kind::PathKind;

/// A change, and what becomes of each step.
#[derive(Debug)]
pub struct Scenario {
    /// What changes.
    pub kind: ScenarioKind,
    /// What it is called: a path, or an image.
    pub subject: String,
    /// What becomes of the steps.
    pub judged: Vec<Judged>,
}

/// What changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScenarioKind {
    /// A file of the program's source.
    Source,
    /// A file that says what the project depends on.
    Dependencies,
    /// A file for people to read.
    Documentation,
    /// A comment in the Dockerfile.
    Dockerfile,
    /// The image that a stage starts from was rebuilt under the same name.
    BaseImage,
}

impl ScenarioKind {
    /// The words for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            ScenarioKind::Source => "a source file",
            ScenarioKind::Dependencies => "a file of dependencies",
            ScenarioKind::Documentation => "documentation",
            ScenarioKind::Dockerfile => "a comment in the Dockerfile",
            ScenarioKind::BaseImage => "the base image",
        }
    }
}

/// What the usual changes would rebuild. `dockerfile` is the path of the Dockerfile in the context, if it lies there.
///
/// Of each kind of file one that the builder is sent stands for all; kinds of which there is none are left out. Images
/// count only if one of the stages that are `built` starts from them.
pub fn scenarios(state: &State<'_>, dockerfile: Option<&str>, built: &[usize]) -> Vec<Scenario> {
    let keys = Keys::new(state);
    let mut cache = Cache::default();
    cache.remember(&keys);
    let judge = |kind: ScenarioKind, subject: String, after: &State<'_>| Scenario {
        kind,
        subject,
        judged: cache.judge((state, &keys), (after, &Keys::new(after))),
    };
    let mut scenarios = Vec::new();
    for kind in
        [ScenarioKind::Source, ScenarioKind::Dependencies, ScenarioKind::Documentation, ScenarioKind::Dockerfile]
    {
        if let Some(path) = example(kind, state, dockerfile) {
            let mut files = state.files.clone();
            files.insert(path, Node::File { mode: 0o644, content: "changed".to_owned() });
            scenarios.push(judge(kind, path.to_owned(), &State { files: &files, ..*state }));
        }
    }
    for reference in bases(state, built) {
        let images: BTreeMap<String, String> = [(reference.to_owned(), "changed".to_owned())].into();
        scenarios.push(judge(ScenarioKind::BaseImage, familiar(reference), &State { images: &images, ..*state }));
    }
    scenarios
}

/// The file that stands for all of its kind. One that is copied tells more than one that nothing takes in.
fn example<'s>(kind: ScenarioKind, state: &State<'s>, dockerfile: Option<&'s str>) -> Option<&'s str> {
    if kind == ScenarioKind::Dockerfile {
        return dockerfile.filter(|path| state.files.get(path).is_some());
    }
    let of_kind = |path: &&str| Some(*path) != dockerfile && kind_of(path) == Some(kind);
    copied(state).into_iter().find(of_kind).or_else(|| state.files.paths().find(of_kind))
}

/// The paths that some step takes in.
fn copied<'s>(state: &State<'s>) -> Vec<&'s str> {
    let vertices = state.plan.stages.iter().flat_map(|stage| &stage.vertices);
    let read = vertices.flat_map(|vertex| paths_read(&vertex.operation));
    read.flat_map(|(path, excluded)| state.files.selected(path, excluded).into_paths()).collect()
}

/// The images that stages start from, each once.
fn bases<'s>(state: &State<'s>, built: &[usize]) -> Vec<&'s str> {
    let mut bases: Vec<&str> = Vec::new();
    for stage in built.iter().filter_map(|stage| state.plan.stages.get(*stage)) {
        if let Source::Image { reference, .. } = &stage.base
            && !bases.contains(&reference.as_str())
        {
            bases.push(reference);
        }
    }
    bases
}

/// The kind of change that a file stands for.
fn kind_of(path: &str) -> Option<ScenarioKind> {
    match PathKind::of(path) {
        // A test's change stands for no other source file's: many a `.dockerignore` leaves them out.
        PathKind::Source if path.contains("test") => None,
        PathKind::Source => Some(ScenarioKind::Source),
        PathKind::Dependencies => Some(ScenarioKind::Dependencies),
        PathKind::Documentation => Some(ScenarioKind::Documentation),
        PathKind::Other => None,
    }
}
