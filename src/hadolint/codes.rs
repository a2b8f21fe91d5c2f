//! The codes: how grave each is, and what to say.

/// How grave a finding is, in hadolint's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not shown.
    Ignore,
    /// `style`
    Style,
    /// `info`
    Info,
    /// `warning`
    Warning,
    /// `error`
    Error,
}

impl Level {
    /// All levels, from the least.
    pub const ALL: [Level; 5] = [Level::Ignore, Level::Style, Level::Info, Level::Warning, Level::Error];

    /// The level's name.
    pub fn name(self) -> &'static str {
        match self {
            Level::Ignore => "ignore",
            Level::Style => "style",
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }

    /// The level with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// A code: how grave it is, and what to say.
#[derive(Debug)]
pub struct Code {
    /// `DL3006`
    pub code: &'static str,
    /// Its level where nobody sets another.
    pub level: Level,
    /// What is wrong.
    pub message: &'static str,
}

const fn code(code: &'static str, level: Level, message: &'static str) -> Code {
    Code { code, level, message }
}

use Level::{Error, Ignore, Info, Style, Warning};

/// The codes whose conditions are here, by their number.
pub const CODES: &[Code] = &[
    code("DL1001", Ignore, "a comment keeps findings of hadolint away"),
    code("DL3000", Error, "the path of WORKDIR is relative"),
    code("DL3001", Info, "this command makes no sense in a container"),
    code("DL3002", Warning, "the last USER of the stage is root"),
    code("DL3003", Warning, "use WORKDIR in the place of `cd`"),
    code("DL3004", Error, "a build needs no `sudo`"),
    code("DL3006", Warning, "the image has no tag"),
    code("DL3007", Warning, "`latest` is another image tomorrow"),
    code("DL3008", Warning, "a package of `apt-get install` has no version"),
    code("DL3009", Info, "`apt-get update` leaves its lists in the layer"),
    code("DL3010", Info, "ADD unpacks the archive by itself"),
    code("DL3013", Warning, "a package of `pip install` has no version"),
    code("DL3014", Warning, "`apt-get install` asks, and nobody answers: add `-y`"),
    code("DL3015", Info, "`apt-get install` brings recommended packages: add `--no-install-recommends`"),
    code("DL3016", Warning, "a package of `npm install` has no version"),
    code("DL3018", Warning, "a package of `apk add` has no version"),
    code("DL3019", Info, "`apk add` leaves its index in the layer: add `--no-cache`"),
    code("DL3020", Error, "COPY is for plain files: ADD is for archives and addresses"),
    code("DL3021", Error, "of several sources, the destination must be a folder: let it end with `/`"),
    code("DL3022", Warning, "COPY --from names no stage above"),
    code("DL3025", Warning, "write the arguments as a JSON array, so that signals reach the program"),
    code("DL3027", Warning, "`apt` is for people, its interface may change: use `apt-get`"),
    code("DL3028", Warning, "a gem of `gem install` has no version"),
    code("DL3029", Warning, "FROM is bound to one platform"),
    code("DL3030", Warning, "`yum install` asks, and nobody answers: add `-y`"),
    code("DL3032", Warning, "`yum install` leaves its cache in the layer"),
    code("DL3033", Warning, "a package of `yum install` has no version"),
    code("DL3034", Warning, "`zypper` asks, and nobody answers: add `--non-interactive`"),
    code("DL3035", Warning, "`zypper dist-upgrade` gives another distribution with every build"),
    code("DL3036", Warning, "`zypper install` leaves its cache in the layer"),
    code("DL3037", Warning, "a package of `zypper install` has no version"),
    code("DL3038", Warning, "`dnf install` asks, and nobody answers: add `-y`"),
    code("DL3040", Warning, "`dnf` leaves its cache in the layer"),
    code("DL3041", Warning, "a package of `dnf install` has no version"),
    code("DL3042", Warning, "`pip install` leaves its cache in the layer: add `--no-cache-dir`"),
    code("DL3044", Error, "ENV uses a variable that only the same ENV sets: it is empty there"),
    code("DL3045", Warning, "COPY to a relative path, and there is no WORKDIR above"),
    code("DL3046", Warning, "`useradd` with a long user id makes a huge log: add `-l`"),
    code("DL3047", Info, "`wget` fills the log with its progress: add `--progress=dot:giga`"),
    code("DL3057", Ignore, "the stage has no HEALTHCHECK"),
    code("DL3059", Info, "this RUN follows another: they could be one"),
    code("DL3060", Info, "`yarn install` leaves its cache in the layer"),
    code("DL3062", Warning, "what `go` installs has no version"),
    code("DL3064", Warning, "the name says that this is a secret, which is kept in the image"),
    code("DL3065", Warning, "`--platform=$TARGETPLATFORM` is what FROM does anyway"),
    code("DL3066", Info, "USER is no number, so that nobody outside can tell whether it is root"),
    code("DL3067", Warning, "this copies the whole file system of another stage"),
    code("DL4001", Warning, "the stage uses both `wget` and `curl`"),
    code("DL4003", Warning, "only the last CMD counts"),
    code("DL4004", Error, "only the last ENTRYPOINT counts"),
    code("DL4005", Warning, "use SHELL in the place of a link to /bin/sh"),
    code("DL4006", Warning, "the exit status of a pipe is that of its last command: set `pipefail` with SHELL"),
];

/// Levels of the codes that come from dfx's rules.
pub const LEVELS_OF_RULES: &[(&str, Level)] = &[
    ("DL1000", Error),
    ("DL3011", Error),
    ("DL3012", Error),
    ("DL3023", Error),
    ("DL3024", Error),
    ("DL3026", Error),
    ("DL3043", Error),
    ("DL3048", Style),
    ("DL3049", Info),
    ("DL3050", Info),
    ("DL3051", Warning),
    ("DL3052", Warning),
    ("DL3053", Warning),
    ("DL3054", Warning),
    ("DL3055", Warning),
    ("DL3056", Warning),
    ("DL3058", Warning),
    ("DL3061", Error),
    ("DL3063", Warning),
    ("DL4000", Error),
];

/// Levels of ShellCheck's codes, as ShellCheck has them for `sh`; those that are not here are warnings.
pub const LEVELS_OF_SHELLCHECK: &[(&str, Level)] = &[
    ("SC1001", Info),
    ("SC1003", Info),
    ("SC1075", Error),
    ("SC2003", Style),
    ("SC2004", Style),
    ("SC2005", Style),
    ("SC2006", Style),
    ("SC2016", Info),
    ("SC2018", Info),
    ("SC2019", Info),
    ("SC2026", Info),
    ("SC2028", Info),
    ("SC2035", Info),
    ("SC2045", Error),
    ("SC2059", Info),
    ("SC2067", Error),
    ("SC2070", Error),
    ("SC2086", Info),
    ("SC2094", Info),
    ("SC2116", Style),
    ("SC2129", Style),
    ("SC2144", Error),
    ("SC2145", Error),
    ("SC2153", Info),
    ("SC2157", Error),
    ("SC2162", Info),
    ("SC2185", Info),
    ("SC2196", Info),
    ("SC2231", Info),
    ("SC2233", Style),
    ("SC2261", Error),
    ("SC2267", Info),
    ("SC2268", Style),
    ("SC2291", Info),
];
