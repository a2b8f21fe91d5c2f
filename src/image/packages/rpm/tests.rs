//! `tests/rpm/make.sh` makes the databases that are read here.

use std::io::Read as _;

use super::*;

fn unpacked(packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
    bytes
}

fn of_sqlite() -> Vec<u8> {
    unpacked(include_bytes!("../../../../tests/rpm/rpmdb.sqlite.gz"))
}

fn of_berkeley() -> Vec<u8> {
    unpacked(include_bytes!("../../../../tests/rpm/Packages.gz"))
}

/// A database as rpm 4.18 lays it out in `lib/backend/ndb/rpmpkg.c`: a page of slots, the third and fourth in use and the
/// fifth free, and the blobs behind it.
fn of_slots() -> Vec<u8> {
    let words = |magic: &[u8], numbers: [usize; 3]| {
        let numbers = numbers.map(|number| u32::try_from(number).unwrap().to_le_bytes());
        [magic, numbers.as_flattened()].concat()
    };
    let mut slots = [words(MAGIC, [0, 1, 1]), vec![0; 16]].concat();
    let mut rest = Vec::new();
    for (number, blob) in (1..).zip(sqlite::blobs(&of_sqlite())) {
        slots.extend(words(b"Slot", [number, (4096 + rest.len()) / 16, 0]));
        rest.extend(words(b"BlbS", [number, 1, blob.len()]));
        rest.extend(blob);
        rest.resize(rest.len().next_multiple_of(16) + 16, 0);
    }
    slots.extend(words(b"Slot", [0, 0, 0]));
    slots.resize(4096, 0);
    [slots, rest].concat()
}

const MAGIC: &[u8] = b"RpmP";

/// Where a form of the database lies, and one with two packages.
type Form = (&'static str, fn() -> Vec<u8>);

const FORMS: [Form; 3] = [
    ("var/lib/rpm/rpmdb.sqlite", of_sqlite),
    ("usr/lib/sysimage/rpm/Packages.db", of_slots),
    ("var/lib/rpm/Packages", of_berkeley),
];

#[test]
fn every_form_of_the_database_tells_the_same_packages() {
    for (path, bytes) in FORMS {
        let mut packages = reader_of(path).unwrap()(&bytes());
        packages.sort();
        let told: Vec<_> = packages.iter().map(|it| format!("{} {}", it.name, it.version)).collect();
        assert_eq!(told, ["alpha 1.2-3", "beta 2:1.2-3"], "{path}");
    }
}

#[test]
fn a_damaged_database_tells_what_can_be_read() {
    for (path, bytes) in FORMS {
        let (bytes, read) = (bytes(), reader_of(path).unwrap());
        for length in (0..bytes.len()).step_by(1009) {
            assert!(read(&bytes[..length]).len() <= 2, "{path} of {length} bytes");
        }
        for at in (0..bytes.len()).step_by(509) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xFF;
            read(&damaged);
        }
    }
}

#[test]
fn other_files_beside_the_database_tell_nothing() {
    assert!(reader_of("var/lib/rpm/Name").is_none());
    assert!(reader_of("srv/rpmdb.sqlite").is_none());
}

#[test]
fn a_chain_of_pages_that_leads_into_itself_comes_to_an_end() {
    let mut bytes = vec![0; 3 * 64];
    let mut put = |at: usize, number: u32| bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
    put(12, 0x0006_1561);
    put(20, 64);
    // A page of two items: a key, and a value of 4 GiB that begins on page 2.
    put(64 + 20, 2);
    put(64 + 24, 13 << 8);
    put(64 + 26, 62 | 50 << 16);
    put(64 + 50, 3);
    put(64 + 54, 2);
    put(64 + 58, u32::MAX);
    // That page goes on with itself.
    put(128 + 16, 2);
    put(128 + 22, 8 | 7 << 24);
    assert_eq!(hash::blobs(&bytes), [[0; 0]; 0]);
}
