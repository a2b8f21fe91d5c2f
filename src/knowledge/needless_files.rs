//! Files and folders of a project that its images have no use for.

use super::is_dockerfile_name;

/// What a file or folder is for, other than the image. In the order in which an ignore file best names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NeedlessKind {
    /// The history of the sources.
    History,
    /// What package managers and compilers make of the sources, on the machine of whoever builds.
    Made,
    /// What an image must not hold.
    Secret,
    /// Caches and logs of tools.
    Cache,
    /// Settings of editors, and what desktops leave behind.
    Desktop,
    /// Instructions for builders and their services.
    Builder,
}

/// Folders in which version control keeps the history.
const HISTORIES: [&str; 3] = [".git", ".hg", ".svn"];

/// Folders that a language's tools fill, and a file next to them that says they are that.
const MADE: &[(&str, &str, Option<&str>)] = &[
    ("javascript", "node_modules", None),
    ("javascript", "bower_components", None),
    ("python", "venv", None),
    ("python", ".venv", None),
    ("python", "__pycache__", None),
    ("rust", "target", Some("Cargo.toml")),
    ("java", "target", Some("pom.xml")),
    ("java", ".gradle", None),
    ("java", "build", Some("build.gradle")),
    ("java", "build", Some("build.gradle.kts")),
    ("php", "vendor", Some("composer.json")),
    ("elixir", "_build", Some("mix.exs")),
    ("elixir", "deps", Some("mix.exs")),
];

const CACHES: [&str; 12] = [
    ".eslintcache",
    ".mypy_cache",
    ".nox",
    ".nyc_output",
    ".parcel-cache",
    ".pytest_cache",
    ".ruff_cache",
    ".terraform",
    ".tox",
    ".turbo",
    "npm-debug.log",
    "yarn-error.log",
];

const DESKTOPS: [&str; 5] = [".DS_Store", ".idea", ".vs", ".vscode", "Thumbs.db"];

/// At the root of the build context.
const BUILDERS: [&str; 8] = [
    ".circleci",
    ".github",
    ".gitlab-ci.yml",
    ".travis.yml",
    "Jenkinsfile",
    "compose.yaml",
    "compose.yml",
    "docker-bake.hcl",
];

/// What lies at `path` is for, if images have no use for it. `languages` are those whose package managers the image asks;
/// `is_beside` says whether a file of that name lies in the same folder.
pub fn needless_kind(path: &str, languages: &[&str], is_beside: impl Fn(&str) -> bool) -> Option<NeedlessKind> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_made = |(language, made, mark): &(&str, &str, Option<&str>)| {
        *made == name && languages.contains(language) && mark.is_none_or(&is_beside)
    };
    if HISTORIES.contains(&name) {
        Some(NeedlessKind::History)
    } else if MADE.iter().any(is_made) {
        Some(NeedlessKind::Made)
    } else if CACHES.contains(&name) {
        Some(NeedlessKind::Cache)
    } else if DESKTOPS.contains(&name) {
        Some(NeedlessKind::Desktop)
    } else if folder.is_empty() && (BUILDERS.contains(&name) || is_of_builder(name)) {
        Some(NeedlessKind::Builder)
    } else {
        None
    }
}

/// Whether the name alone says so, and whatever has it is needless where one is. A `target` may be anything.
pub fn says_it_all(name: &str) -> bool {
    !MADE.iter().any(|(_, made, mark)| *made == name && mark.is_some())
}

/// `docker-compose.override.yml`, `dev.Dockerfile`, `Dockerfile.dockerignore`
fn is_of_builder(name: &str) -> bool {
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    is_dockerfile_name(name) || name.ends_with(".dockerignore") || name.starts_with("docker-compose") && is_yaml
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_where_its_language_is_built_and_its_manifest_lies_beside_it() {
        let kind = |path, languages: &[&str], beside: &str| needless_kind(path, languages, |name| name == beside);
        assert_eq!(kind("web/node_modules", &["javascript"], ""), Some(NeedlessKind::Made));
        assert_eq!(kind("web/node_modules", &["python"], ""), None);
        assert_eq!(kind("target", &["rust"], "Cargo.toml"), Some(NeedlessKind::Made));
        assert_eq!(kind("target", &["rust"], ""), None);
    }

    #[test]
    fn instructions_for_builders_lie_at_the_root() {
        let kind = |path| needless_kind(path, &[], |_| false);
        for path in
            ["Dockerfile", "Dockerfile.dev", "api.dockerfile", "docker-compose.yml", ".github", "a.dockerignore"]
        {
            assert_eq!(kind(path), Some(NeedlessKind::Builder), "{path}");
        }
        assert_eq!(kind("templates/Dockerfile"), None);
        assert_eq!(kind("docker-compose.sh"), None);
        assert_eq!(kind("a/.DS_Store"), Some(NeedlessKind::Desktop));
    }
}
