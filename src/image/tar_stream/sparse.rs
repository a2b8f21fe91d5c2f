//! Files with holes: tar stores their data only, and a map of where it belongs.

use std::io::{self, Read};

use tar::{GnuExtSparseHeader, Header};

use crate::image::ReadError;

use super::pax::Pax;

/// More pieces than any file has: a hostile archive must not fill the memory.
const MOST_PIECES: usize = 1 << 20;

/// Where the stored bytes of a file belong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparseMap {
    /// Offset and length of each piece, in their order.
    pieces: Vec<(u64, u64)>,
    /// The size of the file with its holes.
    size: u64,
}

impl SparseMap {
    /// The map in and behind a header of GNU's old form, which `data` stands behind.
    pub fn of_gnu(header: &Header, data: &mut impl Read) -> Result<Option<Self>, ReadError> {
        let Some(gnu) = header.as_gnu().filter(|_| header.entry_type().is_gnu_sparse()) else { return Ok(None) };
        let mut pieces = Vec::new();
        let mut add = |piece: &tar::GnuSparseHeader| -> Result<(), ReadError> {
            if !piece.is_empty() {
                pieces.push((piece.offset()?, piece.length()?));
            }
            within_limit(pieces.len())
        };
        gnu.sparse.iter().try_for_each(&mut add)?;
        let mut is_extended = gnu.is_extended();
        while is_extended {
            let mut extension = GnuExtSparseHeader::new();
            data.read_exact(extension.as_mut_bytes())?;
            extension.sparse.iter().try_for_each(&mut add)?;
            is_extended = extension.is_extended();
        }
        Self::new(pieces, gnu.real_size()?).map(Some)
    }

    /// The map that an extended header holds (versions 0.0 and 0.1), or announces at the start of the data (1.0).
    pub fn of_pax(pax: &Pax, data: &mut impl Read) -> Result<Option<Self>, ReadError> {
        let size = pax.number("GNU.sparse.realsize").or_else(|| pax.number("GNU.sparse.size"));
        let Some(size) = size else { return Ok(None) };
        let numbers: Vec<u64> = if pax.number("GNU.sparse.major") == Some(1) {
            map_before_data(data)?
        } else if let Some(map) = pax.value("GNU.sparse.map") {
            map.split(|byte| *byte == b',').map(number).collect::<Result<_, _>>()?
        } else {
            pax.values(&["GNU.sparse.offset", "GNU.sparse.numbytes"]).map(number).collect::<Result<_, _>>()?
        };
        Self::new(numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect(), size).map(Some)
    }

    fn new(pieces: Vec<(u64, u64)>, size: u64) -> Result<Self, ReadError> {
        let mut end = 0_u64;
        for (offset, length) in &pieces {
            let next = offset.checked_add(*length).filter(|next| *offset >= end && *next <= size);
            end = next.ok_or_else(|| ReadError::malformed("the map of a file with holes is damaged"))?;
        }
        Ok(Self { pieces, size })
    }

    /// Hands out the whole file in pieces, its holes as zeros; `data` gives what is stored.
    pub fn expand(&self, data: &mut impl Read, take: &mut impl FnMut(&[u8])) -> Result<u64, ReadError> {
        let mut at = 0;
        for (offset, length) in &self.pieces {
            copy(&mut io::repeat(0), offset - at, take)?;
            copy(data, *length, take)?;
            at = offset + length;
        }
        copy(&mut io::repeat(0), self.size - at, take)?;
        Ok(self.size)
    }
}

/// Hands out exactly `length` bytes of `data`.
pub fn copy(data: &mut impl Read, length: u64, take: &mut impl FnMut(&[u8])) -> Result<(), ReadError> {
    let mut buffer = [0; 64 * 1024];
    let mut left = length;
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = data.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        take(&buffer[..read]);
        left -= read as u64;
    }
    Ok(())
}

/// The map of version 1.0: decimal numbers, each on a line, the first their count; filled up to a whole block.
fn map_before_data(data: &mut impl Read) -> Result<Vec<u64>, ReadError> {
    let mut blocks = Blocks { data, block: [0; 512], at: 512 };
    let count = usize::try_from(blocks.number()?).unwrap_or(usize::MAX);
    within_limit(count)?;
    (0..count * 2).map(|_| blocks.number()).collect()
}

struct Blocks<'d, D> {
    data: &'d mut D,
    block: [u8; 512],
    at: usize,
}

impl<D: Read> Blocks<'_, D> {
    fn number(&mut self) -> Result<u64, ReadError> {
        let mut digits = Vec::new();
        while digits.len() < 32 {
            if self.at == self.block.len() {
                self.data.read_exact(&mut self.block)?;
                self.at = 0;
            }
            let byte = self.block[self.at];
            self.at += 1;
            if byte == b'\n' {
                break;
            }
            digits.push(byte);
        }
        number(&digits)
    }
}

fn number(digits: &[u8]) -> Result<u64, ReadError> {
    let text = std::str::from_utf8(digits).ok();
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| ReadError::malformed("the map of a file with holes is damaged"))
}

fn within_limit(pieces: usize) -> Result<(), ReadError> {
    if pieces > MOST_PIECES { Err(ReadError::malformed("a file has too many holes")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(map: &SparseMap, mut data: &[u8]) -> Vec<u8> {
        let mut whole = Vec::new();
        map.expand(&mut data, &mut |bytes| whole.extend_from_slice(bytes)).unwrap();
        whole
    }

    #[test]
    fn holes_become_zeros() {
        let map = SparseMap::new(vec![(2, 2), (6, 1)], 9).unwrap();
        assert_eq!(expanded(&map, b"abc"), b"\0\0ab\0\0c\0\0");
    }

    #[test]
    fn a_map_is_read_from_the_header_or_from_the_data() {
        let header = |records: &[u8]| Pax::parse(records).unwrap();
        let old = header(b"21 GNU.sparse.size=9\n26 GNU.sparse.map=2,2,6,1\n");
        let map = SparseMap::of_pax(&old, &mut &b"abc"[..]).unwrap().unwrap();
        assert_eq!(expanded(&map, b"abc"), b"\0\0ab\0\0c\0\0");
        let new = header(b"22 GNU.sparse.major=1\n25 GNU.sparse.realsize=9\n");
        let mut data = b"2\n2\n2\n6\n1\n".to_vec();
        data.resize(512, 0);
        data.extend_from_slice(b"abc");
        let mut data = data.as_slice();
        let map = SparseMap::of_pax(&new, &mut data).unwrap().unwrap();
        assert_eq!(expanded(&map, data), b"\0\0ab\0\0c\0\0");
    }

    #[test]
    fn pieces_that_overlap_or_leave_the_file_are_damage() {
        assert!(SparseMap::new(vec![(0, 5), (4, 1)], 9).is_err());
        assert!(SparseMap::new(vec![(0, 10)], 9).is_err());
        assert!(SparseMap::new(vec![(u64::MAX, 2)], 9).is_err());
    }
}
