//! What a single change of the project would rebuild.

use std::collections::BTreeMap;

use crate::knowledge::package_managers;
use crate::plan::Source;

use super::comparison::{Cache, Judged};
use super::files::Node;
use super::inputs::paths_read;
use super::keys::{Keys, State};
use super::layers::familiar;

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

/// Endings of source files, in the languages that images are mostly built for.
const SOURCES: &[&str] = &[
    "c", "cc", "cpp", "cs", "css", "ex", "exs", "fs", "go", "h", "hs", "html", "java", "js", "jsx", "kt", "lua", "php",
    "pl", "py", "r", "rb", "rs", "scala", "scss", "svelte", "swift", "ts", "tsx", "vue",
];

fn kind_of(path: &str) -> Option<ScenarioKind> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_in_project = |files: &[&str]| files.contains(&name);
    if package_managers::all().iter().any(|it| is_in_project(it.project.manifests) || is_in_project(it.project.locks)) {
        return Some(ScenarioKind::Dependencies);
    }
    if matches!(ending, "md" | "rst" | "adoc") || name.starts_with("LICENSE") || name.starts_with("README") {
        return Some(ScenarioKind::Documentation);
    }
    let is_named = !name.starts_with('.') && !path.contains("test");
    (is_named && SOURCES.contains(&ending)).then_some(ScenarioKind::Source)
}
