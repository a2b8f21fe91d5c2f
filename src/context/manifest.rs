//! Which files of the build context are kept with their text.

use super::containers::{is_folder_of_kubernetes, is_kubernetes_file};
use super::pipeline::{is_folder_of_pipelines, is_pipeline_file};

/// The largest text that is kept, in bytes. Real manifests are far smaller; generated lock files are often larger, and
/// that they exist is all that is asked of them.
pub const LARGEST_MANIFEST: u64 = 512 * 1024;

const NAMES: &[&str] = &[
    ".devcontainer.json",
    ".dockerignore",
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    "CMakeLists.txt",
    "Cargo.lock",
    "Cargo.toml",
    "Directory.Build.props",
    "Directory.Build.targets",
    "Directory.Packages.props",
    "GNUmakefile",
    "Gemfile",
    "Gemfile.lock",
    "Jenkinsfile",
    "Makefile",
    "Pipfile",
    "Procfile",
    "app.json",
    "build.gradle",
    "build.gradle.kts",
    "composer.json",
    "composer.lock",
    "configure.ac",
    "devcontainer.json",
    "extensions.xml",
    "fly.toml",
    "go.mod",
    "go.work",
    "heroku.yml",
    "hugo.toml",
    "makefile",
    "meson.build",
    "mix.exs",
    "mkdocs.yml",
    "package.json",
    "pnpm-workspace.yaml",
    "pom.xml",
    "pyproject.toml",
    "railway.json",
    "railway.toml",
    "render.yaml",
    "rust-toolchain.toml",
    "setup.cfg",
    "setup.py",
];

/// Beginnings and ends of names.
const SHAPES: &[(&str, &str)] = &[
    ("", ".am"),
    ("", ".c"),
    ("", ".cc"),
    ("", ".cmake"),
    ("", ".conf"),
    ("", ".cpp"),
    ("", ".cs"),
    ("", ".csproj"),
    ("", ".cxx"),
    ("", ".fsproj"),
    ("", ".gemspec"),
    ("", ".go"),
    ("", ".gradle"),
    ("", ".gradle.kts"),
    ("", ".java"),
    ("", ".kt"),
    ("", ".mk"),
    ("", ".py"),
    ("", ".rb"),
    ("", ".rs"),
    ("", ".sbt"),
    ("", ".sh"),
    ("", ".vbproj"),
    ("compose", ".yaml"),
    ("compose", ".yml"),
    ("craco.config.", ""),
    ("docker-bake.", ".hcl"),
    ("docker-bake.", ".json"),
    ("docker-compose", ".yaml"),
    ("docker-compose", ".yml"),
    ("docker-entrypoint", ""),
    ("docusaurus.config.", ""),
    ("entrypoint", ""),
    ("next.config.", ""),
    ("requirements", ".in"),
    ("requirements", ".txt"),
    ("tsconfig", ".json"),
    ("vite.config.", ""),
    ("vue.config.", ""),
    ("webpack.config.", ""),
];

/// Whether the folder at `path` is read even where `.dockerignore` excludes it: what lies there tells how the image is
/// built and run, and is none of its files.
pub fn is_folder_of_tools(path: &str) -> bool {
    path == ".devcontainer" || is_folder_of_pipelines(path) || is_folder_of_kubernetes(path)
}

/// Whether the file at `path` is one whose text rules and rewrites ask for: package manifests, entrypoint scripts,
/// files of Compose, Bake and Kubernetes, pipelines, settings of servers, sources that tell which files and programs they open.
pub fn is_manifest(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    NAMES.binary_search(&name).is_ok()
        || is_kubernetes_file(path)
        || is_pipeline_file(path)
        || SHAPES.iter().any(|(start, end)| name.starts_with(start) && name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_for_the_search() {
        assert!(NAMES.is_sorted());
    }

    #[test]
    fn manifests_are_known_by_name_wherever_they_lie() {
        for path in [
            "package.json",
            "web/package.json",
            "requirements-dev.txt",
            "src/App/App.csproj",
            "compose.prod.yml",
            ".github/workflows/a.yml",
            "deploy/k8s/web.yaml",
        ] {
            assert!(is_manifest(path), "{path}");
        }
        for path in ["package.json5", "src/main.h", "app.yml", "logo.png"] {
            assert!(!is_manifest(path), "{path}");
        }
    }
}
