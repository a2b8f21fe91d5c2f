//! The entries of a tar stream, read once from its start to its end.
//!
//! Headers are decoded by the `tar` crate; the walk from one to the next is here, because extended attributes with a line
//! end, files of more than 8 GiB and all forms of sparse files have to come through whole.

mod pax;
mod sparse;

use std::collections::BTreeMap;
use std::io::{self, Read};

use tar::{EntryType, Header};

use super::ReadError;
use pax::Pax;
use sparse::SparseMap;

const BLOCK: u64 = 512;

/// Extended headers are kept in memory; those of real archives have some hundred bytes.
const LONGEST_HEADER: u64 = 8 << 20;

/// An entry of a tar stream, without its data.
#[derive(Debug)]
pub struct TarEntry {
    /// The path, as it stands in the archive.
    pub path: Vec<u8>,
    /// Where a hard or symbolic link leads; empty elsewhere.
    pub link: Vec<u8>,
    /// What it is.
    pub kind: EntryType,
    /// Permissions.
    pub mode: u32,
    /// Its user, by number.
    pub user: u64,
    /// Its group, by number.
    pub group: u64,
    /// Extended attributes.
    pub attributes: BTreeMap<String, Vec<u8>>,
    /// The numbers of a device, major and minor.
    pub device: (u32, u32),
}

/// A walk through a tar stream.
pub struct TarStream<R> {
    data: R,
    /// Bytes until the next header.
    left: u64,
    /// Bytes of those that only fill a block.
    padding: u64,
    sparse: Option<SparseMap>,
}

/// What stands before the header of an entry and holds for it.
#[derive(Default)]
struct Announced {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    pax: Pax,
}

impl<R: Read> TarStream<R> {
    /// A walk that starts at the first header.
    pub fn new(data: R) -> Self {
        Self { data, left: 0, padding: 0, sparse: None }
    }

    /// The next entry, or `None` behind the last one. Data of the entry before that was not asked for is passed over.
    pub fn next_entry(&mut self) -> Result<Option<TarEntry>, ReadError> {
        let mut announced = Announced::default();
        loop {
            self.skip()?;
            let Some(header) = self.header()? else { return Ok(None) };
            match header.entry_type() {
                EntryType::XHeader => announced.pax = Pax::parse(&self.extended()?)?,
                EntryType::GNULongName => announced.path = Some(without_zeros(self.extended()?)),
                EntryType::GNULongLink => announced.link = Some(without_zeros(self.extended()?)),
                EntryType::XGlobalHeader => {}
                _ => return self.entry(&header, announced).map(Some),
            }
        }
    }

    /// Hands out the data of the entry in pieces, holes as zeros, and tells its size.
    pub fn read_data(&mut self, mut take: impl FnMut(&[u8])) -> Result<u64, ReadError> {
        let mut data = (&mut self.data).take(self.left - self.padding);
        let size = match self.sparse.take() {
            Some(map) => map.expand(&mut data, &mut take)?,
            None => {
                let size = data.limit();
                sparse::copy(&mut data, size, &mut take)?;
                size
            }
        };
        self.left = self.padding + data.limit();
        Ok(size)
    }

    fn entry(&mut self, header: &Header, announced: Announced) -> Result<TarEntry, ReadError> {
        let Announced { path, link, pax } = announced;
        let kind = header.entry_type();
        if let Some(size) = pax.number("size").filter(|_| is_data(kind)) {
            self.expect(size);
        }
        if is_data(kind) {
            // The map is part of the data, so that what is left is less behind it.
            self.sparse = match SparseMap::of_gnu(header, &mut self.data)? {
                Some(map) => Some(map),
                None => {
                    let mut data = (&mut self.data).take(self.left - self.padding);
                    let map = SparseMap::of_pax(&pax, &mut data)?;
                    self.left = self.padding + data.limit();
                    map
                }
            };
        }
        let named = |key: &str| pax.value(key).map(<[u8]>::to_vec);
        let device = match kind {
            EntryType::Char | EntryType::Block => (header.device_major()?, header.device_minor()?),
            _ => (None, None),
        };
        Ok(TarEntry {
            path: named("GNU.sparse.name")
                .or_else(|| named("path"))
                .or(path)
                .unwrap_or_else(|| header.path_bytes().into()),
            link: named("linkpath").or(link).or_else(|| header.link_name_bytes().map(Into::into)).unwrap_or_default(),
            kind,
            mode: header.mode()? & 0o7777,
            user: pax.number("uid").map_or_else(|| header.uid(), Ok)?,
            group: pax.number("gid").map_or_else(|| header.gid(), Ok)?,
            attributes: pax.attributes(),
            device: (device.0.unwrap_or(0), device.1.unwrap_or(0)),
        })
    }

    /// The next header; two blocks of zeros, or the end of the stream at a header's place, end the archive.
    fn header(&mut self) -> Result<Option<Header>, ReadError> {
        let mut header = Header::new_old();
        let bytes = header.as_mut_bytes();
        match self.data.read_exact(&mut bytes[..1]) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        }
        self.data.read_exact(&mut bytes[1..])?;
        if bytes.iter().all(|byte| *byte == 0) {
            io::copy(&mut self.data, &mut io::sink())?;
            return Ok(None);
        }
        let blanked = bytes.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { b' ' } else { *byte });
        let sum: u32 = blanked.map(u32::from).sum();
        if header.cksum().ok() != Some(sum) {
            return Err(ReadError::malformed("it is not a tar archive, or damaged: the sum over a header is wrong"));
        }
        let size =
            if is_data(header.entry_type()) || is_extension(header.entry_type()) { header.entry_size()? } else { 0 };
        self.expect(size);
        Ok(Some(header))
    }

    fn expect(&mut self, size: u64) {
        self.padding = (BLOCK - size % BLOCK) % BLOCK;
        self.left = size.saturating_add(self.padding);
        self.sparse = None;
    }

    fn extended(&mut self) -> Result<Vec<u8>, ReadError> {
        if self.left > LONGEST_HEADER {
            return Err(ReadError::malformed("an extended tar header is too long"));
        }
        let mut bytes = Vec::new();
        self.read_data(|piece| bytes.extend_from_slice(piece))?;
        Ok(bytes)
    }

    fn skip(&mut self) -> Result<(), ReadError> {
        let left = std::mem::take(&mut self.left);
        sparse::copy(&mut self.data, left, &mut |_| {})
    }
}

fn is_data(kind: EntryType) -> bool {
    matches!(kind, EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse)
}

fn is_extension(kind: EntryType) -> bool {
    matches!(kind, EntryType::XHeader | EntryType::XGlobalHeader | EntryType::GNULongName | EntryType::GNULongLink)
}

fn without_zeros(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    bytes.truncate(end);
    bytes
}
