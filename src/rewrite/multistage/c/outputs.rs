//! Where the commands of a build leave what they make.

use crate::ir::{Command, clean_path, lies_in};

use super::super::Refusal;
use super::super::single_stage::SingleStage;

/// Where a command leaves what it makes, absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// This very file.
    File(String),
    /// Somewhere in this folder.
    Folder(String),
    /// In the folders `bin`, `lib` and others below this one.
    Prefix(String),
}

impl Output {
    /// The folder of a build whose results lie anywhere in it.
    pub fn folder(self) -> Option<String> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::File(_) | Self::Prefix(_) => None,
        }
    }
}

const COMPILERS: &[&str] = &["c++", "cc", "clang", "clang++", "g++", "gcc", "gfortran"];
/// They write settings for the tools that build, and take options of these.
const CONFIGURING: &[&str] = &[
    "Configure",
    "aclocal",
    "autoconf",
    "autogen.sh",
    "autoheader",
    "automake",
    "autoreconf",
    "bootstrap",
    "bootstrap.sh",
    "buildconf",
    "config",
    "configure",
    "libtoolize",
    "qmake",
];
const BUILDING: &[&str] = &["ar", "cmake", "gmake", "ld", "make", "meson", "ninja", "ranlib", "samu"];
/// Where things are installed unless somebody says otherwise.
const DEFAULT_PREFIX: &str = "/usr/local";

/// Whether the program by this name is one that compiles, or prepares for that.
pub fn is_tool(name: &str) -> bool {
    is_compiler(name) || CONFIGURING.contains(&name) || BUILDING.contains(&name)
}

/// Whether files that it reads decide which libraries are linked.
pub fn hides_its_libraries(command: &Command<'_>) -> bool {
    command.name().is_some_and(|name| is_tool(name) && !is_compiler(name))
}

/// Whether it is a compiler, of whichever version: `gcc-12`.
pub fn is_compiler(name: &str) -> bool {
    let (stem, version) = name.rsplit_once('-').unwrap_or((name, ""));
    COMPILERS.contains(&name) || COMPILERS.contains(&stem) && version.bytes().all(|byte| byte.is_ascii_digit())
}

/// All that the build makes.
///
/// # Errors
/// Where a path is only known when the build runs.
pub fn made_by(single: &SingleStage<'_>) -> Result<Vec<Output>, Refusal> {
    let mut made = Vec::new();
    let mut configured: Option<Configured> = None;
    for command in single.build_commands() {
        let Some(name) = command.name() else { continue };
        if is_compiler(name) {
            made.extend(compiled(single, command)?);
            continue;
        }
        if is_tool(name) {
            check_folders(command)?;
        }
        if !installs(command) && configures(command) {
            configured = Some(Configured { folder: folder(single, command)?, prefix: told_prefix(single, command)? });
        }
        if installs(command) {
            let folder = folder(single, command)?;
            let settings =
                configured.as_ref().filter(|it| lies_in(&folder, &it.folder) || lies_in(&it.folder, &folder));
            let prefix = told_prefix(single, command)?.or_else(|| settings.and_then(|it| it.prefix.clone()));
            made.push(Output::Prefix(prefix.unwrap_or_else(|| DEFAULT_PREFIX.to_owned())));
        } else if BUILDING.contains(&name) && !matches!(name, "ar" | "ranlib") {
            made.push(Output::Folder(folder(single, command)?));
        }
    }
    Ok(made)
}

/// What a command that configures says for those that build in its folder.
struct Configured {
    folder: String,
    prefix: Option<String>,
}

/// Whether the command writes settings for the tools that build, as far as they concern the prefix.
fn configures(command: &Command<'_>) -> bool {
    let is_for_building = |word: &str| matches!(word, "--build" | "--install" | "-E" | "compile");
    let mut words = command.arguments().iter().filter_map(|word| word.value);
    match command.name() {
        Some("Configure" | "config" | "configure" | "bootstrap" | "bootstrap.sh" | "qmake") => true,
        Some("cmake" | "meson") => !words.any(is_for_building),
        _ => false,
    }
}

/// Whether nothing is told to be installed elsewhere than below the prefix: Autotools, CMake and Meson have an option for each kind
/// of files. Documents are no loss.
///
/// # Errors
/// The first that is.
fn check_folders(command: &Command<'_>) -> Result<(), Refusal> {
    const KINDS: &[&str] = &[
        "bindir",
        "datadir",
        "datarootdir",
        "libdir",
        "libexecdir",
        "localstatedir",
        "runstatedir",
        "sbindir",
        "sharedstatedir",
        "sysconfdir",
    ];
    let is_elsewhere = |word: &&str| {
        let Some((name, path)) = word.split_once('=') else { return false };
        let name = name.trim_start_matches('-').to_ascii_lowercase();
        let name = name.strip_prefix("dcmake_install_").unwrap_or(&name).split(':').next().unwrap_or_default();
        KINDS.contains(&name) && path.starts_with('/')
    };
    let prefix = command.words.iter().find_map(|word| word.value?.split_once("prefix=")).map(|(_, prefix)| prefix);
    let words = command.arguments().iter().map(|word| word.value.unwrap_or(word.written));
    let below = |word: &str| {
        let path = word.split_once('=').map_or("", |(_, path)| path);
        lies_in(path, prefix.unwrap_or(DEFAULT_PREFIX))
    };
    match words.filter(is_elsewhere).find(|word| !below(word)) {
        Some(word) => Err(Refusal::UnknownPath(word.to_owned())),
        None => Ok(()),
    }
}

/// The program that a compiler writes; none where it only compiles.
fn compiled(single: &SingleStage<'_>, command: &Command<'_>) -> Result<Option<Output>, Refusal> {
    let words = command.arguments();
    if words.iter().any(|word| matches!(word.value, Some("-c" | "-E" | "-S" | "--version" | "-v"))) {
        return Ok(None);
    }
    let follows = words.iter().position(|word| word.value == Some("-o")).and_then(|at| words.get(at + 1));
    let joined = || words.iter().find_map(|word| word.value?.strip_prefix("-o").filter(|name| !name.is_empty()));
    let name = match follows {
        Some(word) => word.value.ok_or_else(|| Refusal::UnknownPath(word.written.to_owned()))?,
        None => joined().unwrap_or("a.out"),
    };
    single.path_of(command, name).map(|path| Some(Output::File(path)))
}

/// Whether the command installs what was built.
fn installs(command: &Command<'_>) -> bool {
    let is_target = |word: &str| word.starts_with("install") || matches!(word, "--install" | "all-install");
    BUILDING.contains(&command.name().unwrap_or_default())
        && command.arguments().iter().filter_map(|word| word.value).any(is_target)
}

/// The folder in which the command builds.
fn folder(single: &SingleStage<'_>, command: &Command<'_>) -> Result<String, Refusal> {
    let told = value_of(command, &["-C", "--directory", "--build", "-B"]);
    single.path_of(command, told.unwrap_or("."))
}

/// The prefix that a command is told; those of Make are variables that nearly all of its files agree on.
fn told_prefix(single: &SingleStage<'_>, command: &Command<'_>) -> Result<Option<String>, Refusal> {
    const NAMES: &[&str] = &[
        "--prefix",
        "-DCMAKE_INSTALL_PREFIX",
        "-DCMAKE_INSTALL_PREFIX:PATH",
        "-DCMAKE_INSTALL_PREFIX:STRING",
        "PREFIX",
        "prefix",
    ];
    let unknown = |word: &str| Refusal::UnknownPath(word.to_owned());
    if let Some(word) = command.words.iter().find(|word| word.written.starts_with("DESTDIR=")) {
        return Err(unknown(word.written));
    }
    let told = command.words.iter().find(|word| {
        let name = word.written.split('=').next().unwrap_or_default();
        NAMES.contains(&name.trim_start_matches('"'))
    });
    let Some(word) = told else { return Ok(None) };
    match word.value.ok_or_else(|| unknown(word.written))?.split_once('=') {
        Some((_, path)) if path.starts_with('/') => Ok(Some(clean_path(path))),
        Some((_, path)) => single.path_of(command, path).map(Some),
        None => {
            let path = value_of(command, NAMES).ok_or_else(|| unknown(word.written))?;
            single.path_of(command, path).map(Some)
        }
    }
}

/// The word behind one of these options.
fn value_of<'c>(command: &'c Command<'_>, options: &[&str]) -> Option<&'c str> {
    let mut words = command.arguments().iter().map(|word| word.value);
    words.find(|word| word.is_some_and(|word| options.contains(&word)))?;
    words.next()?
}
