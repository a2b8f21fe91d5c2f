//! How large Debian's packages are in the image that a stage starts from.

use crate::knowledge::debian::{Base, Recommends, Release, added, extras_kib, parts_of_builds_left_out};
use crate::knowledge::made_on;

use super::Build;

/// A Debian release and the packages that a stage starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DebianBase {
    /// The release.
    pub release: Release,
    /// The packages.
    pub packages: Base,
}

impl Build<'_> {
    /// The Debian that the stage starts from, through its base stages; `None` where it is none, or of a release that
    /// the tables do not hold.
    pub fn debian_base(&self, stage: usize) -> Option<DebianBase> {
        let facts = self.image_facts(stage)?;
        let distribution = facts.distribution.filter(|distribution| distribution.family == "debian")?;
        let release = Release::from_codename(distribution.release?)?;
        let packages = Base::from_buildpack_deps(facts.configuration.as_ref().and_then(|it| it.buildpack_deps));
        Some(DebianBase { release, packages })
    }
}

impl DebianBase {
    /// What the packages take that are in the image already, beyond those of the bare distribution, in megabytes of
    /// 1,000,000 bytes; somewhat less where the tables do not know all of them.
    pub fn own_megabytes(self) -> u64 {
        extras_kib(self.release, self.packages) * 1024 / 1_000_000
    }

    /// What `apt-get install names...` adds to the image, in megabytes of 1,000,000 bytes; 0 for names that the tables do
    /// not know.
    pub fn added_megabytes<'a>(self, recommends: Recommends, names: impl IntoIterator<Item = &'a str>) -> u64 {
        added(self.release, self.packages, recommends, names).layer_kib() * 1024 / 1_000_000
    }

    /// The packages that builds need and `--no-install-recommends` would take from `apt-get install names...`.
    pub fn parts_of_builds_left_out(self, names: &[&str]) -> Vec<&'static str> {
        parts_of_builds_left_out(self.release, self.packages, names)
    }

    /// Where such figures come from, as a sentence.
    pub fn basis(self) -> String {
        format!("Estimated for Debian {} on amd64, as of {}.", self.release.codename(), made_on::DEBIAN)
    }
}

#[cfg(test)]
mod tests {
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    fn base(text: &str) -> Option<DebianBase> {
        let file = parse(SourceFile::new("Dockerfile", text));
        Build::new(&file).debian_base(0)
    }

    #[test]
    fn the_tag_tells_release_and_packages() {
        let found = base("FROM python:3.12-slim-bookworm").unwrap();
        assert_eq!((found.release, found.packages), (Release::Bookworm, Base::Minimal));
        assert!(found.added_megabytes(Recommends::LeftOut, ["build-essential"]) > 100);
        assert_eq!(base("FROM python:3.12-bookworm").unwrap().packages, Base::Full);
        assert_eq!(base("FROM alpine:3.22"), None);
        assert_eq!(base("FROM ubuntu:24.04"), None);
    }
}
