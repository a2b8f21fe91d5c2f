//! `rpmdb.sqlite` (rpm 4.16 and later): the rows of one table, read as "Database File Format" of SQLite's documentation
//! says. rpm closes its database after each run, so that there is no journal to be replayed.

use super::bytes::{Order, slice};

const MAGIC: &[u8] = b"SQLite format 3\0";
/// Bytes before the first page's tree.
const FILE_HEADER: usize = 100;

const INTERIOR: u8 = 0x05;
const LEAF: u8 = 0x0D;

/// The table, and which of its columns holds the blob.
const TABLE: &[u8] = b"Packages";
const BLOB: usize = 1;
/// Columns of the schema's table.
const NAME: usize = 1;
const ROOT_PAGE: usize = 3;

/// The blobs in the database.
pub(super) fn blobs(bytes: &[u8]) -> Vec<Vec<u8>> {
    let Some(database) = Database::new(bytes) else { return Vec::new() };
    let schema = database.rows(1);
    let table = schema.iter().find(|row| column(row, NAME) == Some(TABLE));
    let Some(root) = table.and_then(|row| column(row, ROOT_PAGE)).map(integer) else { return Vec::new() };
    database.rows(root).iter().filter_map(|row| column(row, BLOB).map(<[u8]>::to_vec)).collect()
}

struct Database<'b> {
    bytes: &'b [u8],
    page_size: usize,
    /// Bytes of a page that are not reserved for extensions.
    usable: usize,
}

impl<'b> Database<'b> {
    fn new(bytes: &'b [u8]) -> Option<Self> {
        if !bytes.starts_with(MAGIC) {
            return None;
        }
        let page_size = match Order::Big.u16(bytes, 16)? {
            1 => 1 << 16,
            size => size,
        };
        let usable = page_size.checked_sub(usize::from(*bytes.get(20)?))?;
        // "The usable size is not allowed to be less than 480."
        (usable >= 480).then_some(Self { bytes, page_size, usable })
    }

    /// A page by its number, from 1.
    fn page(&self, number: usize) -> Option<&'b [u8]> {
        slice(self.bytes, number.checked_sub(1)?.checked_mul(self.page_size)?, self.page_size)
    }

    /// The records of a table, by the page at the root of its tree.
    fn rows(&self, root: usize) -> Vec<Vec<u8>> {
        let mut rows = Vec::new();
        let mut pages = vec![root];
        // No page is in a tree twice: a damaged file that says so comes to an end all the same.
        let mut left = self.bytes.len() / self.page_size;
        while let Some(number) = pages.pop()
            && left > 0
        {
            left -= 1;
            let Some(page) = self.page(number) else { continue };
            let start = if number == 1 { FILE_HEADER } else { 0 };
            match page.get(start) {
                Some(&INTERIOR) => {
                    let children = cells(page, start, 12).filter_map(|cell| Order::Big.u32(page, cell));
                    pages.extend(children.chain(Order::Big.u32(page, start + 8)));
                }
                Some(&LEAF) => rows.extend(cells(page, start, 8).filter_map(|cell| self.payload(page, cell))),
                _ => {}
            }
        }
        rows
    }

    /// What a cell of a leaf holds: its length, its row's number, and its bytes, those that do not fit into the page in a
    /// chain of other pages.
    fn payload(&self, page: &[u8], cell: usize) -> Option<Vec<u8>> {
        // A chain of pages in a damaged file may lead into itself.
        let (length, at) = variable(page, cell).filter(|(length, _)| *length <= self.bytes.len())?;
        let (_, at) = variable(page, at)?;
        let local = self.local(length);
        let mut payload = slice(page, at, local)?.to_vec();
        let mut next = if local < length { Order::Big.u32(page, at + local)? } else { 0 };
        while payload.len() < length {
            let page = self.page(next)?;
            let wanted = (length - payload.len()).min(self.usable - 4);
            payload.extend(slice(page, 4, wanted)?);
            next = Order::Big.u32(page, 0)?;
        }
        Some(payload)
    }

    /// How many bytes of a payload are in the leaf itself: "Cell Payload Overflow Pages".
    fn local(&self, length: usize) -> usize {
        let most = self.usable - 35;
        if length <= most {
            return length;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let fitting = least + (length - least) % (self.usable - 4);
        if fitting <= most { fitting } else { least }
    }
}

/// Where the cells of a page lie, in the page.
fn cells(page: &[u8], start: usize, header: usize) -> impl Iterator<Item = usize> + '_ {
    let count = Order::Big.u16(page, start + 3).unwrap_or(0);
    (0..count).filter_map(move |cell| Order::Big.u16(page, start + header + 2 * cell))
}

/// The bytes of a column of a record.
fn column(record: &[u8], wanted: usize) -> Option<&[u8]> {
    let (mut value, mut at) = variable(record, 0)?;
    for column in 0.. {
        let (kind, next) = variable(record, at)?;
        let length = match kind {
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            12.. => (kind - 12) / 2,
            _ => 0,
        };
        if column == wanted {
            return slice(record, value, length);
        }
        (value, at) = (value.checked_add(length)?, next);
    }
    None
}

fn integer(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// An integer of seven bits a byte, and where it ends. Those of nine bytes are longer than any file.
fn variable(bytes: &[u8], start: usize) -> Option<(usize, usize)> {
    let mut number = 0;
    for at in start..start.checked_add(8)? {
        let byte = *bytes.get(at)?;
        number = number << 7 | usize::from(byte & 0x7F);
        if byte < 0x80 {
            return Some((number, at + 1));
        }
    }
    None
}
