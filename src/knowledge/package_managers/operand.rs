//! What the operands of an installing command name: packages with or without a version, files, URLs, source trees.

use super::row::PackageManager;

/// One operand of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operand<'w> {
    /// The index of its word.
    pub word: usize,
    /// The word's text; `None` when it is not known before the build runs.
    pub text: Option<&'w str>,
    /// What it is.
    pub kind: OperandKind,
    /// The package's name without version and extras, or the whole text of anything else. Empty when unknown.
    pub name: &'w str,
    /// The version asked for.
    pub version: Option<Version<'w>>,
}

/// What an operand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperandKind {
    /// A package by its name.
    Named,
    /// A group of packages: `@development-tools`.
    Group,
    /// A package in a local file: `./x.deb`.
    File,
    /// A package behind a URL.
    Url,
    /// A source tree in version control: `git+https://...`.
    Vcs,
    /// A local source tree: `.`, or the value of `-e`.
    ProjectPath,
    /// A file that lists what to install: the value of `-r`.
    Requirements,
    /// A file that limits versions: the value of `-c`.
    Constraints,
    /// Not known before the build runs.
    Unknown,
    /// An operand of a command that installs nothing: the script of `npm run`.
    Argument,
}

impl OperandKind {
    /// Whether the operand is read from the local file system.
    pub fn is_local(self) -> bool {
        use OperandKind::{Constraints, File, ProjectPath, Requirements};
        matches!(self, File | ProjectPath | Requirements | Constraints)
    }
}

/// The version that an operand asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version<'w> {
    /// What stands between name and version: `=`, `>=`, `@`; empty when an option gives the version.
    pub operator: &'w str,
    /// The rest.
    pub text: &'w str,
}

/// How an operand carries a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionSyntax {
    /// Not at all.
    None,
    /// After one of these separators, of which the first in the operand counts; of two that begin at one place the
    /// earlier in this list.
    Separators(&'static [&'static str]),
    /// As npm: `name@1`, `@scope/name@1`, `jsr:@scope/name@1`.
    Npm,
    /// As PEP 508: `name[extra]>=1,<2; python_version < "3.9"`.
    Python,
    /// As RPM: `name-1.2-3.el9`, `name = 1.2`.
    Rpm,
    /// A dash and a digit: `xdebug-3.1.0` (PECL).
    Dash,
}

impl PackageManager {
    /// Reads one operand of an installing command. Variables are taken as they stand: `nginx=${VERSION}` is `nginx`
    /// in the version `${VERSION}`.
    pub fn operand<'w>(&self, word: usize, text: Option<&'w str>) -> Operand<'w> {
        let Some(text) = text else {
            return Operand { word, text: None, kind: OperandKind::Unknown, name: "", version: None };
        };
        let kind = self.kind(text);
        let (name, version) = match kind {
            OperandKind::Named => self.versions.split(text),
            OperandKind::Vcs => (text, revision(text, self.versions)),
            _ => (text, None),
        };
        Operand { word, text: Some(text), kind, name, version }
    }

    fn kind(&self, text: &str) -> OperandKind {
        let is_path = matches!(text, "." | ".." | "~") || ["./", "../", "/", "~/"].iter().any(|p| text.starts_with(p));
        if is_vcs(text) {
            OperandKind::Vcs
        } else if has_scheme(text) {
            OperandKind::Url
        } else if self.package_files.iter().any(|ending| text.ends_with(ending)) {
            OperandKind::File
        } else if self.installs_paths && (is_path || text.starts_with("file:") || text.starts_with(".[")) {
            OperandKind::ProjectPath
        } else if self.versions == VersionSyntax::Rpm && text.starts_with('@') {
            OperandKind::Group
        } else {
            OperandKind::Named
        }
    }
}

fn is_vcs(text: &str) -> bool {
    let address = text.split_once(" @ ").map_or(text, |(_, address)| address.trim_start());
    ["git+", "hg+", "svn+", "bzr+", "git://", "git@", "ssh://", "github:", "gitlab:", "bitbucket:"]
        .iter()
        .any(|scheme| address.starts_with(scheme))
}

fn has_scheme(text: &str) -> bool {
    let before = text.split("://").next().unwrap_or_default();
    let scheme = before.rsplit([' ', '@']).next().unwrap_or_default();
    before.len() < text.len() && !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The commit, tag or branch after `#` (npm) or `@` (pip).
fn revision(text: &str, versions: VersionSyntax) -> Option<Version<'_>> {
    let mark = if versions == VersionSyntax::Python { '@' } else { '#' };
    let path = text.find("://").map_or(0, |at| at + 3);
    let path = path + text.get(path..)?.find('/')?;
    let rest = text.get(path..)?;
    let at = path + if mark == '@' { rest.rfind('@')? } else { rest.find('#')? };
    let end = if mark == '@' { text.get(at..)?.find('#').map_or(text.len(), |hash| at + hash) } else { text.len() };
    Some(Version { operator: text.get(at..=at)?, text: text.get(at + 1..end)? })
}

impl VersionSyntax {
    fn split(self, text: &str) -> (&str, Option<Version<'_>>) {
        match self {
            VersionSyntax::None => (text, None),
            VersionSyntax::Separators(separators) => split_at_first(text, 0, separators),
            VersionSyntax::Npm => split_npm(text),
            VersionSyntax::Python => split_python(text),
            VersionSyntax::Rpm => split_rpm(text),
            VersionSyntax::Dash => split_dash(text),
        }
    }
}

fn split_at_first<'w>(text: &'w str, from: usize, separators: &[&str]) -> (&'w str, Option<Version<'w>>) {
    let Some(searched) = text.get(from..) else { return (text, None) };
    let places = separators.iter().filter_map(|separator| Some((searched.find(separator)?, separator.len())));
    // `min_by_key` gives the first of equals, which is why longer separators come first in the lists.
    match places.min_by_key(|(place, _)| *place) {
        Some((place, length)) => cut(text, from + place, length),
        None => (text, None),
    }
}

/// `text` cut into the name before `at`, an operator of `length` bytes and the version.
fn cut(text: &str, at: usize, length: usize) -> (&str, Option<Version<'_>>) {
    let (Some(name), Some(operator), Some(version)) =
        (text.get(..at), text.get(at..at + length), text.get(at + length..))
    else {
        return (text, None);
    };
    let version = version.trim();
    (name.trim_end(), (!version.is_empty()).then_some(Version { operator, text: version }))
}

/// A scope begins with `@` as well: `@babel/core@7`, `jsr:@std/path@1`.
fn split_npm(text: &str) -> (&str, Option<Version<'_>>) {
    let begins_scope =
        |at: usize| text.get(..at).is_none_or(|before| before.is_empty() || before.ends_with([':', '/']));
    let at = text.match_indices('@').map(|(at, _)| at).find(|at| !begins_scope(*at));
    at.map_or((text, None), |at| cut(text, at, 1))
}

fn split_python(text: &str) -> (&str, Option<Version<'_>>) {
    let text = text.split(';').next().unwrap_or_default().trim_end();
    let (name, version) = split_at_first(text, 0, &["===", "==", ">=", "<=", "~=", "!=", "@", ">", "<"]);
    (name.split('[').next().unwrap_or_default().trim_end(), version)
}

/// A package name may hold dashes and numbers itself (`java-11-openjdk`, `gcc-toolset-9`). A version begins with a
/// digit and holds a dot, a colon, a variable or a glob, or a release that begins with a digit follows it.
fn split_rpm(text: &str) -> (&str, Option<Version<'_>>) {
    let (name, version) = split_at_first(text, 0, &[">=", "<=", "=", ">", "<"]);
    if version.is_some() {
        return (name, version);
    }
    let starts_version = |part: &str| part.starts_with(|c: char| c.is_ascii_digit() || c == '$');
    let dashes: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
    let last_two = dashes.iter().rev().take(2).rev();
    for &at in last_two {
        let rest = text.get(at + 1..).unwrap_or_default();
        let mut parts = rest.split('-');
        let version = parts.next().unwrap_or_default();
        let release = parts.next();
        let marked = version.contains(['.', ':', '$', '*']) || release.is_some();
        if starts_version(version) && marked && release.is_none_or(starts_version) {
            return cut(text, at, 1);
        }
    }
    split_at_first(text, 0, &[":"])
}

fn split_dash(text: &str) -> (&str, Option<Version<'_>>) {
    let at = text.match_indices('-').map(|(at, _)| at).find(|at| {
        let rest = text.get(at + 1..).unwrap_or_default();
        rest.starts_with(|c: char| c.is_ascii_digit() || c == '$')
            || matches!(rest, "stable" | "beta" | "alpha" | "devel")
    });
    at.map_or((text, None), |at| cut(text, at, 1))
}

#[cfg(test)]
mod tests {
    use super::super::find;

    fn read(manager: &str, text: &str) -> String {
        let operand = find(manager).unwrap().operand(0, Some(text));
        let version = operand.version.map(|version| format!(" {} {}", version.operator, version.text));
        format!("{:?} {}{}", operand.kind, operand.name, version.unwrap_or_default())
    }

    #[test]
    fn each_manager_reads_names_and_versions_in_its_own_way() {
        for (manager, text, expected) in [
            ("apt-get", "nginx", "Named nginx"),
            ("apt-get", "nginx=1.2-1~deb12", "Named nginx = 1.2-1~deb12"),
            ("apt-get", "nginx:arm64=${V}", "Named nginx:arm64 = ${V}"),
            ("apt-get", "nginx/bookworm-backports", "Named nginx / bookworm-backports"),
            ("apt-get", "./x.deb", "File ./x.deb"),
            ("apt-get", "/tmp/x_1.deb", "File /tmp/x_1.deb"),
            ("apk", "curl~=8.1", "Named curl ~= 8.1"),
            ("apk", "curl>8", "Named curl > 8"),
            ("apk", "curl@edge", "Named curl @ edge"),
            ("yum", "nginx-1.20.1-1.el7", "Named nginx - 1.20.1-1.el7"),
            ("yum", "java-11-openjdk", "Named java-11-openjdk"),
            ("yum", "gcc-toolset-9", "Named gcc-toolset-9"),
            ("yum", "java-1.8.0-openjdk-devel", "Named java-1.8.0-openjdk-devel"),
            ("yum", "nginx-${NGINX}", "Named nginx - ${NGINX}"),
            ("dnf", "@development-tools", "Group @development-tools"),
            ("dnf", "nodejs:18", "Named nodejs : 18"),
            ("dnf", "/usr/bin/which", "Named /usr/bin/which"),
            ("dnf", "https://example.com/x.rpm", "Url https://example.com/x.rpm"),
            ("zypper", "curl>=8", "Named curl >= 8"),
            ("pacman", "extra/git", "Named extra/git"),
            ("pip", "flask", "Named flask"),
            ("pip", "flask[async]==2.0", "Named flask == 2.0"),
            ("pip", "flask >= 2 ; python_version < '3.9'", "Named flask >= 2"),
            ("pip", "git+https://u@github.com/a/b.git@v1#egg=b", "Vcs git+https://u@github.com/a/b.git@v1#egg=b @ v1"),
            ("pip", "git+https://u@github.com/a/b", "Vcs git+https://u@github.com/a/b"),
            ("pip", "b @ https://x.org/b.zip", "Url b @ https://x.org/b.zip"),
            ("pip", "./dist/b.whl", "File ./dist/b.whl"),
            ("pip", ".", "ProjectPath ."),
            ("pip", ".[dev]", "ProjectPath .[dev]"),
            ("npm", "left-pad", "Named left-pad"),
            ("npm", "left-pad@^1", "Named left-pad @ ^1"),
            ("npm", "@babel/core", "Named @babel/core"),
            ("npm", "@babel/core@7", "Named @babel/core @ 7"),
            ("npm", "old@npm:left-pad@1", "Named old @ npm:left-pad@1"),
            ("deno", "jsr:@std/path@1", "Named jsr:@std/path @ 1"),
            ("npm", "github:a/b#v1", "Vcs github:a/b#v1 # v1"),
            (
                "npm",
                "git+ssh://git@github.com/a/b.git#semver:1",
                "Vcs git+ssh://git@github.com/a/b.git#semver:1 # semver:1",
            ),
            ("npm", "./lib", "ProjectPath ./lib"),
            ("npm", "../x.tgz", "File ../x.tgz"),
            ("gem", "rails:7.0", "Named rails : 7.0"),
            ("go", "example.com/x/cmd/y@v1", "Named example.com/x/cmd/y @ v1"),
            ("go", "./...", "ProjectPath ./..."),
            ("conda", "conda-forge::numpy==1.2", "Named conda-forge::numpy == 1.2"),
            ("cargo", "ripgrep@14", "Named ripgrep @ 14"),
            ("composer", "a/b:^1", "Named a/b : ^1"),
            ("pecl", "xdebug-3.1", "Named xdebug - 3.1"),
            ("pecl", "redis-beta", "Named redis - beta"),
            ("npm", "é@", "Named é"),
            ("npm", "@", "Named @"),
            ("npm", "", "Named "),
            ("yum", "-", "Named -"),
        ] {
            assert_eq!(read(manager, text), expected, "{manager} {text}");
        }
    }
}
