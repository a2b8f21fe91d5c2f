//! The packages that are installed in an image, read from the files in which package managers write them down.

mod distribution;
mod language;
mod rpm;

/// A package in one version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Package {
    /// Whose package it is.
    pub ecosystem: Ecosystem,
    /// Its name.
    pub name: String,
    /// Its version, as its manager writes it.
    pub version: String,
}

impl Package {
    fn new(ecosystem: Ecosystem, name: &str, version: &str) -> Self {
        Self { ecosystem, name: name.to_owned(), version: version.to_owned() }
    }
}

/// A world of packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ecosystem {
    /// Debian, Ubuntu: the database of dpkg.
    Debian,
    /// Alpine: the database of apk.
    Alpine,
    /// Fedora, Red Hat, SUSE: the database of rpm.
    Rpm,
    /// Packages of npm in a folder `node_modules`.
    Node,
    /// Packages of Python in `site-packages` or `dist-packages`.
    Python,
}

impl Ecosystem {
    /// The name of what keeps the list of its packages.
    pub fn name(self) -> &'static str {
        match self {
            Ecosystem::Debian => "dpkg",
            Ecosystem::Alpine => "apk",
            Ecosystem::Rpm => "rpm",
            Ecosystem::Node => "node_modules",
            Ecosystem::Python => "site-packages",
        }
    }
}

pub(super) use rpm::FOLDERS as RPM_FOLDERS;

/// A database longer than this is no real one.
pub(super) const LONGEST: usize = 128 << 20;

/// Reads the packages that the bytes of a file say are installed.
pub(super) type Reader = fn(&[u8]) -> Vec<Package>;

/// How the file at a path says which packages are installed, if it does.
pub(super) fn reader_of(path: &str) -> Option<Reader> {
    distribution::reader_of(path).or_else(|| rpm::reader_of(path)).or_else(|| language::reader_of(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The packages that a file says are installed.
    pub fn told(path: &str, text: &str) -> Vec<String> {
        let packages = reader_of(path).map(|read| read(text.as_bytes())).unwrap_or_default();
        packages.iter().map(|it| format!("{} {} {}", it.ecosystem.name(), it.name, it.version)).collect()
    }
}
