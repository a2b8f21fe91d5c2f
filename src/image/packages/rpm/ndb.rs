//! rpm's own database, `Packages.db` (SUSE): slots that say where the blobs lie. All numbers are little-endian.

use super::bytes::{Order, slice};

const MAGIC: &[u8] = b"RpmP";
const SLOT: &[u8] = b"Slot";
const BLOB: &[u8] = b"BlbS";

/// Bytes of a page of slots, of a slot, and of the unit in which a slot counts.
const PAGE: usize = 4096;
const SLOT_SIZE: usize = 16;
const BLOCK: usize = 16;
/// Slots whose place the header of the file takes.
const FIRST_SLOT: usize = 2;
/// Bytes before what is in a blob.
const BLOB_HEAD: usize = 16;

/// The blobs in the database.
pub(super) fn blobs(bytes: &[u8]) -> Vec<Vec<u8>> {
    slots(bytes)
        .unwrap_or_default()
        .chunks_exact(SLOT_SIZE)
        .skip(FIRST_SLOT)
        .filter_map(|slot| blob(bytes, slot))
        .collect()
}

fn slots(bytes: &[u8]) -> Option<&[u8]> {
    let pages = bytes.starts_with(MAGIC).then(|| Order::Little.u32(bytes, 12))??;
    slice(bytes, 0, pages.checked_mul(PAGE)?)
}

/// What lies where a slot points to. A slot without a package's number is free.
fn blob(bytes: &[u8], slot: &[u8]) -> Option<Vec<u8>> {
    let number = |at| Order::Little.u32(slot, at);
    if !slot.starts_with(SLOT) || number(4)? == 0 {
        return None;
    }
    let start = number(8)?.checked_mul(BLOCK)?;
    let blob = bytes.get(start..).filter(|blob| blob.starts_with(BLOB))?;
    slice(blob, BLOB_HEAD, Order::Little.u32(blob, 12)?).map(<[u8]>::to_vec)
}
