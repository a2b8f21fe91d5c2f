//! The files of a folder, as they enter cache keys.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::cache::ContextFiles;
use crate::context::BuildContext;

use super::super::failure::Failure;

/// What the builder is sent of the context in `folder`. Only if `is_compared` are the files read: else nobody asks what
/// is in them.
pub fn sent(context: &BuildContext, folder: &Path, is_compared: bool) -> Result<ContextFiles, Failure> {
    if !is_compared {
        return Ok(ContextFiles::names_sent(context));
    }
    ContextFiles::sent(context, |entry| {
        let path = folder.join(&entry.path);
        digest(&path).map_err(|error| Failure::at("read", &path, &error))
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
    Ok(const_hex::encode(hasher.finalize()))
}

/// The path of a file in a folder, with `/` between its parts; `None` if it does not lie there.
pub fn path_in(folder: &Path, file: &Path) -> Option<String> {
    let [folder, file] = [folder, file].map(|path| std::fs::canonicalize(path).ok());
    let (folder, file) = (folder?, file?);
    let path = file.strip_prefix(folder).ok()?;
    Some(path.to_str()?.replace('\\', "/"))
}
