//! Which variables well-known base images set, and what else of them decides where package managers keep their files.
//!
//! The variables are read off the Dockerfiles of Docker's official images and of some vendors
//! (`scripts/make-knowledge.py`), each image's over all of its tags. Images are named as `docker pull` takes them, without
//! tag and default registry. `PATH` is set everywhere.

use super::table::{LIST_SEPARATOR, Table};

/// Image, names of the variables that a tag of it sets, and those that all of its tags set to the same path, as
/// `NAME=VALUE`.
const ENVIRONMENTS: Table = Table::new(include_str!("data/image-environments.tsv"));

/// Whether the image sets a variable, in any of its tags; `None` where nothing is known about the image.
pub fn sets(image: &str, variable: &str) -> Option<bool> {
    if SYSTEMS.contains(&image) {
        return Some(matches!(variable, "PATH" | "LANG" | "LC_ALL" | "container"));
    }
    let row = ENVIRONMENTS.find([image])?;
    Some(matches!(variable, "PATH" | "LANG") || row.field(1).split(LIST_SEPARATOR).any(|name| name == variable))
}

/// The value of a variable that all tags of the image set to the same path.
pub fn value(image: &str, variable: &str) -> Option<&'static str> {
    let values = ENVIRONMENTS.find([image])?.field(2).split(LIST_SEPARATOR);
    values.filter_map(|setting| setting.split_once('=')).find(|(name, _)| *name == variable).map(|(_, value)| value)
}

/// Number and home directory of a user that the image creates for those who build on it.
pub fn account(image: &str, user: &str) -> Option<(u32, &'static str)> {
    let found = ACCOUNTS.iter().find(|(known, name, ..)| *known == image && *name == user);
    found.map(|(_, _, number, home)| (*number, *home))
}

/// Whether the image has tags of this kind in which its users have other numbers than [`account`] says; of a tag that is not
/// known that has to be reckoned with.
pub fn may_have_other_numbers(image: &str, tag: Option<&str>) -> bool {
    OTHER_NUMBERS.iter().any(|(known, part)| *known == image && tag.is_none_or(|tag| tag.contains(part)))
}

/// Whether the image has a directory that users other than root may write to.
pub fn lets_users_write_to(image: &str, directory: &str) -> bool {
    directory == "/tmp" || SHARED_FOLDERS.contains(&(image, directory))
}

/// The directory that is another name for this one in the image, by a link: `/home/gradle/.gradle/caches` for
/// `/root/.gradle/caches`.
pub fn other_name(image: &str, directory: &str) -> Option<String> {
    let seen_from = |from: &str, to: &str| {
        let below = directory.strip_prefix(from)?;
        (below.is_empty() || below.starts_with('/')).then(|| format!("{to}{below}"))
    };
    let mut links = LINKS.iter().filter(|(known, ..)| *known == image);
    links.find_map(|(_, link, place)| seen_from(link, place).or_else(|| seen_from(place, link)))
}

/// Whether the image is one of Docker's official images of a bare operating system, which start as root in `/`.
pub fn is_bare_system(image: &str) -> bool {
    SYSTEMS.contains(&image)
}

/// Operating systems and nothing else: `PATH`, at most a locale.
const SYSTEMS: [&str; 14] = [
    "almalinux",
    "alpine",
    "amazonlinux",
    "archlinux",
    "busybox",
    "centos",
    "debian",
    "fedora",
    "hello-world",
    "oraclelinux",
    "photon",
    "rockylinux",
    "sl",
    "ubuntu",
];

/// Image, user, number and home directory.
const ACCOUNTS: [(&str, &str, u32, &str); 5] = [
    ("gradle", "gradle", 1000, "/home/gradle"),
    ("mambaorg/micromamba", "mambauser", 57439, "/home/mambauser"),
    ("mcr.microsoft.com/dotnet/sdk", "app", 1654, "/home/app"),
    ("node", "node", 1000, "/home/node"),
    ("oven/bun", "bun", 1000, "/home/bun"),
];

/// Image, and a part of the names of tags whose users have other numbers: those on Red Hat's base image.
const OTHER_NUMBERS: [(&str, &str); 1] = [("gradle", "ubi")];

/// Image and directory: made for all users (mode 1777 or `a+w`), or the image's own user's.
const SHARED_FOLDERS: [(&str, &str); 4] = [
    ("gradle", "/home/gradle/.gradle"),
    ("mambaorg/micromamba", "/opt/conda"),
    ("ruby", "/usr/local/bundle"),
    ("rust", "/usr/local/cargo"),
];

/// Image, link and the directory that it leads to.
const LINKS: [(&str, &str, &str); 1] = [("gradle", "/root/.gradle", "/home/gradle/.gradle")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_well_formed() {
        ENVIRONMENTS.assert_well_formed("environments", 1, 3);
    }

    #[test]
    fn systems_set_next_to_nothing_and_languages_their_own() {
        assert_eq!(sets("debian", "JAVA_HOME"), Some(false));
        assert_eq!(sets("golang", "GOPATH"), Some(true));
        assert_eq!(sets("golang", "GOROOT"), Some(false));
        assert_eq!(sets("ruby", "RUBY_VERSION"), Some(true));
        assert_eq!(sets("ruby", "BUNDLE_USER_CACHE"), Some(false));
        assert_eq!(sets("elixir", "HEX_HOME"), Some(false));
        assert_eq!(sets("mcr.microsoft.com/dotnet/sdk", "NUGET_PACKAGES"), Some(false));
    }

    #[test]
    fn what_all_tags_set_alike_is_known() {
        assert_eq!(value("ruby", "GEM_HOME"), Some("/usr/local/bundle"));
        assert_eq!(value("golang", "GOPATH"), Some("/go"));
        assert_eq!(value("composer", "COMPOSER_HOME"), Some("/tmp"));
        assert_eq!(value("ruby", "BUNDLE_PATH"), None);
        assert_eq!(value("denoland/deno", "DENO_DIR"), Some("/deno-dir/"));
    }

    #[test]
    fn nothing_is_known_of_other_images() {
        assert_eq!(sets("bitnami/golang", "GOPATH"), None);
        assert_eq!(sets("ghcr.io/debian", "HOME"), None);
    }

    #[test]
    fn a_linked_directory_has_two_names() {
        let other = |directory| other_name("gradle", directory);
        assert_eq!(other("/root/.gradle/caches").as_deref(), Some("/home/gradle/.gradle/caches"));
        assert_eq!(other("/home/gradle/.gradle").as_deref(), Some("/root/.gradle"));
        assert_eq!(other("/root/.gradlex"), None);
        assert_eq!(other_name("debian", "/root/.gradle"), None);
    }
}
