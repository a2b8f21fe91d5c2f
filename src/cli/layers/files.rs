//! The files of a folder, as they enter cache keys.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::cache::{ContextFiles, Node};
use crate::context::{BuildContext, Entry, EntryKind};

use super::super::failure::Failure;

/// What the builder is sent of the context in `folder`. Only if `is_compared` are the files read: else nobody asks what
/// is in them.
pub fn sent(context: &BuildContext, folder: &Path, is_compared: bool) -> Result<ContextFiles, Failure> {
    let mut files = ContextFiles::default();
    for entry in context.entries().iter().filter(|entry| !context.would_exclude(&entry.path)) {
        files.insert(entry.path.as_str(), node(entry, folder, is_compared)?);
    }
    Ok(files)
}

fn node(entry: &Entry, folder: &Path, is_compared: bool) -> Result<Node, Failure> {
    Ok(match &entry.kind {
        EntryKind::File if is_compared => {
            let path = folder.join(&entry.path);
            let content = digest(&path).map_err(|error| Failure::at("read", &path, &error))?;
            Node::File { mode: entry.mode, content }
        }
        EntryKind::File => Node::File { mode: entry.mode, content: String::new() },
        EntryKind::Symlink { target } => Node::Link { target: target.clone() },
        EntryKind::Directory | EntryKind::UnlistedDirectory => Node::Folder { mode: entry.mode },
    })
}

fn digest(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The path of a file in a folder, with `/` between its parts; `None` if it does not lie there.
pub fn path_in(folder: &Path, file: &Path) -> Option<String> {
    let [folder, file] = [folder, file].map(|path| std::fs::canonicalize(path).ok());
    let (folder, file) = (folder?, file?);
    let path = file.strip_prefix(folder).ok()?;
    Some(path.to_str()?.replace('\\', "/"))
}
