//! The build context of each file, read once where several files share it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::context::BuildContext;
use crate::ir::Build;
use crate::syntax::{Dockerfile, InstructionKind};

use super::build_context;

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
    /// The context of a Dockerfile that lies at `path`.
    pub fn of(&self, path: &Path, file: &Dockerfile) -> Option<Loan> {
        match self {
            Contexts::None => None,
            Contexts::Folder(folder, kept) => Some(kept.load(folder, path)),
            Contexts::Inferred(kept) => {
                let build = Build::new(file);
                let sources = context_sources(&build);
                if sources.is_empty() {
                    return None;
                }
                let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
                build_context::infer(path, &sources).map(|folder| kept.load(&folder, path))
            }
        }
    }
}

impl Kept {
    fn load(&self, folder: &Path, dockerfile: &Path) -> Loan {
        let mut own_ignore_file = OsString::from(dockerfile);
        own_ignore_file.push(".dockerignore");
        if Path::new(&own_ignore_file).is_file() {
            return Loan::Own(Box::new(build_context::load(folder, dockerfile).context));
        }
        let slot = self.slot(folder);
        slot.get_or_init(|| build_context::load(folder, dockerfile).context);
        Loan::Shared(slot)
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
        let words = transfer.sources.iter().filter_map(|word| step.certain_value(word));
        sources.extend(words.filter(|source| !is_remote(source) && !source.starts_with("<<")).map(str::to_owned));
    }
    sources
}

/// Whether ADD fetches the source: a URL or a git repository.
fn is_remote(source: &str) -> bool {
    source.contains("://") || source.starts_with("git@") || source.starts_with("github.com/")
}
