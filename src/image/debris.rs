//! Which files of an image a package manager can make again, and which are others after every build.

use crate::knowledge::package_managers;

use super::{Configuration, packages};

/// Knows the debris of an image: where caches lie depends on its environment.
#[derive(Debug)]
pub(super) struct Debris {
    /// Directories, without a slash before them.
    folders: Vec<String>,
    /// Directories below the home of a user.
    below_home: Vec<&'static str>,
}

/// Directories whose content comes again: lists, caches, and logs of installations.
const FOLDERS: &[&str] = &[
    // "Applications can regenerate the data": Filesystem Hierarchy Standard 3.0, 5.5.
    "var/cache",
    // Cleared at boot: the same, 3.15.
    "run",
    "var/run",
    "var/lib/apt/lists",
    "var/log/apt",
    "var/log/zypp",
    "tmp/node-compile-cache",
    "tmp/hsperfdata_root",
    "root/.cache",
    "root/.npm",
    "usr/local/bundle/cache",
];

const FILES: &[&str] = &[
    "var/log/dpkg.log",
    "var/log/alternatives.log",
    "var/log/bootstrap.log",
    "var/log/fontconfig.log",
    "var/log/apk.log",
    "var/log/dnf.log",
    "var/log/dnf.rpm.log",
    "var/log/dnf.librepo.log",
    "var/log/hawkey.log",
    "var/log/yum.log",
    "root/.wget-hsts",
];

/// Where dnf and yum keep what they did when. What rpm has installed is told package by package, so that the bytes of its
/// database, which holds the time of each installation, say nothing more.
const HISTORIES: &[&str] = &["var/lib/dnf", "var/lib/yum", "usr/lib/sysimage/libdnf5"];

/// Files that are written anew, with other bytes, whenever something is built.
const VOLATILE_FILES: &[&str] = &["etc/ld.so.cache", "etc/machine-id"];

impl Debris {
    /// The debris of an image with this configuration.
    pub fn of(configuration: &Configuration) -> Self {
        let variable = |name: &str| configuration.variable(name).map(str::to_owned);
        let caches = || package_managers::all().iter().flat_map(|manager| manager.caches);
        let mut folders: Vec<String> = FOLDERS.iter().map(|folder| (*folder).to_owned()).collect();
        folders.extend(caches().map(|cache| cache.directory("/root", variable).trim_matches('/').to_owned()));
        let below_home = caches().map(|cache| cache.path).filter(|path| !path.starts_with('/')).chain([".cache"]);
        Self { folders, below_home: below_home.collect() }
    }

    /// Whether what lies at the path can be made again by a package manager or an interpreter.
    pub fn can_be_made_again(&self, path: &str) -> bool {
        let in_home = || {
            let below = path.strip_prefix("home/").and_then(|rest| rest.split_once('/'));
            below.is_some_and(|(_, rest)| self.below_home.iter().any(|folder| is_in(rest, folder)))
        };
        let is_compiled = || path.ends_with(".pyc") || path.split('/').any(|name| name == "__pycache__");
        let is_of_node = || path.ends_with("node_modules/.package-lock.json") || path.contains("node_modules/.cache/");
        FILES.contains(&path)
            || self.folders.iter().any(|folder| is_in(path, folder))
            || in_home()
            || is_compiled()
            || is_of_node()
    }

    /// Whether a directory at the path can be there only because a cache lies below it: Buildah makes the directories above a
    /// cache mount, and leaves all but the lowest.
    pub fn is_above_cache(&self, path: &str) -> bool {
        let in_home = || {
            let below = path.strip_prefix("home/").and_then(|rest| rest.split_once('/'));
            below.is_some_and(|(_, rest)| self.below_home.iter().any(|folder| is_below(folder, rest)))
        };
        self.folders.iter().any(|folder| is_below(folder, path)) || in_home()
    }

    /// Whether the file at the path is another after every build of one and the same Dockerfile.
    pub fn is_volatile(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.can_be_made_again(path)
            || VOLATILE_FILES.contains(&path)
            || path.starts_with("var/lib/dpkg/") && path.ends_with("-old")
            || HISTORIES.iter().any(|folder| is_in(path, folder))
            || packages::RPM_FOLDERS.iter().any(|folder| path.starts_with(folder))
            || matches!(name, "gem_make.out" | "mkmf.log")
            || path.contains("/CMakeFiles/") && path.ends_with(".log")
    }
}

fn is_in(path: &str, folder: &str) -> bool {
    !folder.is_empty() && (path == folder || is_below(path, folder))
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caches_lie_where_the_environment_says() {
        let configuration = Configuration::parse(br#"{"config":{"Env":["GOPATH=/go"]}}"#).unwrap();
        let debris = Debris::of(&configuration);
        assert!(debris.can_be_made_again("go/pkg/mod/x"));
        assert!(!Debris::of(&Configuration::default()).can_be_made_again("go/pkg/mod/x"));
    }

    #[test]
    fn directories_above_a_cache_are_known_and_their_neighbours_are_not() {
        let debris = Debris::of(&Configuration::default());
        for path in ["root/.hex", "root/.m2", "root/go/pkg", "home/node/.m2", "var/lib/apt"] {
            assert!(debris.is_above_cache(path), "{path}");
        }
        for path in ["root/.hexagon", "home/node", "srv", "root/.m2/repository", ""] {
            assert!(!debris.is_above_cache(path), "{path}");
        }
    }

    #[test]
    fn caches_of_every_user_are_debris_and_their_neighbours_are_not() {
        let debris = Debris::of(&Configuration::default());
        for path in ["root/.npm/_cacache/x", "home/node/.npm/x", "var/lib/apt/lists", "a/__pycache__/b.pyc"] {
            assert!(debris.can_be_made_again(path), "{path}");
        }
        for path in ["root/.npmrc", "home/node/npm/x", "var/lib/apt/extended_states", "tmp/x", "etc/ld.so.cache"] {
            assert!(!debris.can_be_made_again(path), "{path}");
        }
        for path in ["etc/ld.so.cache", "var/lib/rpm/rpmdb.sqlite", "var/lib/dnf/history.sqlite"] {
            assert!(debris.is_volatile(path), "{path}");
        }
    }
}
