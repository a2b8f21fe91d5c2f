//! How much lies in the build context.

use std::iter::Sum;

use super::build_context::{BuildContext, Entry, EntryKind};

/// How much lies at a path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// Number of files.
    pub files: usize,
    /// Their size in bytes.
    pub bytes: u64,
}

impl Sum for Extent {
    fn sum<I: Iterator<Item = Self>>(extents: I) -> Self {
        extents
            .fold(Self::default(), |one, other| Self { files: one.files + other.files, bytes: one.bytes + other.bytes })
    }
}

impl BuildContext {
    /// How much lies at `path`, ignored or not; `None` where nothing does or not all of it is known.
    pub fn extent(&self, path: &str) -> Option<Extent> {
        let index = self.index_of(path)?;
        let extent = |entry: &Entry| match entry.kind {
            EntryKind::File => Some(Extent { files: 1, bytes: entry.size }),
            EntryKind::Directory | EntryKind::Symlink { .. } => Some(Extent::default()),
            EntryKind::UnlistedDirectory => None,
        };
        self.entries()[index..self.below(index).end].iter().map(extent).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::build_context::tests::context;
    use super::*;

    #[test]
    fn the_extent_of_a_folder_is_that_of_its_files() {
        let context = context(&["a/b", "a/c/d", "a/l -> b", "a-b", "g/.git/"], None);
        assert_eq!(context.extent("a"), Some(Extent { files: 2, bytes: 2 }));
        assert_eq!(context.extent("a-b"), Some(Extent { files: 1, bytes: 1 }));
        assert_eq!(context.extent("g"), None);
        assert_eq!(context.extent("x"), None);
    }
}
