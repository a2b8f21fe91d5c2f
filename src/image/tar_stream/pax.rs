//! The extended headers of POSIX `pax`: what an old tar header has no room for.

use std::collections::BTreeMap;

use crate::image::ReadError;

/// The name before that of an extended attribute.
const ATTRIBUTE: &str = "SCHILY.xattr.";

/// The records of an extended header, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pax {
    records: Vec<(String, Vec<u8>)>,
}

impl Pax {
    /// Reads records of the form `LENGTH KEY=VALUE\n`. The length alone says where a record ends: the value of an
    /// attribute may hold any byte, line ends too. (The iterator of the `tar` crate cuts at line ends, and loses them.)
    pub fn parse(mut bytes: &[u8]) -> Result<Self, ReadError> {
        let mut records = Vec::new();
        while !bytes.is_empty() {
            let (record, rest) =
                split_record(bytes).ok_or_else(|| ReadError::malformed("an extended tar header is damaged"))?;
            records.push(record);
            bytes = rest;
        }
        Ok(Self { records })
    }

    /// The last value of a key: later records overrule earlier ones.
    pub fn value(&self, key: &str) -> Option<&[u8]> {
        self.records.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_slice())
    }

    /// The value of a key that is a whole number.
    pub fn number(&self, key: &str) -> Option<u64> {
        std::str::from_utf8(self.value(key)?).ok()?.parse().ok()
    }

    /// All values of a key that may be given more than once, as `GNU.sparse.offset` is.
    pub fn values<'p>(&'p self, keys: &'p [&str]) -> impl Iterator<Item = &'p [u8]> {
        self.records.iter().filter(|(name, _)| keys.contains(&name.as_str())).map(|(_, value)| value.as_slice())
    }

    /// The extended attributes of the file.
    pub fn attributes(&self) -> BTreeMap<String, Vec<u8>> {
        let attribute =
            |(name, value): &(String, Vec<u8>)| Some((name.strip_prefix(ATTRIBUTE)?.to_owned(), value.clone()));
        self.records.iter().filter_map(attribute).collect()
    }
}

type Record = (String, Vec<u8>);

fn split_record(bytes: &[u8]) -> Option<(Record, &[u8])> {
    let blank = bytes.iter().position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(&bytes[..blank]).ok()?.parse().ok()?;
    let record = bytes.get(blank + 1..length)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    let key = String::from_utf8_lossy(&record[..equals]).into_owned();
    Some(((key, record[equals + 1..].to_vec()), &bytes[length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_hold_line_ends_and_zeros() {
        let pax = Pax::parse(b"10 path=b\n31 SCHILY.xattr.user.a=\x01\n\n\0=5\n\n").unwrap();
        assert_eq!(pax.value("path"), Some(&b"b"[..]));
        assert_eq!(pax.attributes()["user.a"], b"\x01\n\n\0=5\n");
    }

    #[test]
    fn the_last_value_counts() {
        assert_eq!(Pax::parse(b"9 size=1\n9 size=2\n").unwrap().number("size"), Some(2));
    }

    #[test]
    fn a_damaged_record_is_told() {
        for damaged in [&b"x"[..], b"99 a=b\n", b"3 a\n", b"0 a=b\n", b"7 a=b c"] {
            assert!(Pax::parse(damaged).is_err(), "{damaged:?}");
        }
    }
}
