//! Official images and well-known vendors' images: what a tag is, and what is inside.
//!
//! Repositories are named as `docker pull` takes them, without tag, digest and default registry (`node`,
//! `mcr.microsoft.com/dotnet/sdk`); `library/node` is `node`.

use std::sync::{LazyLock, PoisonError, RwLock};

use foldhash::HashMap;

use super::date::Date;
use super::end_of_life::{self, Cycle};
use super::table::{Row, Table};
use super::tag::{Tag, release_name, release_named};

mod configuration;
mod ending;
mod notice;
mod past;
mod runtime;
mod suggestion;

pub use configuration::{Configuration, Known, Presence};
pub use ending::{Ending, ended_release, is_floating};
pub use notice::{Notice, NoticeKind};
pub use past::past_distribution;
pub use runtime::{NamedImage, bare_image, dotnet_runtime, java_runtime, runtime_image, static_server_image};
pub use suggestion::{fixed_tag, rebased_tag, slim_tag, supported_tag};

/// repository, tag, offset of the build in [`BUILDS`].
const TAGS: Table = Table::new(include_str!("../data/image-tags.tsv"));
/// One line a build, see [`Build`]; the tags that share a line name the same image.
const BUILDS: Table = Table::new(include_str!("../data/image-rows.tsv"));
/// repository, tag suffix, number of version parts, first version, last version, release they were last built on.
const CODENAMES: Table = Table::new(include_str!("../data/image-codenames.tsv"));
/// Names of Docker's official images, present and past.
const OFFICIAL: Table = Table::new(include_str!("../data/image-official.tsv"));

/// What is known about one repository and tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFacts {
    /// Whether the repository is, or was, one of Docker's official images.
    pub official: bool,
    /// Whether the whole repository is deprecated, removed or moved.
    pub notice: Option<Notice>,
    /// Whether the tag still gets builds.
    pub tag: TagState,
    /// Where `distribution` and `configuration` come from.
    pub basis: Basis,
    /// The distribution inside.
    pub distribution: Option<Distribution>,
    /// The release line of the product inside that this tag is bound to: Node.js 16 for `node:16-alpine`. None for tags
    /// that move on to the next one (`node:latest`, `python:3`), and for images that are a distribution and nothing else
    /// (there the distribution's cycle says it).
    pub product: Option<Cycle>,
    /// Whether the tag says that this is the variant without the usual extras.
    pub slim: bool,
    /// The image's settings and contents.
    pub configuration: Option<Configuration>,
}

/// Whether a tag still gets builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagState {
    /// In the image's manifest on the day [`made_on::IMAGES`](super::made_on::IMAGES).
    Tagged,
    /// No longer in the manifest: the image can still be pulled, but nobody rebuilds it.
    NoLongerTagged {
        /// The last day the manifest had it, where known.
        last: Option<Date>,
    },
    /// Not in the tables: a past patch release, a tag newer than the tables, or none at all.
    Unlisted,
}

/// Which entry of the tables describes the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The tag's own.
    Exact,
    /// That of another tag of the same release line and variant (`16.20-slim` for `16.20.1-slim`): user, command and tools
    /// are most likely the same, the distribution's release need not be.
    SameSeries(&'static str),
    /// None: only what the names say.
    Names,
}

/// A distribution and, where known, its release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Distribution {
    /// `debian`, `ubuntu`, `alpine`, `centos`, `rhel-ubi`, `amazonlinux`, `oraclelinux`, `busybox`, `scratch`, ...
    pub family: &'static str,
    /// A codename for Debian and Ubuntu (`bookworm`), else a number (`3.16`).
    pub release: Option<&'static str>,
    /// Whether the tag itself says it. A tag that does not (`node:24`) may be rebuilt on another release.
    pub named_in_tag: bool,
}

impl Distribution {
    /// The release's entry in the end-of-life table.
    pub fn cycle(self) -> Option<Cycle> {
        end_of_life::of_distribution(self.family, self.release?)
    }
}

/// What is known about `repository:tag`; no tag means `latest`. None if nothing at all is known about the repository.
///
/// A run over many files asks for the same few images again and again, so the last answers are remembered for all threads.
pub fn lookup(repository: &str, tag: Option<&str>) -> Option<ImageFacts> {
    type Answers = HashMap<(String, String), Option<ImageFacts>>;
    static ANSWERS: LazyLock<RwLock<Answers>> = LazyLock::new(RwLock::default);
    let question = (without_library(repository).to_owned(), tag.unwrap_or("latest").to_owned());
    if let Some(known) = ANSWERS.read().unwrap_or_else(PoisonError::into_inner).get(&question) {
        return known.clone();
    }
    let answer = look_up(&question.0, &question.1);
    let mut answers = ANSWERS.write().unwrap_or_else(PoisonError::into_inner);
    if answers.len() >= REMEMBERED {
        answers.clear();
    }
    answers.insert(question, answer.clone());
    answer
}

/// So many answers are remembered: enough for the images that people use, little memory for a million odd names.
const REMEMBERED: usize = 512;

fn look_up(repository: &str, tag: &str) -> Option<ImageFacts> {
    let official = is_official(repository);
    let notice = notice::find(repository, tag);
    let shipped = end_of_life::product_of(repository);
    if !official && notice.is_none() && shipped.is_none() && TAGS.find([repository]).is_none() {
        return None;
    }
    let (basis, build) = build_of(repository, tag);
    let tag_state = match (basis, &build) {
        (Basis::Exact, Some(build)) => build.state,
        _ => TagState::Unlisted,
    };
    let distribution = distribution_of(repository, tag, basis, build.as_ref());
    let is_distribution =
        |product| distribution.is_some_and(|it| end_of_life::distribution_product(it.family) == Some(product));
    let product =
        product_of(repository, tag, tag_state, build.as_ref()).filter(|cycle| !is_distribution(cycle.product));
    let slim = tag.split('-').any(|word| word == "slim");
    Some(ImageFacts {
        official,
        notice,
        tag: tag_state,
        basis,
        distribution,
        product,
        slim,
        configuration: build.and_then(|build| build.configuration),
    })
}

/// Whether the repository is, or was, one of Docker's official images.
pub fn is_official(repository: &str) -> bool {
    OFFICIAL.find([without_library(repository)]).is_some()
}

/// The names of all official images, present and past, sorted: for "did you mean".
pub fn official_names() -> impl Iterator<Item = &'static str> {
    OFFICIAL.all().map(Row::text)
}

fn without_library(repository: &str) -> &str {
    repository.strip_prefix("library/").unwrap_or(repository)
}

/// One line of [`BUILDS`].
#[derive(Debug, Clone, PartialEq, Eq)]
struct Build {
    state: TagState,
    family: &'static str,
    release: &'static str,
    product: Option<Cycle>,
    configuration: Option<Configuration>,
}

impl Build {
    fn read(row: Row) -> Self {
        let mut fields = row.fields();
        let mut next = || fields.next().unwrap_or_default();
        let state = match next() {
            "tagged" => TagState::Tagged,
            last => TagState::NoLongerTagged { last: last.parse().ok() },
        };
        let (family, release) = (next(), next());
        let product = end_of_life::cycle(next(), next());
        Self { state, family, release, product, configuration: Configuration::read(fields) }
    }
}

/// The build behind this very tag.
fn exact(repository: &str, tag: &str) -> Option<Build> {
    TAGS.find([repository, tag]).and_then(|row| BUILDS.at(row.field(2))).map(Build::read)
}

/// The tag's own build, or that of the nearest tag of its release line.
fn build_of(repository: &str, tag: &str) -> (Basis, Option<Build>) {
    if let Some(build) = exact(repository, tag) {
        return (Basis::Exact, Some(build));
    }
    let parsed = Tag::parse(tag);
    let cycle = end_of_life::of_tag(repository, tag);
    for version in parsed.shortened().skip(1) {
        let Some(row) = TAGS.find([repository, &format!("{version}{}", parsed.suffix)]) else { continue };
        let Some(build) = BUILDS.at(row.field(2)).map(Build::read) else { continue };
        // `python:3` is not of the series of `python:3.6.1`: the product's cycle has to agree, where there is one.
        if build.product == cycle {
            return (Basis::SameSeries(row.field(1)), Some(build));
        }
    }
    (Basis::Names, None)
}

fn distribution_of(repository: &str, tag: &str, basis: Basis, build: Option<&Build>) -> Option<Distribution> {
    let named = Tag::parse(tag).release().or_else(|| release_in_repository(repository, tag));
    let built = build.filter(|build| !build.family.is_empty());
    let last = || last_release(repository, tag);
    let (family, release, named_in_tag) = match (named, built, basis) {
        // The tag names what it is built on, unless it means something else by the word.
        (Some((family, release)), Some(build), Basis::Exact) => {
            (build.family, Some(build.release), family == build.family && release == build.release)
        }
        (Some((family, release)), ..) => (family, Some(release), true),
        (None, Some(build), Basis::Exact) => (build.family, Some(build.release), false),
        (None, built, _) => match (last(), built) {
            (Some((family, release)), _) => (family, Some(release), false),
            (None, Some(build)) => (build.family, None, false),
            (None, None) if tag.split('-').any(|word| word == "alpine") => ("alpine", None, false),
            (None, None) => return None,
        },
    };
    Some(Distribution { family, release: release.filter(|release| !release.is_empty()), named_in_tag })
}

/// `alpine:3.12.1` and `gcr.io/distroless/base-debian12` name the release otherwise than by a word of the tag.
fn release_in_repository(repository: &str, tag: &str) -> Option<(&'static str, &'static str)> {
    let bound = end_of_life::of_tag(repository, tag)
        .and_then(|cycle| family_of_image(repository).map(|family| (family, release_name(cycle))));
    bound.or_else(|| {
        let name = repository.strip_prefix("gcr.io/distroless/")?;
        name.rsplit('-').next().and_then(release_named)
    })
}

/// The family, if the image is a distribution and nothing else.
fn family_of_image(repository: &str) -> Option<&'static str> {
    let product = end_of_life::product_of(repository)?;
    [
        "almalinux",
        "alpine",
        "amazonlinux",
        "centos",
        "debian",
        "fedora",
        "mageia",
        "oraclelinux",
        "photon",
        "rocky",
        "ubuntu",
    ]
    .into_iter()
    .find(|family| end_of_life::distribution_product(family) == Some(product))
}

/// The release that a past version was last built on, from the runs of versions in [`CODENAMES`].
fn last_release(repository: &str, tag: &str) -> Option<(&'static str, &'static str)> {
    let tag = Tag::parse(tag);
    let parts = tag.version.split('.').count().to_string();
    let wanted = version_number(tag.version)?;
    let run = CODENAMES.rows([repository, tag.suffix, &parts]).find(|row| {
        version_number(row.field(3)).is_some_and(|first| first <= wanted)
            && version_number(row.field(4)).is_some_and(|last| wanted <= last)
    })?;
    release_named(run.field(5))
}

/// The first four parts of a version, for comparing; None where one is not a number that fits.
fn version_number(version: &str) -> Option<[u32; 4]> {
    let mut number = [0; 4];
    let mut parts = version.split('.');
    for (place, part) in number.iter_mut().zip(parts.by_ref()) {
        *place = part.parse().ok()?;
    }
    parts.next().is_none().then_some(number)
}

/// The cycle that the tag is bound to. A tag that nobody builds any more stays where its last build left it.
fn product_of(repository: &str, tag: &str, state: TagState, build: Option<&Build>) -> Option<Cycle> {
    let gone = matches!(state, TagState::NoLongerTagged { .. });
    end_of_life::of_tag(repository, tag).or_else(|| build.filter(|_| gone)?.product)
}

#[cfg(test)]
mod tests;
