//! Which files of the build context are kept with their text.

use super::containers::{is_folder_of_kubernetes, is_kubernetes_file};

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
    "GNUmakefile",
    "Gemfile",
    "Gemfile.lock",
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
    "fly.toml",
    "go.mod",
    "go.work",
    "heroku.yml",
    "makefile",
    "meson.build",
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
    "tsconfig.build.json",
    "tsconfig.json",
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
    ("", ".go"),
    ("", ".gradle"),
    ("", ".gradle.kts"),
    ("", ".java"),
    ("", ".kt"),
    ("", ".mk"),
    ("", ".rs"),
    ("", ".sh"),
    ("", ".vbproj"),
    ("compose", ".yaml"),
    ("compose", ".yml"),
    ("docker-bake.", ".hcl"),
    ("docker-bake.", ".json"),
    ("docker-compose", ".yaml"),
    ("docker-compose", ".yml"),
    ("docker-entrypoint", ""),
    ("entrypoint", ""),
    ("requirements", ".in"),
    ("requirements", ".txt"),
    ("vite.config.", ""),
];

/// Folders whose files are meant for other programs, with the ends of their names.
const FOLDERS: &[(&str, &str)] = &[(".github/workflows/", ".yaml"), (".github/workflows/", ".yml")];

/// Whether the folder at `path` is read even where `.dockerignore` excludes it: what lies there tells how the image is
/// built and run, and is none of its files.
pub fn is_folder_of_tools(path: &str) -> bool {
    matches!(path, ".devcontainer" | ".github" | ".github/workflows") || is_folder_of_kubernetes(path)
}

/// Whether the file at `path` is one whose text rules and rewrites ask for: package manifests, entrypoint scripts,
/// files of Compose, Bake and Kubernetes, workflows, settings of servers, sources that tell which files and programs they open.
pub fn is_manifest(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    NAMES.binary_search(&name).is_ok()
        || is_kubernetes_file(path)
        || FOLDERS.iter().any(|(folder, end)| path.starts_with(folder) && path.ends_with(end))
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
