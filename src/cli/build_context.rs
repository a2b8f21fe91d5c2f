//! Which folder is the build context of a Dockerfile, and what lies in it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, DirEntry, Metadata};
use std::path::{Path, PathBuf};

use crate::context::{
    BuildContext, Entry, EntryKind, IgnoreFile, LARGEST_MANIFEST, PathState, is_folder_of_tools, is_manifest,
};
use crate::source::SourceFile;

use super::folders::Folders;

/// So many entries are read at most; the rest makes the context truncated.
pub const MOST_ENTRIES: usize = 200_000;

/// So many bytes of manifests are kept at most.
const MOST_TEXT: u64 = 32 * 1024 * 1024;

/// An ignore file of more bytes is not read.
const LARGEST_IGNORE_FILE: u64 = 1024 * 1024;

/// So many folders above the Dockerfile's own may be its context.
const MOST_LEVELS: usize = 6;

/// A build context, and what could not be read of it.
#[derive(Debug)]
pub struct LoadedContext {
    /// What was read.
    pub context: BuildContext,
    /// One sentence for each place that was skipped.
    pub notes: Vec<String>,
}

/// Reads the folder `root` as the build context of `dockerfile`.
///
/// Symbolic links are noted, never followed. The insides of `.git` and of folders that the ignore file excludes
/// completely are not read.
pub fn load(root: &Path, dockerfile: &Path) -> LoadedContext {
    let mut walk = Walk::default();
    walk.ignore = walk.read_ignore_file(root, dockerfile);
    walk.read_folders(root);
    let context = BuildContext::new(walk.entries, walk.ignore, walk.texts, walk.is_truncated);
    LoadedContext { context: context.in_folder(name_of(root)), notes: walk.notes }
}

/// What users call the folder: relative to the working directory where it lies in there.
fn name_of(root: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let name = root.strip_prefix(here).or_else(|_| root.strip_prefix(".")).unwrap_or(root);
    name.display().to_string()
}

/// The folder that is most likely the build context of `dockerfile`, judged by the `sources` of its COPY and ADD
/// instructions: those from the context, variables replaced.
///
/// That is the nearest folder, from the Dockerfile's own up to the root of the repository, in which all sources exist.
/// Where there is none, it is the Dockerfile's own folder if at least one source exists there.
pub fn infer(dockerfile: &Path, sources: &[&str], folders: &Folders) -> Option<PathBuf> {
    let dockerfile = std::path::absolute(dockerfile).ok()?;
    let own = dockerfile.parent()?;
    let mut candidates = Vec::new();
    // Nobody builds from the root of the file system; `COPY usr /usr` must not make dfx read all of it.
    for folder in own.ancestors().take(MOST_LEVELS + 1).filter(|folder| *folder == own || folder.parent().is_some()) {
        candidates.push(folder);
        if folders.is_repository(folder) {
            break;
        }
    }
    let whole = candidates.into_iter().find(|folder| sources.iter().all(|source| folders.hold(folder, source)));
    let part = || sources.iter().any(|source| folders.hold(own, source)).then_some(own);
    whole.or_else(part).map(Path::to_owned)
}

#[derive(Default)]
struct Walk {
    ignore: Option<IgnoreFile>,
    entries: Vec<Entry>,
    texts: BTreeMap<String, String>,
    text_size: u64,
    is_truncated: bool,
    notes: Vec<String>,
}

/// A folder yet to be read.
struct Folder {
    path: PathBuf,
    /// Its path in the context with a final `/`; empty for the root.
    prefix: String,
    state: Option<PathState>,
}

impl Walk {
    /// `<Dockerfile>.dockerignore` beside the Dockerfile, else `.dockerignore` at the root of the context.
    fn read_ignore_file(&mut self, root: &Path, dockerfile: &Path) -> Option<IgnoreFile> {
        let mut beside = OsString::from(dockerfile);
        beside.push(".dockerignore");
        let path = [PathBuf::from(beside), root.join(".dockerignore")].into_iter().find(|path| path.is_file())?;
        let is_small = fs::metadata(&path).is_ok_and(|metadata| metadata.len() <= LARGEST_IGNORE_FILE);
        let bytes = if is_small { fs::read(&path).ok() } else { None };
        if bytes.is_none() {
            self.note(&path, "could not be read");
        }
        Some(IgnoreFile::parse(SourceFile::new(path.to_string_lossy(), bytes?)))
    }

    fn read_folders(&mut self, root: &Path) {
        let mut folders = vec![Folder { path: root.to_owned(), prefix: String::new(), state: None }];
        while let Some(folder) = folders.pop() {
            let Ok(names) = fs::read_dir(&folder.path) else {
                self.note(&folder.path, "could not be read");
                continue;
            };
            for found in names {
                if self.entries.len() >= MOST_ENTRIES {
                    self.is_truncated = true;
                    return;
                }
                match found.and_then(|found| found.metadata().map(|metadata| (found, metadata))) {
                    Ok((found, metadata)) => folders.extend(self.read_entry(&folder, &found, &metadata)),
                    Err(_) => self.note(&folder.path, "holds an entry that could not be read"),
                }
            }
        }
    }

    /// Notes an entry, and gives back the folder that it is if its inside is to be read.
    fn read_entry(&mut self, parent: &Folder, found: &DirEntry, metadata: &Metadata) -> Option<Folder> {
        let Ok(name) = found.file_name().into_string() else {
            self.note(&found.path(), "has a name that is not UTF-8 and was left out");
            return None;
        };
        let path = format!("{}{name}", parent.prefix);
        let mode = permissions(metadata);
        if metadata.is_dir() {
            return self.read_directory(parent, found, path, mode);
        }
        if metadata.is_symlink() {
            let target = fs::read_link(found.path()).unwrap_or_default().to_string_lossy().replace('\\', "/");
            self.entries.push(Entry { path, kind: EntryKind::Symlink { target }, mode, size: 0 });
        } else if metadata.is_file() {
            self.keep_text(found, &path, metadata.len());
            self.entries.push(Entry::file(path, mode, metadata.len()));
        }
        None
    }

    fn read_directory(&mut self, parent: &Folder, found: &DirEntry, path: String, mode: u32) -> Option<Folder> {
        let state = self.ignore.as_ref().map(|ignore| ignore.judge(&path, parent.state.as_ref()));
        let is_closed = state.as_ref().is_some_and(PathState::is_closed) && !is_folder_of_tools(&path);
        let is_unlisted = found.file_name() == ".git" || is_closed;
        let prefix = format!("{path}/");
        let kind = if is_unlisted { EntryKind::UnlistedDirectory } else { EntryKind::Directory };
        self.entries.push(Entry { path, kind, mode, size: 0 });
        (!is_unlisted).then(|| Folder { path: found.path(), prefix, state })
    }

    fn keep_text(&mut self, found: &DirEntry, path: &str, size: u64) {
        if !is_manifest(path) || size > LARGEST_MANIFEST || self.text_size + size > MOST_TEXT {
            return;
        }
        match fs::read_to_string(found.path()) {
            Ok(text) => {
                self.text_size += size;
                self.texts.insert(path.to_owned(), text);
            }
            Err(_) => self.note(&found.path(), "could not be read as text"),
        }
    }

    fn note(&mut self, path: &Path, what: &str) {
        self.notes.push(format!("{} {what}", path.display()));
    }
}

#[cfg(unix)]
fn permissions(metadata: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o7777
}

/// Docker for Windows sends everything as executable.
#[cfg(not(unix))]
fn permissions(_: &Metadata) -> u32 {
    0o755
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn folder(files: &[(&str, &str)]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn paths(context: &BuildContext) -> Vec<&str> {
        context.entries().iter().map(|entry| entry.path.as_str()).collect()
    }

    #[test]
    fn a_folder_is_read_without_the_inside_of_what_is_excluded() {
        let root = folder(&[
            ("Dockerfile", "FROM a"),
            (".dockerignore", "node_modules\nbuild\n!build/keep"),
            (".git/HEAD", ""),
            ("node_modules/a/b.js", ""),
            ("build/keep", ""),
            ("build/out/x", ""),
            ("src/package.json", "{}"),
        ]);
        let loaded = load(root.path(), &root.path().join("Dockerfile"));
        let expected = [
            ".dockerignore",
            ".git",
            "Dockerfile",
            "build",
            "build/keep",
            "build/out",
            "node_modules",
            "src",
            "src/package.json",
        ];
        assert_eq!(paths(&loaded.context), expected);
        assert_eq!(loaded.context.text("src/package.json"), Some("{}"));
        assert!(!loaded.context.is_truncated());
        assert_eq!(loaded.notes, [""; 0]);
    }

    #[test]
    fn files_for_other_programs_are_read_though_they_are_excluded() {
        let root = folder(&[(".dockerignore", ".github\n.devcontainer"), (".github/workflows/a.yml", "on: push")]);
        let context = load(root.path(), &root.path().join("Dockerfile")).context;
        assert_eq!(context.text(".github/workflows/a.yml"), Some("on: push"));
        assert!(context.would_exclude(".github/workflows/a.yml"));
    }

    #[test]
    fn the_ignore_file_beside_the_dockerfile_comes_first() {
        let root = folder(&[
            (".dockerignore", "a"),
            ("docker/app.Dockerfile", ""),
            ("docker/app.Dockerfile.dockerignore", "b"),
        ]);
        let special = load(root.path(), &root.path().join("docker/app.Dockerfile")).context;
        assert!(special.would_exclude("b") && !special.would_exclude("a"));
        let general = load(root.path(), &root.path().join("docker/other.Dockerfile")).context;
        assert!(general.would_exclude("a") && !general.would_exclude("b"));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_noted_and_never_followed() {
        let outside = folder(&[("secret", "")]);
        let root = folder(&[("a", "")]);
        std::os::unix::fs::symlink(outside.path(), root.path().join("link")).unwrap();
        let context = load(root.path(), &root.path().join("Dockerfile")).context;
        assert_eq!(paths(&context), ["a", "link"]);
        assert!(!context.exists("link/secret"));
    }

    #[test]
    fn a_missing_folder_is_a_note() {
        let root = folder(&[]);
        let loaded = load(&root.path().join("nowhere"), Path::new("Dockerfile"));
        assert_eq!(loaded.notes.len(), 1);
        assert_eq!(paths(&loaded.context), [""; 0]);
    }

    #[test]
    fn the_context_is_the_nearest_folder_with_all_sources() {
        let root = folder(&[
            (".git/HEAD", ""),
            ("package.json", ""),
            ("src/a", ""),
            ("services/api/Dockerfile", ""),
            ("services/api/go.mod", ""),
        ]);
        let dockerfile = root.path().join("services/api/Dockerfile");
        let inferred = |sources: &[&str]| {
            let found = infer(&dockerfile, sources, &Folders::default())?;
            Some(found.strip_prefix(root.path()).unwrap().to_str().unwrap().to_owned())
        };
        assert_eq!(inferred(&["go.mod"]).as_deref(), Some("services/api"));
        assert_eq!(inferred(&["./go.*"]).as_deref(), Some("services/api"));
        assert_eq!(inferred(&["package*.json", "/src"]).as_deref(), Some(""));
        assert_eq!(inferred(&["services/api/go.mod"]).as_deref(), Some(""));
        assert_eq!(inferred(&["go.mod", "made-in-ci"]).as_deref(), Some("services/api"));
        assert_eq!(inferred(&["made-in-ci"]), None);
        assert_eq!(inferred(&["../x"]), None);
    }

    #[test]
    fn the_search_ends_at_the_root_of_the_repository() {
        let root = folder(&[("a", ""), ("repository/.git/HEAD", ""), ("repository/Dockerfile", "")]);
        assert_eq!(infer(&root.path().join("repository/Dockerfile"), &["a"], &Folders::default()), None);
    }
}
