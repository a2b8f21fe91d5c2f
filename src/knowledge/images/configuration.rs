//! What an image sets and holds.

use super::super::table::{Fields, List, Table};

/// user, users, entrypoint, cmd, ports, volumes, workdir, shell, sh, libc, package manager, stop signal, ONBUILD.
pub(super) const CONFIGURATIONS: Table = Table::new(include_str!("../data/image-configurations.tsv"));
/// Lists of words: tools, packages.
pub(super) const WORDS: Table = Table::new(include_str!("../data/image-words.tsv"));

/// The settings and contents of an image, computed from its Dockerfile and those of its base images; nothing was pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// The user that commands run as: a name, a number, or `user:group`.
    pub user: Known<&'static str>,
    /// Users that the image's Dockerfiles create, as `name` or `name:uid`; packages may create more.
    pub users: List,
    /// ENTRYPOINT in exec form.
    pub entrypoint: Known<List>,
    /// CMD in exec form.
    pub cmd: Known<List>,
    /// Exposed ports, as `9000/tcp`.
    pub ports: Known<List>,
    /// Paths declared as volumes: writes below them after this image are lost.
    pub volumes: Known<List>,
    /// The working directory.
    pub workdir: Known<&'static str>,
    /// Path of the best shell: `/bin/bash`, else `/bin/sh`; [`Known::Nothing`] for images without a shell.
    pub shell: Known<&'static str>,
    /// The program behind `/bin/sh`: `dash`, `bash` or `busybox`.
    pub sh: Known<&'static str>,
    /// `glibc`, `musl` or `uclibc`.
    pub libc: Known<&'static str>,
    /// The program that installs packages: `apt-get`, `apk`, `dnf`, `yum`, `microdnf`, `tdnf`, `zypper`, `pacman`.
    pub package_manager: Known<&'static str>,
    /// STOPSIGNAL.
    pub stop_signal: Known<&'static str>,
    /// Instructions that run in every image built on this one.
    pub onbuild: Known<List>,
    /// `node:16-slim` for `node:16`, where there is one.
    pub slim_sibling: Option<&'static str>,
    /// `node:16-alpine` for `node:16`, where there is one.
    pub alpine_sibling: Option<&'static str>,
    /// The set of buildpack-deps that is part of the image: `curl`, `scm` or `full` (compilers and headers).
    pub buildpack_deps: Option<&'static str>,
    /// Packages that the image's own Dockerfile asks for, its base not counted.
    pub packages_added: Known<List>,
    /// Whether the image's base is not known, so that contents and some settings are missing.
    pub partial: bool,
    tools: Known<List>,
}

/// A fact that may be missing from the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known<T> {
    /// The tables do not say.
    Unknown,
    /// Known to be none.
    Nothing,
    /// Known.
    Is(T),
}

impl<T> Known<T> {
    /// The value, if it is known and there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Known::Is(value) => Some(value),
            Known::Unknown | Known::Nothing => None,
        }
    }
}

/// Whether a program or package is inside an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It is.
    Present,
    /// The image's list does not name it. That is no proof of absence: dependencies are not in the lists.
    NotListed,
    /// There is no list for this image.
    Unknown,
}

impl Configuration {
    /// Whether the image holds a program or package, by its Debian name where it has one (`curl`, `g++`, `xz`,
    /// `libpq-dev`); BusyBox's wget is `busybox-wget`.
    pub fn has(&self, word: &str) -> Presence {
        match self.tools {
            Known::Unknown => Presence::Unknown,
            Known::Is(tools) if tools.contains(word) => Presence::Present,
            Known::Is(_) | Known::Nothing => Presence::NotListed,
        }
    }

    /// Reads the rest of a build's line, from the end-of-life cycle of its distribution on.
    pub(super) fn read(mut build: Fields) -> Option<Self> {
        let _distribution_cycle = (build.next(), build.next());
        let mut next = || build.next().unwrap_or_default();
        let (slim_sibling, alpine_sibling, buildpack_deps) = (word(next()), word(next()), word(next()));
        let row = CONFIGURATIONS.at(next())?;
        let (tools, packages_added) = (words(next()), words(next()));
        let partial = next().ends_with(" partial");
        let mut fields = row.fields();
        let mut field = || fields.next().unwrap_or_default();
        Some(Self {
            user: known(field()),
            users: List::items(field()),
            entrypoint: list(field()),
            cmd: list(field()),
            ports: list(field()),
            volumes: list(field()),
            workdir: known(field()),
            shell: known(field()),
            sh: known(field()),
            libc: known(field()),
            package_manager: known(field()),
            stop_signal: known(field()),
            onbuild: list(field()),
            slim_sibling,
            alpine_sibling,
            buildpack_deps,
            packages_added,
            partial,
            tools,
        })
    }
}

fn word(field: &'static str) -> Option<&'static str> {
    Some(field).filter(|field| !field.is_empty())
}

fn known(field: &'static str) -> Known<&'static str> {
    match field {
        "?" => Known::Unknown,
        "" => Known::Nothing,
        value => Known::Is(value),
    }
}

fn list(field: &'static str) -> Known<List> {
    match known(field) {
        Known::Unknown => Known::Unknown,
        Known::Nothing => Known::Nothing,
        Known::Is(items) => Known::Is(List::items(items)),
    }
}

fn words(offset: &'static str) -> Known<List> {
    match WORDS.at(offset) {
        None => Known::Unknown,
        Some(row) if row.text().is_empty() => Known::Nothing,
        Some(row) => Known::Is(List::words(row.text())),
    }
}
