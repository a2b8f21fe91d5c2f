//! What kinds of files a project has, and how often they change.

use crate::knowledge::package_managers;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathKind {
    /// The program's source.
    Source,
    /// What says what the project depends on: manifests and lock files.
    Dependencies,
    /// For people to read.
    Documentation,
    /// Anything else.
    Other,
}

/// Endings of source files, in the languages that images are mostly built for.
const SOURCES: &[&str] = &[
    "c", "cc", "cpp", "cs", "css", "ex", "exs", "fs", "go", "h", "hs", "html", "java", "js", "jsx", "kt", "lua", "php",
    "pl", "py", "r", "rb", "rs", "scala", "scss", "svelte", "swift", "ts", "tsx", "vue",
];

impl PathKind {
    /// All kinds.
    pub const ALL: [PathKind; 4] = [PathKind::Source, PathKind::Dependencies, PathKind::Documentation, PathKind::Other];

    /// The kind of a file, by its path.
    pub fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let is_in_project = |files: &[&str]| files.contains(&name);
        if package_managers::all()
            .iter()
            .any(|it| is_in_project(it.project.manifests) || is_in_project(it.project.locks))
        {
            return PathKind::Dependencies;
        }
        if matches!(ending, "md" | "rst" | "adoc") || name.starts_with("LICENSE") || name.starts_with("README") {
            return PathKind::Documentation;
        }
        match !name.starts_with('.') && SOURCES.contains(&ending) {
            true => PathKind::Source,
            false => PathKind::Other,
        }
    }

    /// The words for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            PathKind::Source => "a source file",
            PathKind::Dependencies => "a file of dependencies",
            PathKind::Documentation => "documentation",
            PathKind::Other => "another file",
        }
    }

    /// In how many of a hundred commits files of the kind change, where there is no history to tell. `docs/layers.md` says
    /// where it was counted.
    pub fn commits_in_a_hundred(self) -> u64 {
        match self {
            PathKind::Source => 50,
            PathKind::Dependencies => 33,
            PathKind::Documentation => 15,
            PathKind::Other => 39,
        }
    }
}
