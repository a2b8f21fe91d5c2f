//! What an operation reads other than what stands before it.

use crate::plan::{Copied, MountKind, Operation, Source};

/// Files that an operation reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'i> {
    /// Whose files.
    pub from: &'i Source,
    /// Which of them, absolute.
    pub path: &'i str,
    /// What is left out of them.
    pub excluded: &'i [String],
}

/// All that an operation reads, in order: of copies, bind mounts, and what cache mounts start with.
pub(super) fn inputs(operation: &Operation) -> Vec<Input<'_>> {
    match operation {
        Operation::Exec(exec) => {
            let read = exec.mounts.iter().filter_map(|mount| match &mount.kind {
                MountKind::Bind { from, path, .. } => Some(Input { from, path, excluded: &[] }),
                MountKind::Cache(cache) => Some(Input { from: &cache.from, path: &cache.path, excluded: &[] }),
                MountKind::Tmpfs { .. } | MountKind::Secret(_) | MountKind::Ssh { .. } => None,
            });
            read.collect()
        }
        Operation::Files(files) => {
            let read = files.copies.iter().map(|copy| {
                let path = match &copy.copied {
                    Copied::Paths { path, .. } => path,
                    Copied::File { .. } | Copied::Everything => "/",
                };
                Input { from: &copy.from, path, excluded: &copy.excluded }
            });
            read.collect()
        }
        Operation::MakeDirectory(_) => Vec::new(),
    }
}

/// The paths of the context that an operation takes in, with what is left out of them.
pub(super) fn paths_read(operation: &Operation) -> Vec<(&str, &[String])> {
    let of_context = inputs(operation).into_iter().filter(|input| *input.from == Source::Context);
    of_context.map(|input| (input.path, input.excluded)).collect()
}

/// The stages from which an operation takes files.
pub(super) fn stages_read(operation: &Operation) -> Vec<usize> {
    let stages = inputs(operation).into_iter().filter_map(|input| match input.from {
        Source::Stage(stage) => Some(*stage),
        _ => None,
    });
    stages.collect()
}
