//! Bytes of files, with a limit.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::source::SourceFile;
use crate::syntax::{Dockerfile, parse};

use super::failure::Failure;

/// So many bytes may a file have that dfx reads.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// The bytes of a file; also of a pipe such as `/dev/fd/63`.
pub fn file(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = path.metadata()?;
    // Reading a folder fails in other words on each system.
    if metadata.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    all(&mut File::open(path)?, metadata.len())
}

/// All of standard input.
pub fn standard_input() -> io::Result<Vec<u8>> {
    all(&mut io::stdin().lock(), 0)
}

/// A file as a Dockerfile, under the name that the user gave it; `-` is standard input.
pub fn dockerfile(path: &Path) -> Result<Dockerfile, Failure> {
    let is_standard_input = path.as_os_str() == "-";
    let bytes = if is_standard_input { standard_input() } else { file(path) };
    let bytes = bytes.map_err(|error| Failure::at("read", path, &error))?;
    Ok(parse(SourceFile::new(path.to_string_lossy(), bytes)))
}

/// All that there is to read, which is `likely` so many bytes.
fn all(input: &mut impl Read, likely: u64) -> io::Result<Vec<u8>> {
    // One byte more shows that the end is reached.
    let capacity = usize::try_from(likely.min(LARGEST_FILE) + 1).unwrap_or_default();
    let mut bytes = Vec::with_capacity(capacity);
    input.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(io::Error::other("it is larger than 64 MiB"));
    }
    Ok(bytes)
}
