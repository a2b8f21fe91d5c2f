//! The shape of a row: what dfx knows about one package manager.

use crate::knowledge::options::{Flag, OptionSyntax};

use super::operand::VersionSyntax;

/// One package manager.
#[derive(Debug)]
pub struct PackageManager {
    /// Its name, as users say it; unique in the table.
    pub name: &'static str,
    /// Other names of the same program: `mamba`, `mvnw`.
    pub aliases: &'static [&'static str],
    /// Whether a version may follow the name: `pip3`, `pip3.11`.
    pub versioned: bool,
    /// Other programs that start it.
    pub launchers: &'static [Launcher],
    /// Where it lives.
    pub home: Home,
    /// How it reads options.
    pub syntax: OptionSyntax,
    /// The options that take a value before the verb and after it. Switches need no entry.
    pub options: &'static [OptionSpec],
    /// What it can do. The first verb that fits counts.
    pub verbs: &'static [Verb],
    /// Whether one command line may name several verbs: `mvn clean package`.
    pub several_verbs: bool,
    /// How an operand carries a version.
    pub versions: VersionSyntax,
    /// How a package in a local file ends: `.deb`.
    pub package_files: &'static [&'static str],
    /// Whether an operand such as `.` or `./lib` is a source tree to be installed.
    pub installs_paths: bool,
    /// Answers its questions. `None`: it asks none in a build, or none that a flag could answer.
    pub no_prompt: Option<Switch>,
    /// Leaves out packages that are merely recommended.
    pub no_recommends: Option<Switch>,
    /// Keeps it from leaving a cache behind.
    pub no_cache: Option<Switch>,
    /// Has it keep the packages that it downloads. `None`: it does so by itself, or no flag makes all of its versions.
    pub keeps: Option<Switch>,
    /// Leaves out what only the project's developers need.
    pub no_development: Option<Switch>,
    /// How it is told not to verify what it downloads.
    pub unverified: &'static [Spelling],
    /// The command that empties its caches, to be run in the layer that filled them.
    pub clean: Option<&'static str>,
    /// The directories that it fills and can fill again.
    pub caches: &'static [Cache],
    /// The options that have it keep its caches elsewhere, or not look at them.
    pub elsewhere: &'static str,
    /// The options that have it take from its caches what an earlier command has downloaded, and fail where it is not there.
    pub offline: &'static str,
    /// The files of a project that it reads.
    pub project: ProjectFiles,
    /// How to install exactly what the lock file says.
    pub locked: Option<Locked>,
    /// Whether installing a project runs scripts of that project.
    pub project_scripts: ProjectScripts,
    /// What other tools call the faults of this manager's users.
    pub codes: Codes,
}

impl PackageManager {
    /// A row in which nothing is known, to be filled in.
    pub(super) const BLANK: PackageManager = PackageManager {
        name: "",
        aliases: &[],
        versioned: false,
        launchers: &[],
        home: Home::Language("any"),
        syntax: OptionSyntax::Gnu,
        options: &[],
        verbs: &[],
        several_verbs: false,
        versions: VersionSyntax::None,
        package_files: &[],
        installs_paths: false,
        no_prompt: None,
        no_recommends: None,
        no_cache: None,
        keeps: None,
        no_development: None,
        unverified: &[],
        clean: None,
        caches: &[],
        elsewhere: "",
        offline: "",
        project: ProjectFiles { manifests: &[], locks: &[], settings: &[] },
        locked: None,
        project_scripts: ProjectScripts::Never,
        codes: Codes::NONE,
    };

    /// Whether it installs packages of a distribution, as opposed to those of a language.
    pub fn is_system(&self) -> bool {
        matches!(self.home, Home::System(_))
    }

    /// Whether what it downloads is read after it has finished: by programs when they run (Deno, Maven, .NET), by the next
    /// build step (Go, Cargo, Gradle and their kind), or through hard links (pnpm, Bun).
    pub fn is_read_later(&self) -> bool {
        const NAMES: &[&str] = &[
            "bun", "cabal", "cargo", "deno", "dotnet", "go", "gradle", "luarocks", "mix", "mvn", "npx", "opam", "pear",
            "pnpm", "stack",
        ];
        NAMES.contains(&self.name)
    }

    /// Whether nothing but its own commands reads what it has downloaded, although it is kept from one to the next.
    pub fn reads_caches_alone(&self) -> bool {
        matches!(self.name, "luarocks" | "opam" | "pear")
    }

    /// Whether what it installs is run from its cache, or is linked into it.
    pub fn runs_from_cache(&self) -> bool {
        matches!(self.name, "bun" | "deno" | "dotnet" | "mvn" | "npx" | "pnpm")
    }

    /// Whether it installs from lists that have to be fetched before, and fails where there are none.
    pub fn needs_lists(&self) -> bool {
        self.home == Home::System(Family::Debian) || self.name == "cabal"
    }

    /// The caches of one kind.
    pub fn caches_of(&self, kind: CacheKind) -> impl Iterator<Item = &'static Cache> {
        self.caches.iter().filter(move |cache| cache.kind == kind)
    }

    /// Whether `program`, a file name without directory, starts this manager.
    pub(super) fn is_called(&self, program: &str) -> bool {
        let is_version = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        self.name == program
            || self.aliases.contains(&program)
            || self.versioned && program.strip_prefix(self.name).is_some_and(is_version)
    }
}

impl PartialEq for PackageManager {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for PackageManager {}

/// Another program that starts a package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Launcher {
    /// `python -m NAME`.
    PythonModule,
    /// `corepack NAME`.
    Corepack,
    /// `php NAME` or `php NAME.phar`.
    Php,
}

/// Where a package manager lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// In a distribution: it installs the system's packages.
    System(Family),
    /// In a language's world, named here.
    Language(&'static str),
}

/// A family of Linux distributions that share a package format and its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Debian, Ubuntu.
    Debian,
    /// Alpine, Wolfi.
    Alpine,
    /// Fedora, RHEL, CentOS, Amazon Linux, Oracle Linux.
    Fedora,
    /// openSUSE, SLES.
    Suse,
    /// Arch Linux.
    Arch,
}

/// What a command of a package manager does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Installs the packages that its operands name.
    Install,
    /// Installs what the files of a project ask for: manifest, lock file, requirements.
    InstallProject,
    /// Fetches the lists of what there is to install.
    UpdateLists,
    /// Brings installed packages to newer versions.
    Upgrade,
    /// Uninstalls.
    Remove,
    /// Empties caches of the package manager.
    Clean,
    /// Compiles, tests or packs the project: reads its source tree.
    Build,
    /// Starts a program.
    Run,
    /// Anything else.
    Other,
}

/// A verb of a package manager.
#[derive(Debug, Clone, Copy)]
pub struct Verb {
    /// Its spellings, each of one or more words: `i`, `pip install`. `""` is the tool without any verb, `*` is any
    /// word that is no other verb and stays an operand. `-Sy` is an option that has at least these letters (pacman).
    pub spellings: &'static [&'static str],
    /// What it does.
    pub action: Action,
    /// What it does when no operand names a package.
    pub on_project: Option<Action>,
    /// What it does when one of these options is given.
    pub when: &'static [(&'static str, Action)],
    /// The options that take a value after this verb, besides the manager's own.
    pub options: &'static [OptionSpec],
    /// The kinds of caches that it empties.
    pub cleans: &'static [CacheKind],
    /// Whether it may ask before it acts, where the manager asks at all.
    pub asks: bool,
    /// What it would do about a mount over a cache, where it looks at more than what lies in there.
    pub notices: Option<Notice>,
}

/// What a command does because a directory is there that a mount has brought along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// What it does.
    pub what: &'static str,
    /// Whether it does so only where no variable has moved the cache.
    pub unless_moved: bool,
    /// The options that keep it from doing so.
    pub unless: &'static str,
}

/// A verb with these spellings.
pub(super) const fn verb(action: Action, spellings: &'static [&'static str]) -> Verb {
    Verb { spellings, action, on_project: None, when: &[], options: &[], cleans: &[], asks: true, notices: None }
}

/// A verb that empties caches.
pub(super) const fn cleaner(cleans: &'static [CacheKind], spellings: &'static [&'static str]) -> Verb {
    Verb {
        spellings,
        action: Action::Clean,
        on_project: None,
        when: &[],
        options: &[],
        cleans,
        asks: true,
        notices: None,
    }
}

impl Verb {
    pub(super) const fn on_project(mut self, action: Action) -> Verb {
        self.on_project = Some(action);
        self
    }

    pub(super) const fn without_questions(mut self) -> Verb {
        self.asks = false;
        self
    }

    pub(super) const fn notices(mut self, notice: Notice) -> Verb {
        self.notices = Some(notice);
        self
    }

    pub(super) const fn when(mut self, when: &'static [(&'static str, Action)]) -> Verb {
        self.when = when;
        self
    }

    pub(super) const fn options(mut self, options: &'static [OptionSpec]) -> Verb {
        self.options = options;
        self
    }
}

/// Options that take a value of one sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionSpec {
    /// Their names with dashes, with blanks between.
    pub names: &'static str,
    /// What the value is.
    pub takes: Takes,
}

/// What the value of an option is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Anything that does not matter here.
    Value,
    /// The directory in which the command works: `npm --prefix client`.
    Directory,
    /// A file that lists what to install: `pip -r`.
    Requirements,
    /// A file that limits versions: `pip -c`.
    Constraints,
    /// A source tree to be installed: `pip -e`.
    Project,
    /// The version of the named package: `gem install rails -v 7`.
    Version,
}

pub(super) const fn value(names: &'static str) -> OptionSpec {
    OptionSpec { names, takes: Takes::Value }
}

pub(super) const fn directory(names: &'static str) -> OptionSpec {
    OptionSpec { names, takes: Takes::Directory }
}

pub(super) const fn requirements(names: &'static str) -> OptionSpec {
    OptionSpec { names, takes: Takes::Requirements }
}

pub(super) const fn constraints(names: &'static str) -> OptionSpec {
    OptionSpec { names, takes: Takes::Constraints }
}

pub(super) const fn project(names: &'static str) -> OptionSpec {
    OptionSpec { names, takes: Takes::Project }
}

pub(super) const fn version(names: &'static str) -> OptionSpec {
    OptionSpec { names, takes: Takes::Version }
}

/// A behaviour that flags or variables turn on.
#[derive(Debug, Clone, Copy)]
pub struct Switch {
    /// What to write to turn it on.
    pub insert: &'static str,
    /// Where to write it.
    pub place: Place,
    /// The actions for which it matters.
    pub actions: &'static [Action],
    /// Everything on the command line that turns it on.
    pub spellings: &'static [Spelling],
    /// Environment variables that turn it on, with the values that do, in lower case.
    pub environment: &'static [(&'static str, &'static [&'static str])],
}

impl Switch {
    /// Whether the environment variable `name` with the value `value` turns it on.
    pub fn is_on_by(&self, name: &str, value: &str) -> bool {
        self.environment.iter().any(|(variable, values)| *variable == name && contains_word(values, value))
    }

    /// The switch that adds a flag behind the verb to what installs a project.
    pub(super) const fn of_project(
        insert: &'static str,
        spellings: &'static [Spelling],
        environment: &'static [(&'static str, &'static [&'static str])],
    ) -> Switch {
        Switch { insert, place: Place::AfterVerb, actions: &[Action::InstallProject], spellings, environment }
    }

    pub(super) fn is_on(&self, flags: &[Flag<'_>]) -> bool {
        self.spellings.iter().any(|spelling| spelling.is_in(flags))
    }
}

/// Where an option may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Right after the word that names the tool.
    AfterTool,
    /// Right after the verb.
    AfterVerb,
}

/// One way to turn a behaviour on.
#[derive(Debug, Clone, Copy)]
pub enum Spelling {
    /// Any of these flags, unless its value is false: `"-y --yes"`.
    Flag(&'static str),
    /// Any of these flags, at least so many times in all: `-qq`.
    Repeated(&'static str, usize),
    /// Any of these flags with one of these values: `-q=2`.
    Valued(&'static str, &'static [&'static str]),
    /// Any of these flags with a setting `KEY=VALUE`: `-o APT::Get::Assume-Yes=true`. A key `*.gpgcheck` stands for
    /// any that ends in `.gpgcheck`.
    Setting(&'static str, &'static str, &'static [&'static str]),
}

/// The values that programs take for true, in lower case.
pub(super) const TRUE: &[&str] = &["1", "true", "yes", "on", "y", "t", "with", "enable"];
/// The values that programs take for false, in lower case.
pub(super) const FALSE: &[&str] = &["0", "false", "no", "off", "n", "f", "without", "disable"];

/// Every value that programs take for true or false, in lower case.
pub(super) const ANY_BOOLEAN: &[&str] =
    &["1", "true", "yes", "on", "y", "t", "with", "enable", "0", "false", "no", "off", "n", "f", "without", "disable"];

impl Spelling {
    pub(super) fn is_in(&self, flags: &[Flag<'_>]) -> bool {
        match self {
            Spelling::Flag(names) => flags
                .iter()
                .any(|flag| flag.is_one_of(names) && !flag.text().is_some_and(|text| contains_word(FALSE, text))),
            Spelling::Repeated(names, times) => flags.iter().filter(|flag| flag.is_one_of(names)).count() >= *times,
            Spelling::Valued(names, values) => flags
                .iter()
                .any(|flag| flag.is_one_of(names) && flag.text().is_some_and(|text| contains_word(values, text))),
            Spelling::Setting(names, key, values) => flags
                .iter()
                .any(|flag| flag.is_one_of(names) && flag.text().is_some_and(|text| is_set(text, key, values))),
        }
    }
}

fn is_set(setting: &str, wanted: &str, values: &[&str]) -> bool {
    let Some((key, value)) = setting.split_once('=') else { return false };
    let fits = match wanted.strip_prefix('*') {
        Some(end) => key.to_ascii_lowercase().ends_with(&end.to_ascii_lowercase()),
        None => key.trim_end_matches(':').eq_ignore_ascii_case(wanted),
    };
    fits && contains_word(values, value.trim())
}

fn contains_word(words: &[&str], word: &str) -> bool {
    words.iter().any(|candidate| candidate.eq_ignore_ascii_case(word))
}

/// A directory that a package manager fills and can fill again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cache {
    /// What lies there.
    pub kind: CacheKind,
    /// Where it lies when nothing moves it: absolute, or relative to the user's home directory.
    pub path: &'static str,
    /// Where it lies for root, where that is elsewhere.
    pub path_of_root: Option<&'static str>,
    /// Variables that move it, the strongest first, each with the path below the variable's value.
    pub moved_by: &'static [(&'static str, &'static str)],
    /// Whether what lies there stays in the image. Debian's images delete archives after each `apt-get install`.
    pub stays: bool,
    /// Whether a cache mount needs `sharing=locked`, because two processes at once would spoil it.
    pub locked: bool,
    /// Whether only later versions of the manager fill it than the one that its name stands for.
    pub of_later_versions: bool,
    /// Whether a mount over it serves the next build.
    pub mounting: Mounting,
    /// Whether it lies among what the manager installs, which is of use without it.
    pub is_among_packages: bool,
}

/// Whether a cache mount over a cache serves the next build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mounting {
    /// It does.
    Serves,
    /// It does where it is known that the cache lies there: a variable says so, or the program is in this folder.
    WherePlaced {
        /// The folder.
        program_in: Option<&'static str>,
        /// What decides otherwise.
        otherwise: &'static str,
    },
    /// It does not, and this is why.
    Needless(&'static str),
}

impl Cache {
    /// The directory for a user whose home is `home`, with the environment that `variable` looks up.
    pub fn directory(&self, home: &str, variable: impl Fn(&str) -> Option<String>) -> String {
        for (name, below) in self.moved_by {
            if let Some(value) = variable(name).filter(|value| !value.is_empty()) {
                return join(&value, below);
            }
        }
        let of_root = self.path_of_root.filter(|_| home.trim_end_matches('/') == "/root");
        let path = of_root.unwrap_or(self.path);
        if path.starts_with('/') { path.to_owned() } else { join(home, path) }
    }
}

fn join(directory: &str, below: &str) -> String {
    let directory = directory.trim_end_matches('/');
    if below.is_empty() && !directory.is_empty() { directory.to_owned() } else { format!("{directory}/{below}") }
}

/// What lies in a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheKind {
    /// The lists of what there is to install.
    Lists,
    /// Downloaded packages.
    Packages,
    /// Compiled intermediate results.
    Compiled,
}

/// A cache below the user's home directory that stays in the image.
pub(super) const fn cache(path: &'static str, moved_by: &'static [(&'static str, &'static str)]) -> Cache {
    Cache {
        kind: CacheKind::Packages,
        path,
        path_of_root: None,
        moved_by,
        stays: true,
        locked: false,
        of_later_versions: false,
        mounting: Mounting::Serves,
        is_among_packages: false,
    }
}

impl Cache {
    pub(super) const fn of(mut self, kind: CacheKind) -> Cache {
        self.kind = kind;
        self
    }

    pub(super) const fn of_root(mut self, path: &'static str) -> Cache {
        self.path_of_root = Some(path);
        self
    }

    pub(super) const fn locked(mut self) -> Cache {
        self.locked = true;
        self
    }

    pub(super) const fn of_later_versions(mut self) -> Cache {
        self.of_later_versions = true;
        self
    }

    pub(super) const fn where_placed(mut self, program_in: Option<&'static str>, otherwise: &'static str) -> Cache {
        self.mounting = Mounting::WherePlaced { program_in, otherwise };
        self
    }

    pub(super) const fn needless(mut self, why: &'static str) -> Cache {
        self.mounting = Mounting::Needless(why);
        self
    }

    pub(super) const fn among_packages(mut self) -> Cache {
        self.is_among_packages = true;
        self
    }

    pub(super) const fn emptied(mut self) -> Cache {
        self.stays = false;
        self
    }
}

/// The files of a project that a package manager reads, as names or as `*` patterns of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProjectFiles {
    /// What is wanted: `package.json`.
    pub manifests: &'static [&'static str],
    /// What that came to: `package-lock.json`.
    pub locks: &'static [&'static str],
    /// What else changes the result, files or directories: `.npmrc`.
    pub settings: &'static [&'static str],
}

/// How to install exactly what the lock file says, and to fail when it does not fit the manifest.
#[derive(Debug, Clone, Copy)]
pub struct Locked {
    /// The command: `npm ci`.
    pub command: &'static str,
    /// Verbs that always do so, in the words of [`Verb::spellings`].
    pub verbs: &'static [&'static str],
    /// Flags that make any installing verb do so.
    pub spellings: &'static [Spelling],
}

/// Whether installing a project runs scripts that the project itself defines, which may read any file of it.
#[derive(Debug, Clone, Copy)]
pub enum ProjectScripts {
    /// It does not.
    Never,
    /// It does, unless this is on the command line.
    Unless(Spelling),
    /// It does and cannot be kept from it.
    Always,
}

/// The names that other tools have for faults in using one manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Codes {
    /// It asks and nobody answers.
    pub prompt: &'static [&'static str],
    /// Packages are installed in whatever version there is.
    pub unpinned: &'static [&'static str],
    /// A cache stays in the image.
    pub cache: &'static [&'static str],
    /// All packages are upgraded.
    pub upgrade: &'static [&'static str],
    /// Downloads are not verified.
    pub unverified: &'static [&'static str],
}

impl Codes {
    pub(super) const NONE: Codes = Codes { prompt: &[], unpinned: &[], cache: &[], upgrade: &[], unverified: &[] };
}
