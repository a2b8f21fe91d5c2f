//! `Packages` of Berkeley DB (rpm up to 4.15: CentOS 7 and 8, Amazon Linux 2): a hash table of which all pages are looked
//! at, as all packages are wanted. Layouts are those of `db_page.h`.

use super::bytes::{Order, slice};

const MAGIC: usize = 0x0006_1561;

/// Bytes before the items of a page.
const PAGE_HEADER: usize = 26;

/// Kinds of pages.
const HASH_UNSORTED: u8 = 2;
const HASH: u8 = 13;
const OVERFLOW: u8 = 7;

/// Kinds of items: in the page itself, and in a chain of other pages.
const KEY_DATA: u8 = 1;
const OFF_PAGE: u8 = 3;

/// The blobs in the database.
pub(super) fn blobs(bytes: &[u8]) -> Vec<Vec<u8>> {
    let Some(database) = Database::new(bytes) else { return Vec::new() };
    let pages = 1..bytes.len() / database.page_size;
    pages.flat_map(|number| database.values(number).unwrap_or_default()).collect()
}

struct Database<'b> {
    bytes: &'b [u8],
    order: Order,
    page_size: usize,
}

impl<'b> Database<'b> {
    fn new(bytes: &'b [u8]) -> Option<Self> {
        // Numbers are in the order of the machine that wrote them.
        let order = [Order::Little, Order::Big].into_iter().find(|order| order.u32(bytes, 12) == Some(MAGIC))?;
        let page_size = order.u32(bytes, 20).filter(|size| *size > PAGE_HEADER)?;
        Some(Self { bytes, order, page_size })
    }

    fn page(&self, number: usize) -> Option<&'b [u8]> {
        slice(self.bytes, number.checked_mul(self.page_size)?, self.page_size)
    }

    /// The values on a page, if it is one of the table: behind each key its value. Items are laid from the page's end.
    fn values(&self, number: usize) -> Option<Vec<Vec<u8>>> {
        let page = self.page(number)?;
        if !matches!(page[25], HASH_UNSORTED | HASH) {
            return None;
        }
        let start = |item: usize| self.order.u16(page, PAGE_HEADER + 2 * item);
        let items = self.order.u16(page, 20)?;
        let values = (1..items).step_by(2);
        Some(values.filter_map(|item| self.value(page.get(start(item)?..start(item - 1)?)?)).collect())
    }

    fn value(&self, item: &[u8]) -> Option<Vec<u8>> {
        match item.split_first()? {
            (&KEY_DATA, value) => Some(value.to_vec()),
            (&OFF_PAGE, _) => self.chain(self.order.u32(item, 4)?, self.order.u32(item, 8)?),
            _ => None,
        }
    }

    fn chain(&self, first: usize, length: usize) -> Option<Vec<u8>> {
        // A chain of pages in a damaged file may lead into itself.
        if length > self.bytes.len() {
            return None;
        }
        let mut value = Vec::new();
        let mut next = first;
        while value.len() < length {
            let page = self.page(next).filter(|page| page[25] == OVERFLOW)?;
            let piece = slice(page, PAGE_HEADER, self.order.u16(page, 22)?).filter(|piece| !piece.is_empty())?;
            value.extend(piece);
            next = self.order.u32(page, 16)?;
        }
        Some(value)
    }
}
