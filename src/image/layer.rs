//! A layer: what it puts over the layers below it, and what of them it hides.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tar::EntryType;

use super::entry::{Content, Device, Entry, Kind};
use super::packages;
use super::tar_stream::{TarEntry, TarStream};
use super::{Layer, ReadError};

/// What a layer does to the tree below it.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// What it puts there, in the order of its archive.
    pub puts: Vec<(String, Put)>,
    /// Paths of the layers below that it takes away.
    pub whiteouts: BTreeSet<String>,
    /// Directories of which nothing shows through from the layers below.
    pub opaque: BTreeSet<String>,
}

/// Something that a layer puts at a path.
#[derive(Debug)]
pub(super) enum Put {
    Entry(Entry),
    /// Another name for the file at a path.
    HardLink(String),
}

/// The name before that of a path which a layer takes away.
const WHITEOUT: &str = ".wh.";
/// Names of this kind mean something to the engine; one of them, the directory that holds it is opaque.
const MARKER: &str = ".wh..wh.";
const OPAQUE: &str = ".wh..wh..opq";

impl Changes {
    /// Reads a layer's tar stream to its end. Files are hashed while they go by.
    pub(super) fn read(stream: impl Read) -> Result<Self, ReadError> {
        let mut stream = TarStream::new(stream);
        let mut changes = Self::default();
        while let Some(entry) = stream.next_entry()? {
            let path = normalized(&entry.path)?;
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
            let sibling = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            if name == OPAQUE {
                changes.opaque.insert(folder.to_owned());
            } else if name.starts_with(MARKER) || path.is_empty() {
                // Bookkeeping of AUFS, and the top of the tree, which each engine makes in its own way.
            } else if let Some(hidden) = name.strip_prefix(WHITEOUT) {
                changes.whiteouts.insert(sibling(hidden));
            } else if let Some(put) = put(&path, entry, &mut stream).map_err(|error| error.within(&path))? {
                changes.puts.push((path, put));
            }
        }
        Ok(changes)
    }

    /// What is told of the layer: its content without times, in the order of the paths, as a digest, and its size.
    pub(super) fn summary(&self) -> Layer {
        let last: BTreeMap<&str, &Put> = self.puts.iter().map(|(path, put)| (path.as_str(), put)).collect();
        let mut digest = Sha256::new();
        let mut size = 0;
        for path in &self.whiteouts {
            digest.update(format!("hide {path:?}\n"));
        }
        for path in &self.opaque {
            digest.update(format!("hide all in {path:?}\n"));
        }
        for (path, put) in &last {
            digest.update(format!("{path:?} {put:?}\n"));
            if let Put::Entry(entry) = put {
                size += entry.size();
            }
        }
        let is_release = |path: &str| matches!(path, "etc/os-release" | "usr/lib/os-release");
        Layer {
            digest: digest.finalize().into(),
            size,
            entries: last.len(),
            is_distribution: last.keys().any(|path| is_release(path)),
        }
    }
}

fn put(path: &str, entry: TarEntry, stream: &mut TarStream<impl Read>) -> Result<Option<Put>, ReadError> {
    let device = Device { major: entry.device.0, minor: entry.device.1 };
    let is_directory = entry.path.ends_with(b"/");
    let kind = match entry.kind {
        EntryType::Regular | EntryType::Continuous if is_directory => Kind::Directory,
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
            Kind::File(Arc::new(content(path, stream)?))
        }
        EntryType::Directory => Kind::Directory,
        EntryType::Link => return Ok(Some(Put::HardLink(normalized(&entry.link)?))),
        EntryType::Symlink => Kind::SymbolicLink(shown(&entry.link)),
        EntryType::Char => Kind::CharacterDevice(device),
        EntryType::Block => Kind::BlockDevice(device),
        EntryType::Fifo => Kind::NamedPipe,
        other => {
            return Err(ReadError::malformed(format!("the archive has an entry of unknown kind {}", other.as_byte())));
        }
    };
    // Systems disagree on the mode of a link, and none looks at it.
    let mode = if matches!(kind, Kind::SymbolicLink(_)) { 0o777 } else { entry.mode };
    let (user, group, attributes) = (entry.user, entry.group, entry.attributes);
    Ok(Some(Put::Entry(Entry { kind, mode, user, group, attributes })))
}

fn content(path: &str, stream: &mut TarStream<impl Read>) -> Result<Content, ReadError> {
    let reader = packages::reader_of(path);
    let mut digest = Sha256::new();
    let mut text = Vec::new();
    let size = stream.read_data(|piece| {
        digest.update(piece);
        if reader.is_some() && text.len() + piece.len() <= packages::LONGEST {
            text.extend_from_slice(piece);
        }
    })?;
    let packages = reader.map(|read| read(&text)).unwrap_or_default();
    Ok(Content { size, digest: digest.finalize().into(), packages })
}

/// A path from the top of the tree, without `.`, doubled and closing slashes.
fn normalized(path: &[u8]) -> Result<String, ReadError> {
    let path = shown(path);
    let names: Vec<&str> = path.split('/').filter(|name| !matches!(*name, "" | ".")).collect();
    if names.contains(&"..") {
        return Err(ReadError::malformed(format!("the path {path} leads out of the image")));
    }
    Ok(names.join("/"))
}

/// A path as text. Bytes that are no UTF-8 are written as in Rust, so that two names never become one.
fn shown(path: &[u8]) -> String {
    match std::str::from_utf8(path) {
        Ok(text) => text.to_owned(),
        Err(_) => path.escape_ascii().to_string(),
    }
}
