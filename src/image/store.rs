//! Where the parts of an exported image lie: in a tar archive, or in a folder.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::read::MultiGzDecoder;

use super::ReadError;

/// An export of an image: named parts, each of which can be read more than once.
pub trait Store {
    /// Opens a part by its path, with forward slashes and without `./`. `None`: there is none of that name.
    ///
    /// # Errors
    ///
    /// If the system does not hand it out.
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn Read + '_>>>;
}

/// The parts of a tar archive, read in place.
#[derive(Debug)]
pub struct Archive<R> {
    reader: RefCell<R>,
    parts: BTreeMap<String, Part>,
}

#[derive(Debug)]
enum Part {
    File {
        start: u64,
        length: u64,
    },
    /// Docker's older exports store a layer that two images share as a link.
    Link(String),
}

impl<R: Read + Seek> Archive<R> {
    /// Looks up where the parts lie. Their bytes are passed over.
    ///
    /// # Errors
    ///
    /// If it is no tar archive.
    pub fn new(mut reader: R) -> Result<Self, ReadError> {
        let mut start = [0; 4];
        reader.read_exact(&mut start)?;
        if start[..2] == GZIP || start == ZSTANDARD {
            return Err(ReadError::malformed(
                "the archive is compressed as a whole: unpack it with gunzip or unzstd first",
            ));
        }
        reader.rewind()?;
        let mut archive = tar::Archive::new(reader);
        let mut parts = BTreeMap::new();
        for entry in archive.entries_with_seek()? {
            let entry = entry?;
            let path = plain(&String::from_utf8_lossy(&entry.path_bytes()));
            let link = entry.link_name_bytes().map(|link| String::from_utf8_lossy(&link).into_owned());
            let part = match link.filter(|_| entry.header().entry_type() != tar::EntryType::Regular) {
                Some(target) => Part::Link(joined(&path, &target)),
                None => Part::File { start: entry.raw_file_position(), length: entry.size() },
            };
            parts.insert(path, part);
        }
        Ok(Self { reader: RefCell::new(archive.into_inner()), parts })
    }
}

impl<R: Read + Seek> Store for Archive<R> {
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn Read + '_>>> {
        let mut part = self.parts.get(path);
        // Links lead to files; a few more steps end a circle.
        for _ in 0..8 {
            match part {
                Some(Part::Link(target)) => part = self.parts.get(target),
                Some(Part::File { start, length }) => {
                    let window = Window { reader: &self.reader, at: *start, end: start + length };
                    return Ok(Some(Box::new(BufReader::with_capacity(1 << 16, window))));
                }
                None => break,
            }
        }
        Ok(None)
    }
}

/// A part of an archive as a reader of its own: others may read between two of its reads.
struct Window<'a, R> {
    reader: &'a RefCell<R>,
    at: u64,
    end: u64,
}

impl<R: Read + Seek> Read for Window<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut reader = self.reader.borrow_mut();
        reader.seek(SeekFrom::Start(self.at))?;
        let read = (&mut *reader).take(self.end - self.at).read(buffer)?;
        if read == 0 && self.at < self.end && !buffer.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += read as u64;
        Ok(read)
    }
}

const GZIP: [u8; 2] = [0x1F, 0x8B];
const ZSTANDARD: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// A layer's tar stream, unpacked if it is compressed: its first bytes say so, whatever its media type claims.
pub(super) fn unpacked<'r>(mut layer: Box<dyn Read + 'r>) -> Result<Box<dyn Read + 'r>, ReadError> {
    let mut start = Vec::new();
    (&mut layer).take(4).read_to_end(&mut start)?;
    let (is_gzip, is_zstandard) = (start.starts_with(&GZIP), start == ZSTANDARD);
    let whole = io::Cursor::new(start).chain(layer);
    Ok(if is_gzip {
        Box::new(BufReader::new(MultiGzDecoder::new(whole)))
    } else if is_zstandard {
        // All frames are read one behind the other, and those that hold no data (zstd:chunked) are passed over.
        Box::new(BufReader::new(zstd::Decoder::new(whole)?))
    } else {
        Box::new(whole)
    })
}

/// A path without `./`, doubled and closing slashes.
fn plain(path: &str) -> String {
    joined("", path)
}

/// Where a link at `path` leads, from the archive's top.
fn joined(path: &str, target: &str) -> String {
    let mut names: Vec<&str> = path.split('/').collect();
    names.pop();
    for name in target.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    names.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_inside_an_archive_are_followed() {
        assert_eq!(joined("b/layer.tar", "../a/layer.tar"), "a/layer.tar");
        assert_eq!(plain("./blobs//sha256/"), "blobs/sha256");
    }
}
