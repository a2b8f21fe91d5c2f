//! The database of rpm, in its three forms.
//!
//! Each form is a way to store one blob for each package; what is in the blob is the same in all of them.

mod bytes;
mod hash;
mod header;
mod ndb;
mod sqlite;
#[cfg(test)]
mod tests;

use super::{Ecosystem, Package, Reader};
use header::Header;

/// Where rpm keeps its database: by default, and where `/var` is no part of what a distribution ships (openSUSE, Fedora).
pub(in crate::image) const FOLDERS: &[&str] = &["var/lib/rpm/", "usr/lib/sysimage/rpm/"];

pub(super) fn reader_of(path: &str) -> Option<Reader> {
    let name = FOLDERS.iter().find_map(|folder| path.strip_prefix(folder))?;
    let reader: Reader = match name {
        "rpmdb.sqlite" => |bytes| packages(sqlite::blobs(bytes)),
        "Packages.db" => |bytes| packages(ndb::blobs(bytes)),
        "Packages" => |bytes| packages(hash::blobs(bytes)),
        _ => return None,
    };
    Some(reader)
}

/// What the blobs say is installed. Of a damaged database that is what can be read.
fn packages(blobs: Vec<Vec<u8>>) -> Vec<Package> {
    blobs.iter().filter_map(|blob| package(&Header::new(blob)?)).collect()
}

fn package(header: &Header) -> Option<Package> {
    let (version, release) = (header.text(header::VERSION)?, header.text(header::RELEASE)?);
    let epoch = header.number(header::EPOCH).map(|epoch| format!("{epoch}:")).unwrap_or_default();
    Some(Package::new(Ecosystem::Rpm, header.text(header::NAME)?, &format!("{epoch}{version}-{release}")))
}
