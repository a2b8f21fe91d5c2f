//! Debian packages: how large they are, what they pull in, and what they are for.
//!
//! Sizes are Installed-Size in KiB (1024 bytes), on amd64, component `main`, of packages over the base image
//! (`debian:bookworm`; `-slim` has the same packages). Names cover the packages that public Dockerfiles install, about 85 %
//! of their uses; Ubuntu's packages are not in the tables, and their sizes differ: only what remains of `-dev` packages there is
//! told, where two releases of Debian agree.
//!
//! Closures (all that an installation pulls in) are exact for every single package, and their unions too: packages that
//! always arrive together are one *lump* with one size. What real `apt-get` does with several names at once was the union
//! in 242 of 250 command lines of real Dockerfiles.

use super::table::{List, Row, Table};

mod closure;
mod ubuntu;

pub use closure::{Added, Recommends, added, parts_of_builds_left_out};
pub use ubuntu::runtime_packages_on_ubuntu;

/// name, installed size, closure, closure with recommends, first base that has it, provider, the two closures encoded.
const BULLSEYE: Table = Table::new(include_str!("../data/debian-bullseye.tsv"));
const BOOKWORM: Table = Table::new(include_str!("../data/debian-bookworm.tsv"));
const TRIXIE: Table = Table::new(include_str!("../data/debian-trixie.tsv"));
/// name, class, by hand or by rule.
const CLASSES: Table = Table::new(include_str!("../data/debian-classes.tsv"));
/// release, -dev package, run-time packages, how they were found.
const RUNTIME: Table = Table::new(include_str!("../data/debian-runtime.tsv"));

/// The Debian releases whose packages are in the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Release {
    /// Debian 11.
    Bullseye,
    /// Debian 12.
    Bookworm,
    /// Debian 13.
    Trixie,
}

impl Release {
    /// All of them, oldest first.
    pub const ALL: [Release; 3] = [Release::Bullseye, Release::Bookworm, Release::Trixie];

    /// The release of this codename.
    pub fn from_codename(codename: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|release| release.codename() == codename)
    }

    /// The codename, as tags spell it.
    pub fn codename(self) -> &'static str {
        match self {
            Release::Bullseye => "bullseye",
            Release::Bookworm => "bookworm",
            Release::Trixie => "trixie",
        }
    }

    fn packages(self) -> Table {
        match self {
            Release::Bullseye => BULLSEYE,
            Release::Bookworm => BOOKWORM,
            Release::Trixie => TRIXIE,
        }
    }
}

/// The packages that an image starts with. Each holds all of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Base {
    /// `debian` and `debian:*-slim`.
    Minimal,
    /// `buildpack-deps:*-curl`.
    Curl,
    /// `buildpack-deps:*-scm`.
    Scm,
    /// `buildpack-deps`: with compilers and headers. `python`, `node`, `ruby` without `-slim` stand on it.
    Full,
}

impl Base {
    /// The base that [`Configuration::buildpack_deps`](super::images::Configuration::buildpack_deps) names.
    pub fn from_buildpack_deps(set: Option<&str>) -> Self {
        match set {
            Some("curl") => Base::Curl,
            Some("scm") => Base::Scm,
            Some("full") => Base::Full,
            _ => Base::Minimal,
        }
    }
}

/// One package in one release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package {
    /// The package's own size, in KiB.
    pub installed_kib: u32,
    /// With everything that `apt-get install --no-install-recommends` adds for it over the minimal base, in KiB.
    pub closure_kib: u32,
    /// With everything that `apt-get install` adds for it over the minimal base, in KiB.
    pub closure_with_recommends_kib: u32,
    /// The smallest base that has the package already.
    pub in_base: Option<Base>,
    /// The package that is installed in its place, if the name is a virtual one. Beware of `yarn`, which is
    /// `cmdtest` here and not the package manager.
    pub provided_by: Option<&'static str>,
}

/// The package of this name; architecture and version (`:amd64`, `=1.2`) are the caller's to cut off.
pub fn package(release: Release, name: &str) -> Option<Package> {
    let row = release.packages().find([name])?;
    Some(Package {
        installed_kib: row.field(1).parse().unwrap_or_default(),
        closure_kib: row.field(2).parse().unwrap_or_default(),
        closure_with_recommends_kib: row.field(3).parse().unwrap_or_default(),
        in_base: base_of_digit(row.field(4)),
        provided_by: Some(row.field(5)).filter(|provider| !provider.is_empty()),
    })
}

/// Installed-Size of the packages that a base has beyond those of the minimal one, in KiB, as far as the tables know them.
pub fn extras_kib(release: Release, base: Base) -> u64 {
    OWN_KIB[release as usize][Base::Minimal as usize + 1..=base as usize].iter().sum()
}

/// Installed-Size of the packages that each base, by its number, has and the one before it has not, in KiB: a sum over the
/// whole table of each release, which a run over one small file has no time for. A test adds them up.
const OWN_KIB: [[u64; 4]; 3] =
    [[116_765, 17_527, 145_952, 395_616], [109_299, 36_964, 170_042, 424_518], [123_398, 57_010, 183_598, 497_047]];

fn base_of_digit(digit: &str) -> Option<Base> {
    match digit {
        "0" => Some(Base::Minimal),
        "1" => Some(Base::Curl),
        "2" => Some(Base::Scm),
        "3" => Some(Base::Full),
        _ => None,
    }
}

/// When a package is needed. About use, not proof: a program may call a compiler at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// While the image is built: compilers, headers.
    Build,
    /// While the container runs: libraries, servers.
    Runtime,
    /// Either: `curl`, `git`.
    Either,
    /// For people who look around: editors, `htop`, `net-tools`.
    Debug,
}

/// When the package of this name is needed, and whether a person judged so (`true`) or a rule on its name and section.
/// Any release, Ubuntu's and third parties' names included.
pub fn class(name: &str) -> Option<(Class, bool)> {
    let row = CLASSES.find([name])?;
    let class = match row.field(1) {
        "build" => Class::Build,
        "runtime" => Class::Runtime,
        "either" => Class::Either,
        "debug" => Class::Debug,
        _ => return None,
    };
    Some((class, row.field(2) == "judgement"))
}

/// What remains of a `-dev` package once the program is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuntimePackages {
    /// Packages that hold the shared libraries; empty where nothing is needed at run time. A superset: a program seldom
    /// links against all libraries of a large package.
    pub packages: List,
    /// How they were found: `exact-version`, `same-source`, `soname`, `headers-only`, `judgement`, ...
    pub how: &'static str,
}

/// The run-time packages for a `-dev` package or compiler. None if the table does not know it, which is not "nothing".
pub fn runtime_packages(release: Release, dev_package: &str) -> Option<RuntimePackages> {
    let row: Row = RUNTIME.find([release.codename(), dev_package])?;
    Some(RuntimePackages { packages: List::words(row.field(2)), how: row.field(3) })
}

#[cfg(test)]
mod tests;
