//! The parts of an image tag.

use super::end_of_life::{Cycle, of_distribution};

/// `16.20-bullseye-slim` is the version `16.20` with the suffix `-bullseye-slim`; `stretch` is only a suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// Digits and dots at the front, without a leading `v`; empty where the tag begins with a word.
    pub(super) version: &'a str,
    /// Everything behind the version.
    pub(super) suffix: &'a str,
}

impl<'a> Tag<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        let rest = text.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(text);
        if !rest.starts_with(|c: char| c.is_ascii_digit()) {
            return Self { version: "", suffix: text };
        }
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (version, suffix) = rest.split_at(end);
        Self { version: version.trim_end_matches('.'), suffix }
    }

    /// The version, then the version with ever fewer parts: `16.20.2`, `16.20`, `16`. At most eight of them: no tag has
    /// more parts, and a hostile one must not cost a look-up for each.
    pub(super) fn shortened(self) -> impl Iterator<Item = &'a str> {
        std::iter::successors(Some(self.version), |version| version.rsplit_once('.').map(|(front, _)| front))
            .filter(|version| !version.is_empty())
            .take(8)
    }

    /// The words of the suffix, without the dashes between them. At most sixteen.
    pub(super) fn words(self) -> impl Iterator<Item = &'a str> {
        self.suffix.split('-').filter(|word| !word.is_empty()).take(16)
    }

    /// The release of a distribution that the tag names: `bullseye`, `alpine3.16`, `ubi8`.
    pub(super) fn release(self) -> Option<(&'static str, &'static str)> {
        self.words().find_map(release_named)
    }

    /// The release that the tag names by its number: `ubuntu16.04`. A codename alone may mean something else where nothing
    /// is known of the image.
    pub(super) fn numbered_release(self) -> Option<(&'static str, &'static str)> {
        self.words().filter(|word| word.contains(|c: char| c.is_ascii_digit())).find_map(release_named)
    }
}

/// How a distribution is spelled in front of its number in a tag, and the family that the tables call it.
const NUMBERED: [(&str, &str); 9] = [
    ("alpine", "alpine"),
    ("ubi", "rhel-ubi"),
    ("oraclelinux", "oraclelinux"),
    ("amazonlinux", "amazonlinux"),
    ("al", "amazonlinux"),
    ("centos", "centos"),
    ("debian", "debian"),
    ("ubuntu", "ubuntu"),
    ("fedora", "fedora"),
];

/// Debian's suites that have no release number yet; endoflife.date lists releases only.
const UNRELEASED: [&str; 2] = ["forky", "sid"];

/// Family and release of a word such as `bullseye` or `alpine3.16`.
pub(super) fn release_named(word: &str) -> Option<(&'static str, &'static str)> {
    let first = word.find(|c: char| c.is_ascii_digit());
    if let Some((name, number)) = first.and_then(|at| word.split_at_checked(at)) {
        let (_, family) = NUMBERED.iter().find(|(spelled, _)| *spelled == name)?;
        return of_distribution(family, number).map(|cycle| (*family, release_name(cycle)));
    }
    let unreleased = UNRELEASED.iter().find(|suite| **suite == word).map(|suite| ("debian", *suite));
    unreleased.or_else(|| {
        ["debian", "ubuntu"]
            .into_iter()
            .find_map(|family| of_distribution(family, word).map(|cycle| (family, release_name(cycle))))
    })
}

/// Debian and Ubuntu releases go by their codename, all others by their number.
pub(super) fn release_name(cycle: Cycle) -> &'static str {
    match cycle.product {
        "debian" | "ubuntu" => cycle.codename.unwrap_or(cycle.name),
        _ => cycle.name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_version_and_a_suffix() {
        let parts = |text| (Tag::parse(text).version, Tag::parse(text).suffix);
        assert_eq!(parts("16.20-bullseye-slim"), ("16.20", "-bullseye-slim"));
        assert_eq!(parts("stretch"), ("", "stretch"));
        assert_eq!(parts("v2.3"), ("2.3", ""));
        assert_eq!(parts("8u342-jdk"), ("8", "u342-jdk"));
        assert_eq!(parts("valkey"), ("", "valkey"));
        assert_eq!(parts(""), ("", ""));
        assert_eq!(parts("3.é"), ("3", "é"));
    }

    #[test]
    fn a_version_is_shortened_from_the_right() {
        assert_eq!(Tag::parse("16.20.2-slim").shortened().collect::<Vec<_>>(), ["16.20.2", "16.20", "16"]);
        assert_eq!(Tag::parse("slim").shortened().count(), 0);
    }

    #[test]
    fn the_release_that_a_tag_names_is_found() {
        let release = |text| Tag::parse(text).release();
        assert_eq!(release("16.20-bullseye-slim"), Some(("debian", "bullseye")));
        assert_eq!(release("3.7-slim-buster"), Some(("debian", "buster")));
        assert_eq!(release("1.17-alpine3.16"), Some(("alpine", "3.16")));
        assert_eq!(release("17-jdk-jammy"), Some(("ubuntu", "jammy")));
        assert_eq!(release("3-sid"), Some(("debian", "sid")));
        assert_eq!(release("21-al2023"), Some(("amazonlinux", "2023")));
        assert_eq!(release("1.17-alpine"), None);
        assert_eq!(release("3.9-alpine9.99"), None);
        assert_eq!(release("latest"), None);
        assert_eq!(Tag::parse("8.0-devel-ubuntu16.04").numbered_release(), Some(("ubuntu", "xenial")));
        assert_eq!(Tag::parse("3-buster").numbered_release(), None);
    }
}
