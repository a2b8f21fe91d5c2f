//! The build context of each file, read once where several files share it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::context::BuildContext;
use crate::ir::Build;
use crate::syntax::{Dockerfile, InstructionKind, Word};

use super::build_context::{self, LoadedContext};
use super::failure::Failure;
use super::folders::Folders;

/// So many contexts are kept: neighbours in the order of files mostly share one.
const MOST_KEPT: usize = 4;

/// Where build contexts come from.
#[derive(Debug)]
pub enum Contexts {
    /// No rule sees one.
    None,
    /// The same folder for all files.
    Folder(PathBuf, Kept),
    /// For each file the folder that its COPY instructions speak of.
    Inferred(Kept),
}

/// Contexts that were read.
#[derive(Debug, Default)]
pub struct Kept {
    contexts: Mutex<Vec<(PathBuf, Arc<OnceLock<BuildContext>>)>>,
    notes: Mutex<BTreeSet<String>>,
    folders: Folders,
}

/// A context on loan.
pub enum Loan {
    /// Kept for others.
    Shared(Arc<OnceLock<BuildContext>>),
    /// For one file only, which has an ignore file of its own.
    Own(Box<BuildContext>),
}

impl Loan {
    /// The context.
    pub fn get(&self) -> Option<&BuildContext> {
        match self {
            Loan::Shared(context) => context.get(),
            Loan::Own(context) => Some(context),
        }
    }
}

impl Contexts {
    /// The folder that the user has named, or for each file its own.
    pub fn given_or_inferred(folder: Option<&Path>) -> Result<Self, Failure> {
        match folder {
            Some(folder) if folder.is_dir() => Ok(Contexts::Folder(folder.to_owned(), Kept::default())),
            Some(folder) => Err(Failure::new(format!("the build context {} is no folder", folder.display()), "")),
            None => Ok(Contexts::Inferred(Kept::default())),
        }
    }

    /// The context of a Dockerfile that lies at `path`.
    pub fn of(&self, path: &Path, file: &Dockerfile) -> Option<Loan> {
        self.load(&self.folder_of(path, file)?, path)
    }

    /// The context that is this folder, for a Dockerfile that lies at `path`.
    pub fn load(&self, folder: &Path, path: &Path) -> Option<Loan> {
        match self {
            Contexts::None => None,
            Contexts::Folder(_, kept) | Contexts::Inferred(kept) => Some(kept.load(folder, path)),
        }
    }

    /// The folder that is the context of a Dockerfile.
    pub fn folder_of(&self, path: &Path, file: &Dockerfile) -> Option<PathBuf> {
        match self {
            Contexts::None => None,
            Contexts::Folder(folder, _) => Some(folder.clone()),
            Contexts::Inferred(kept) => {
                let sources = plain_sources(file).unwrap_or_else(|| context_sources(&Build::new(file)));
                if sources.is_empty() {
                    return None;
                }
                let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
                build_context::infer(path, &sources, &kept.folders)
            }
        }
    }

    /// What could not be read of the contexts so far, each once, in order.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Contexts::None => Vec::new(),
            Contexts::Folder(_, kept) | Contexts::Inferred(kept) => {
                kept.notes.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
            }
        }
    }
}

impl Kept {
    fn load(&self, folder: &Path, dockerfile: &Path) -> Loan {
        let mut own_ignore_file = OsString::from(dockerfile);
        own_ignore_file.push(".dockerignore");
        if Path::new(&own_ignore_file).is_file() {
            return Loan::Own(Box::new(self.read(folder, dockerfile)));
        }
        let slot = self.slot(folder);
        slot.get_or_init(|| self.read(folder, dockerfile));
        Loan::Shared(slot)
    }

    fn read(&self, folder: &Path, dockerfile: &Path) -> BuildContext {
        let LoadedContext { context, notes } = build_context::load(folder, dockerfile);
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).extend(notes);
        context
    }

    fn slot(&self, folder: &Path) -> Arc<OnceLock<BuildContext>> {
        let mut contexts = self.contexts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = contexts.iter().find(|(known, _)| known == folder) {
            return Arc::clone(known);
        }
        if contexts.len() == MOST_KEPT {
            contexts.remove(0);
        }
        let slot = Arc::new(OnceLock::new());
        contexts.push((folder.to_owned(), Arc::clone(&slot)));
        slot
    }
}

/// The sources of COPY and ADD that lie in the build context, where none of them holds anything to expand: then they
/// can be had without working out the whole build. `None` where one does.
fn plain_sources(file: &Dockerfile) -> Option<Vec<String>> {
    let mut sources = Vec::new();
    for instruction in file.instructions().filter(|instruction| instruction.flag("from").is_none()) {
        if let InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) = &instruction.kind {
            for word in &transfer.sources {
                if word.text().contains(['$', '"', '\'', '\\', '`']) {
                    return None;
                }
                sources.extend(Some(word.text()).filter(|source| is_local(source)).map(str::to_owned));
            }
        }
    }
    Some(sources)
}

/// The sources of COPY and ADD that lie in the build context, as far as the file alone tells them.
fn context_sources(build: &Build<'_>) -> Vec<String> {
    let mut sources = Vec::new();
    for step in build.steps() {
        let (InstructionKind::Copy(transfer) | InstructionKind::Add(transfer)) = &step.instruction.kind else {
            continue;
        };
        if step.instruction.flags.iter().any(|flag| flag.name.text() == "from") {
            continue;
        }
        // Defaults of build arguments are a good guess; a variable that nobody sets is none.
        let is_set = |word: &&Word| step.expanded(word).is_none_or(|expanded| expanded.undefined.is_empty());
        let words = transfer.sources.iter().filter(is_set).map(|word| step.value(word));
        sources.extend(words.filter(|source| is_local(source)).map(str::to_owned));
    }
    sources
}

/// Whether the source is a path in the build context: neither a URL, nor a git repository, nor a heredoc.
fn is_local(source: &str) -> bool {
    let is_remote = source.contains("://") || source.starts_with("git@") || source.starts_with("github.com/");
    !source.is_empty() && !is_remote && !source.starts_with("<<")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn paths(contexts: &Contexts, path: &Path, text: &str) -> Option<Vec<String>> {
        let file = crate::syntax::parse(SourceFile::new("Dockerfile", text));
        let loan = contexts.of(path, &file)?;
        Some(loan.get()?.entries().iter().map(|entry| entry.path.clone()).collect())
    }

    #[test]
    fn the_context_is_the_folder_in_which_the_sources_lie() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["docker", ".git", "src"] {
            std::fs::create_dir(folder.path().join(path)).unwrap();
        }
        let dockerfile = folder.path().join("docker/Dockerfile");
        let contexts = Contexts::Inferred(Kept::default());
        let found = paths(&contexts, &dockerfile, "FROM a\nARG DIR=src\nCOPY $DIR /src\nADD https://x/y /\n").unwrap();
        assert!(found.contains(&"src".to_owned()), "{found:?}");
        assert_eq!(paths(&contexts, &dockerfile, "FROM a\nCOPY --from=b x /\n"), None);
        assert_eq!(paths(&Contexts::None, &dockerfile, "FROM a\nCOPY src /\n"), None);
    }

    #[test]
    fn few_contexts_are_kept() {
        let kept = Kept::default();
        for number in 0..10 {
            kept.slot(Path::new(&number.to_string()));
        }
        assert_eq!(kept.contexts.lock().unwrap().len(), MOST_KEPT);
        assert!(Arc::ptr_eq(&kept.slot(Path::new("9")), &kept.slot(Path::new("9"))));
    }
}
