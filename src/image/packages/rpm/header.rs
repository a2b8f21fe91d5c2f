//! What rpm knows of an installed package: tagged values, as rpm's manual says under "Header Structure" (format V4),
//! without the magic bytes that a package file has before them.

use super::bytes::{Order, slice};

pub(super) const NAME: usize = 1000;
pub(super) const VERSION: usize = 1001;
pub(super) const RELEASE: usize = 1002;
pub(super) const EPOCH: usize = 1003;

const INT32: usize = 4;
const STRING: usize = 6;

/// Bytes of the lengths before the index, and of each entry in it: tag, type, offset, count.
const LENGTHS: usize = 8;
const ENTRY: usize = 16;

/// A header, of which each value can be asked for by its tag.
#[derive(Debug)]
pub(super) struct Header<'b> {
    index: &'b [u8],
    data: &'b [u8],
}

impl<'b> Header<'b> {
    pub(super) fn new(blob: &'b [u8]) -> Option<Self> {
        let entries = Order::Big.u32(blob, 0)?;
        let index = slice(blob, LENGTHS, entries.checked_mul(ENTRY)?)?;
        let data = slice(blob, LENGTHS + index.len(), Order::Big.u32(blob, 4)?)?;
        Some(Self { index, data })
    }

    pub(super) fn text(&self, tag: usize) -> Option<&'b str> {
        let text = self.data.get(self.offset(tag, STRING)?..)?.split(|byte| *byte == 0).next()?;
        std::str::from_utf8(text).ok()
    }

    pub(super) fn number(&self, tag: usize) -> Option<usize> {
        Order::Big.u32(self.data, self.offset(tag, INT32)?)
    }

    fn offset(&self, tag: usize, kind: usize) -> Option<usize> {
        let field = |entry: &[u8], at: usize| Order::Big.u32(entry, at);
        let is_it = |entry: &&[u8]| field(entry, 0) == Some(tag) && field(entry, 4) == Some(kind);
        field(self.index.chunks_exact(ENTRY).find(is_it)?, 8)
    }
}
