//! What lies at a path of an image.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::packages::Package;

/// A file, directory, link or device of an image. Times are not kept: no two builds agree on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// Permissions, with the bits for set-user, set-group and sticky: at most `0o7777`.
    pub mode: u32,
    /// Its user, by number.
    pub user: u64,
    /// Its group, by number.
    pub group: u64,
    /// Extended attributes: `security.capability` holds the privileges of a program.
    pub attributes: BTreeMap<String, Vec<u8>>,
}

impl Entry {
    /// A directory that nobody described and that engines make where a path needs it.
    pub(super) fn implied_directory() -> Self {
        Self { kind: Kind::Directory, mode: 0o755, user: 0, group: 0, attributes: BTreeMap::new() }
    }

    /// Its content, if it is a file.
    pub fn content(&self) -> Option<&Content> {
        match &self.kind {
            Kind::File(content) => Some(content),
            _ => None,
        }
    }

    /// The bytes that it holds; only files hold any.
    pub fn size(&self) -> u64 {
        self.content().map_or(0, |content| content.size)
    }
}

/// A kind of entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A regular file. Hard links to one file are entries that share it.
    File(Arc<Content>),
    /// A symbolic link, with the path that it leads to.
    SymbolicLink(String),
    /// A device that is read and written byte by byte.
    CharacterDevice(Device),
    /// A device that is read and written block by block.
    BlockDevice(Device),
    /// A named pipe.
    NamedPipe,
}

impl Kind {
    /// The kind in words.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Directory => "directory",
            Kind::File(_) => "file",
            Kind::SymbolicLink(_) => "symbolic link",
            Kind::CharacterDevice(_) => "character device",
            Kind::BlockDevice(_) => "block device",
            Kind::NamedPipe => "named pipe",
        }
    }
}

/// The numbers of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    /// Its driver.
    pub major: u32,
    /// Which of the driver's devices.
    pub minor: u32,
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.major, self.minor)
    }
}

/// What is known of the bytes of a file; the bytes themselves are not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Bytes, holes counted as zeros.
    pub size: u64,
    /// SHA-256 of the bytes.
    pub digest: [u8; 32],
    /// The packages that the file says are installed.
    pub packages: Vec<Package>,
}
