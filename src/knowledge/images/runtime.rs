//! Images that run what comes out of another image: without compiler, kit and build tools.

use super::super::made_on;
use super::{Basis, Distribution, fixed_tag, lookup, past_distribution};

/// An image by name and tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedImage {
    /// As `docker pull` takes it.
    pub repository: String,
    /// The tag.
    pub tag: String,
}

impl std::fmt::Display for NamedImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.repository, self.tag)
    }
}

/// The image of nginx that is built from its newest stable release, as small as one with a shell and a package manager can be.
pub fn static_server_image() -> Option<NamedImage> {
    let tag = fixed_tag("nginx", Some("stable-alpine"), made_on::IMAGES)?;
    Some(NamedImage { repository: "nginx".to_owned(), tag: tag.to_owned() })
}

/// The image that runs what comes out of `repository:tag`, on the same distribution: `eclipse-temurin:17-jre` for
/// `maven:3-openjdk-17`, `debian:bookworm-slim` for `golang:1.22-bookworm`. None for images that do not build, and where the
/// tables know no such image.
pub fn runtime_image(repository: &str, tag: &str) -> Option<NamedImage> {
    let distribution = || lookup(repository, Some(tag)).and_then(|facts| facts.distribution);
    match repository {
        "gcc" | "golang" | "rust" => bare_image(distribution()?),
        "amazoncorretto" | "eclipse-temurin" | "gradle" | "maven" | "openjdk" => {
            java_runtime(repository, tag, distribution())
        }
        _ => dotnet_runtime(repository, tag, "aspnet"),
    }
}

/// The image of a distribution and nothing else, as small as its maker has it.
pub fn bare_image(distribution: Distribution) -> Option<NamedImage> {
    let release = distribution.release?;
    let tag = match distribution.family {
        "debian" => format!("{release}-slim"),
        "alpine" | "ubuntu" => release.to_owned(),
        _ => return None,
    };
    Some(NamedImage { repository: distribution.family.to_owned(), tag })
}

/// The image with nothing but the runtime environment of Java.
const JAVA: &str = "eclipse-temurin";

/// The image with the runtime environment of the version of Java that is in `repository:tag`, on the same distribution if
/// there is one.
pub fn java_runtime(repository: &str, tag: &str, distribution: Option<Distribution>) -> Option<NamedImage> {
    let is_other_machine =
        ["graal", "headless", "ibm", "jre", "openj9", "semeru"].iter().any(|word| tag.contains(word));
    let version = java_version(repository, tag).filter(|_| !is_other_machine)?;
    let endings = match distribution.map(|it| (it.family, it.release)) {
        Some(("alpine", Some(release))) => vec![format!("-alpine-{release}"), "-alpine".to_owned()],
        Some(("alpine", None)) => vec!["-alpine".to_owned()],
        Some(("ubuntu", Some(release))) => vec![format!("-{release}"), String::new()],
        _ => vec![String::new()],
    };
    let tags = endings.iter().map(|ending| format!("{version}-jre{ending}"));
    named(JAVA, tags, |tag| is_listed(JAVA, tag))
}

/// The version of Java in an image: 17 of `3.8-openjdk-17-slim`, `7.6-jdk17` and `17.0.1-jdk`.
fn java_version(repository: &str, tag: &str) -> Option<u32> {
    let number = |word: &str| word.split(['.', '_', 'u', '+']).next().and_then(|major| major.parse().ok());
    let mut words = tag.split('-');
    match repository {
        "gradle" => words.find_map(|word| number(word.strip_prefix("jdk")?)),
        "maven" => words.skip(1).find_map(number),
        _ => words.next().and_then(number),
    }
}

/// The image called `name` (`aspnet`, `runtime`) that runs programs of the version of .NET whose kit is in `repository:tag`.
pub fn dotnet_runtime(repository: &str, tag: &str, name: &str) -> Option<NamedImage> {
    let family = repository.strip_suffix("/sdk").filter(|family| family.starts_with("mcr.microsoft.com/dotnet"))?;
    let repository = format!("{family}/{name}");
    let (version, ending) = tag.find('-').map_or((tag, ""), |at| tag.split_at(at));
    // The kit's patch releases have numbers of their own.
    let line = version.split('.').take(2).collect::<Vec<_>>().join(".");
    let tags = [format!("{line}{ending}"), line];
    named(&repository, tags, |tag| is_listed(&repository, tag) || past_distribution(&repository, tag).is_some())
}

fn named(
    repository: &str,
    tags: impl IntoIterator<Item = String>,
    is_known: impl Fn(&str) -> bool,
) -> Option<NamedImage> {
    let tag = tags.into_iter().find(|tag| is_known(tag))?;
    Some(NamedImage { repository: repository.to_owned(), tag })
}

fn is_listed(repository: &str, tag: &str) -> bool {
    lookup(repository, Some(tag)).is_some_and(|facts| facts.basis == Basis::Exact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_tell_the_version_of_java() {
        for (image, tag, expected) in [
            ("maven", "3.9.9-eclipse-temurin-24-noble", Some(24)),
            ("maven", "3-jdk-8", Some(8)),
            ("maven", "3.8-openjdk-17-slim", Some(17)),
            ("maven", "latest", None),
            ("gradle", "7.6-jdk17", Some(17)),
            ("gradle", "jdk25", Some(25)),
            ("eclipse-temurin", "17.0.11_9-jdk", Some(17)),
            ("openjdk", "8u292-jdk", Some(8)),
        ] {
            assert_eq!(java_version(image, tag), expected, "{image}:{tag}");
        }
    }

    #[test]
    fn every_kit_has_an_image_that_runs_what_it_builds() {
        let runtime = |repository: &str, tag: &str| runtime_image(repository, tag).map(|image| image.to_string());
        for (repository, tag, expected) in [
            ("golang", "1.22-bookworm", "debian:bookworm-slim"),
            ("rust", "1.75-alpine3.19", "alpine:3.19"),
            ("openjdk", "17-jdk-slim", "eclipse-temurin:17-jre"),
            ("openjdk", "8-jdk-alpine", "eclipse-temurin:8-jre-alpine"),
            ("maven", "3.9.9-eclipse-temurin-21-noble", "eclipse-temurin:21-jre-noble"),
            ("mcr.microsoft.com/dotnet/sdk", "8.0.100-jammy", "mcr.microsoft.com/dotnet/aspnet:8.0-jammy"),
            ("mcr.microsoft.com/dotnet/sdk", "6.0.400", "mcr.microsoft.com/dotnet/aspnet:6.0"),
        ] {
            assert_eq!(runtime(repository, tag).as_deref(), Some(expected), "{repository}:{tag}");
        }
        for (repository, tag) in
            [("eclipse-temurin", "17-jre"), ("openjdk", "7-jdk"), ("node", "22"), ("maven", "3-ibmjava-8")]
        {
            assert_eq!(runtime(repository, tag), None, "{repository}:{tag}");
        }
    }
}
