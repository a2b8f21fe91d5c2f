//! Which tag to write instead.

use super::super::date::Date;
use super::super::end_of_life::{self, Cycle};
use super::super::tag::{Tag, release_name, release_named};
use super::{BUILDS, Basis, Build, TAGS, TagState, build_of, exact, last_release, lookup, without_library};

/// A tag of the very image that `repository:tag` names on [`made_on::IMAGES`](crate::knowledge::made_on::IMAGES), but
/// bound to a release line and, where possible, a distribution release: `26-trixie` for `node` (no tag means `latest`).
/// None for a tag that is not listed, no longer built, past its end of life, or has no such name.
pub fn fixed_tag(repository: &str, tag: Option<&str>, today: Date) -> Option<&'static str> {
    let repository = without_library(repository);
    let found = TAGS.find([repository, tag.unwrap_or("latest")])?;
    let build = BUILDS.at(found.field(2)).map(Build::read)?;
    let ended = build.product.is_some_and(|cycle| !cycle.is_supported(today));
    if build.state != TagState::Tagged || ended {
        return None;
    }
    let names = TAGS.rows([repository]).filter(|row| row.field(2) == found.field(2)).map(|row| row.field(1));
    names.filter_map(|name| rank(name, &build).map(|rank| (rank, name))).min().map(|(_, name)| name)
}

/// How well a name binds the image; the least is best. None for names that do not bind it.
fn rank(name: &str, build: &Build) -> Option<(usize, bool, usize)> {
    let tag = Tag::parse(name);
    let parts = tag.version.split('.').count();
    let wanted = build.product.map_or(1, |cycle| cycle.name.split('.').count());
    let binds = !tag.version.is_empty() && parts >= wanted;
    let names_release =
        tag.words().any(|word| release_named(word).is_some_and(|(_, release)| release == build.release));
    binds.then(|| (parts - wanted, !names_release, name.len()))
}

/// The tag of the supported release line that takes the place of `repository:tag`, in the same variant if that is still
/// built: `26-alpine` for `node:16-alpine`, `3.14-slim` for `python:3.7-slim-buster`, `trixie-slim` for
/// `debian:stretch-slim`. None where the tag's release line has no supported successor, or this has no such tag.
pub fn supported_tag(repository: &str, tag: &str, today: Date) -> Option<&'static str> {
    let repository = without_library(repository);
    let cycle = end_of_life::of_tag(repository, tag).or_else(|| exact(repository, tag)?.product)?;
    let successor = cycle.successor(today)?;
    candidates(tag, successor).find_map(|name| {
        let row = TAGS.find([repository, &name])?;
        let build = BUILDS.at(row.field(2)).map(Build::read)?;
        (build.state == TagState::Tagged).then(|| row.field(1))
    })
}

/// The tag of the same version of the product on a supported release of the same distribution:
/// `3.12-slim-trixie` for `python:3.12.1-slim-buster`. None where the tag names no release, or nobody builds such a tag.
pub fn rebased_tag(repository: &str, tag: &str, today: Date) -> Option<&'static str> {
    let repository = without_library(repository);
    let parsed = Tag::parse(tag);
    let (word, release, successor) = parsed.words().find_map(|word| {
        let (family, release) = release_named(word)?;
        let successor = end_of_life::of_distribution(family, release)?.successor(today)?;
        Some((word, release, release_name(successor)))
    })?;
    let suffix = parsed.suffix.replacen(word, &word.replacen(release, successor, 1), 1);
    parsed.shortened().find_map(|version| {
        let row = TAGS.find([repository, &format!("{version}{suffix}")])?;
        let build = BUILDS.at(row.field(2)).map(Build::read)?;
        (build.state == TagState::Tagged).then(|| row.field(1))
    })
}

/// The tag of the same version on the same release of the distribution, without the usual extras: `18-slim` for `node:18`,
/// `3.12-slim-bookworm` for `python:3.12-bookworm`. None where nobody has built one, as for a tag that is slim itself.
pub fn slim_tag(repository: &str, tag: &str) -> Option<String> {
    let repository = without_library(repository);
    let version = &tag[..tag.len() - Tag::parse(tag).suffix.len()];
    let spliced = match version {
        "" => format!("slim-{tag}"),
        version => format!("{version}-slim{}", &tag[version.len()..]),
    };
    let of_latest = (tag == "latest").then(|| "slim".to_owned());
    let names = [Some(format!("{tag}-slim")), Some(spliced), of_latest];
    let release = |tag: &str| lookup(repository, Some(tag))?.distribution.map(|it| (it.family, it.release));
    let is_built = |tag: &str| build_of(repository, tag).0 != Basis::Names || last_release(repository, tag).is_some();
    let is_sibling = |name: &String| is_built(name) && release(name).is_some() && release(name) == release(tag);
    names.into_iter().flatten().find(is_sibling)
}

/// Names for the successor, the most alike first.
fn candidates(tag: &str, successor: Cycle) -> impl Iterator<Item = String> {
    let parsed = Tag::parse(tag);
    let by_codename = parsed.version.is_empty();
    let words: Vec<&str> = parsed.words().skip(usize::from(by_codename)).collect();
    // The successor may not be built on the same release any more, but on the same distribution.
    let unbound = words.iter().filter_map(|&word| match release_named(word) {
        None => Some(word),
        Some(("alpine", _)) => Some("alpine"),
        Some(_) => None,
    });
    let suffixes = [unbound.collect(), Vec::new()];
    let suffixes = std::iter::once(words).chain(suffixes);
    let named = successor.codename.filter(|_| by_codename).map(str::to_owned);
    let versions = [named, Some(successor.name.to_owned()), Some(format!("{}.0", successor.name))];
    let versions: Vec<String> = versions.into_iter().flatten().collect();
    suffixes.flat_map(move |words| {
        let name = |version: &String| {
            std::iter::once(version.as_str()).chain(words.iter().copied()).collect::<Vec<_>>().join("-")
        };
        versions.iter().map(name).collect::<Vec<_>>()
    })
}
