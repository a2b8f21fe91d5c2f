//! Why a stage stays one.

use std::fmt;

use crate::ir::Stage;

/// Why a stage stays one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The stage ends with instructions for the next build, or runs some of its base image's.
    Onbuild,
    /// The tables do not know the image, or a build argument names it.
    UnknownImage,
    /// The image is not built on Debian, Ubuntu or Alpine.
    UnknownDistribution(String),
    /// The image is for Windows.
    Windows,
    /// Another front end than Docker's reads the file.
    UnknownFrontEnd(String),
    /// Neither CMD nor ENTRYPOINT.
    NoProgram,
    /// The container starts with several commands.
    SeveralCommands,
    /// The container starts with a shell, or with something that only waits.
    NotAProgram(String),
    /// The container starts with a program that builds.
    BuildToolAtStart(String),
    /// The container starts with a script that does things of its own.
    Script(String),
    /// The base image's own ENTRYPOINT is in force, and the smaller image does not have it.
    InheritedEntrypoint,
    /// No command of the build makes the program.
    NotBuilt(String),
    /// What a command of the build leaves behind is not known.
    UnknownCommand(String),
    /// Whether a command runs, whose effect is needed, is only known when the build runs.
    Conditional(String),
    /// A RUN is not understood.
    UnknownScript,
    /// A path is only known when the build runs.
    UnknownPath(String),
    /// A package is only known when the build runs.
    UnknownPackage,
    /// The libraries behind a `-dev` package are not in the tables.
    UnknownLibraries(String),
    /// Debian's releases before and after that of Ubuntu do not name the same libraries behind a `-dev` package.
    OtherLibraries {
        /// The package.
        package: String,
        /// The codename of Ubuntu's release.
        release: &'static str,
    },
    /// A program that the container calls is not in the smaller image.
    MissingTool(String),
    /// The user does not exist in the smaller image.
    MissingUser(String),
    /// A working directory is only known when the build runs.
    UnknownDirectory,
    /// A comment stands in an instruction that would move.
    Comment,
    /// The program needs more files of the context than are worth listing.
    TooManyFiles(usize),
    /// The program lies in a folder of the distribution.
    AmongSystemFiles(String),
    /// There is no image of the kind that was asked for.
    NoSuchBase(&'static str),
    /// The image that was asked for has no shell, and one is needed.
    NeedsShell(String),
    /// The program that serves files cannot be replaced by nginx.
    KeepsServer {
        /// The program.
        server: &'static str,
        /// What stands in the way.
        why: &'static str,
    },
    /// The stage that copies is not the last: others may need what it holds.
    StageBetween,
    /// Folders of the build have an owner or a mode of their own, which they would not have where COPY makes them.
    OwnedFolders(String),
    /// The `package.json` of the program is not known.
    UnknownManifest,
    /// What is only there for development cannot be taken away for sure.
    CannotPrune,
    /// Another stage starts from the one that builds, or copies from it.
    NeededByStage(String),
    /// Something in the last stage needs what would not be copied any more.
    UsedLater {
        /// The instruction.
        what: String,
        /// The folder, as it lies in the last stage.
        folder: String,
    },
    /// A file beside the Dockerfile runs a program in the container that the smaller image would not hold.
    RunElsewhere {
        /// The file, and the line if it is known.
        place: String,
        /// What it runs.
        command: String,
        /// What of that is missing.
        program: String,
    },
    /// A file beside the Dockerfile makes a container of it to work in.
    Workplace(String),
    /// All that the build needs is needed at run time as well.
    NothingToSplit,
}

impl Refusal {
    /// That this stage needs the one that builds, too.
    pub fn needed_by(stage: &Stage<'_>) -> Self {
        Self::NeededByStage(match &stage.from.name {
            Some(name) => format!("the stage `{}`", name.word.text()),
            None => format!("stage {}", stage.index),
        })
    }

    /// A short name, for counting.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Onbuild => "onbuild",
            Self::UnknownImage => "unknown-image",
            Self::UnknownDistribution(_) => "unknown-distribution",
            Self::Windows => "windows",
            Self::UnknownFrontEnd(_) => "unknown-front-end",
            Self::NoProgram => "no-program",
            Self::SeveralCommands => "several-commands",
            Self::NotAProgram(_) => "not-a-program",
            Self::BuildToolAtStart(_) => "build-tool-at-start",
            Self::Script(_) => "script",
            Self::InheritedEntrypoint => "inherited-entrypoint",
            Self::NotBuilt(_) => "not-built",
            Self::UnknownCommand(_) => "unknown-command",
            Self::Conditional(_) => "conditional",
            Self::UnknownScript => "unknown-script",
            Self::UnknownPath(_) => "unknown-path",
            Self::UnknownPackage => "unknown-package",
            Self::UnknownLibraries(_) | Self::OtherLibraries { .. } => "unknown-libraries",
            Self::MissingTool(_) => "missing-tool",
            Self::MissingUser(_) => "missing-user",
            Self::UnknownDirectory => "unknown-directory",
            Self::Comment => "comment",
            Self::TooManyFiles(_) => "too-many-files",
            Self::AmongSystemFiles(_) => "among-system-files",
            Self::NoSuchBase(_) => "no-such-base",
            Self::NeedsShell(_) => "needs-shell",
            Self::KeepsServer { .. } => "keeps-server",
            Self::StageBetween => "stage-between",
            Self::OwnedFolders(_) => "owned-folders",
            Self::UnknownManifest => "unknown-manifest",
            Self::CannotPrune => "cannot-prune",
            Self::NeededByStage(_) => "needed-by-stage",
            Self::UsedLater { .. } => "used-later",
            Self::RunElsewhere { .. } => "run-elsewhere",
            Self::Workplace(_) => "workplace",
            Self::NothingToSplit => "nothing-to-split",
        }
    }

    /// What would make it possible, as an order.
    pub fn remedy(&self) -> String {
        match self {
            Self::Onbuild => "write the instructions of ONBUILD out".to_owned(),
            Self::UnknownImage => "build on an official image, with its tag written out".to_owned(),
            Self::UnknownDistribution(_) => {
                "build on a tag of the image that stands on Debian, Ubuntu or Alpine".to_owned()
            }
            Self::Windows => "split the file by hand".to_owned(),
            Self::UnknownFrontEnd(_) => "name `docker/dockerfile:1` behind `# syntax=`".to_owned(),
            Self::NoProgram => "say with CMD or ENTRYPOINT what the container runs".to_owned(),
            Self::SeveralCommands => "start the container with one program".to_owned(),
            Self::NotAProgram(_) | Self::BuildToolAtStart(_) => {
                "let CMD start the program that comes out of the build".to_owned()
            }
            Self::Script(_) => "start the program itself, without a script before it".to_owned(),
            Self::InheritedEntrypoint => "write ENTRYPOINT".to_owned(),
            Self::NotBuilt(program) => format!("let the build write `{program}`, with the path written out"),
            Self::UnknownCommand(name) => format!("build without `{name}`, or split the file by hand"),
            Self::Conditional(name) => format!("run `{name}` without a condition"),
            Self::UnknownScript => "write the command in plain shell".to_owned(),
            Self::UnknownPath(_) | Self::UnknownDirectory => "write the path out".to_owned(),
            Self::UnknownPackage => "name the packages".to_owned(),
            Self::UnknownLibraries(package) | Self::OtherLibraries { package, .. } => {
                format!("install the libraries behind `{package}` by name")
            }
            Self::MissingTool(tool) => format!("install the package of `{tool}`"),
            Self::MissingUser(user) => format!("create `{user}` with useradd or adduser, or write its number"),
            Self::Comment => "move the comment before the instruction".to_owned(),
            Self::TooManyFiles(_) => "copy what the program reads into a folder of its own".to_owned(),
            Self::AmongSystemFiles(_) => "set WORKDIR to a folder of the program's own before COPY".to_owned(),
            Self::NoSuchBase("scratch") => "build a program that needs no library".to_owned(),
            Self::NoSuchBase(_) => "leave `--runtime-base` away".to_owned(),
            Self::NeedsShell(_) => {
                "write CMD, ENTRYPOINT and HEALTHCHECK in exec form, or choose another image".to_owned()
            }
            Self::KeepsServer { server, .. } => {
                format!(
                    "start `{server}` as root with its folder and port written out, and with nothing else that changes it"
                )
            }
            Self::StageBetween => "copy it in the last stage".to_owned(),
            Self::OwnedFolders(_) => "say the owner with `COPY --chown`".to_owned(),
            Self::UnknownManifest => "give dfx the build context, with the `package.json` at its root".to_owned(),
            Self::CannotPrune => {
                "install once, in plain words, with a lock file, and start the container with a package of `dependencies`"
                    .to_owned()
            }
            Self::NeededByStage(_) => "copy what the other stage needs from a stage before".to_owned(),
            Self::UsedLater { .. } => "do it in the stage that builds, or name what comes out of the build".to_owned(),
            Self::RunElsewhere { program, .. } => {
                format!("run `{program}` in another image, or split the file by hand and have that build the stage with `{program}`")
            }
            Self::Workplace(_) => "give the workplace a Dockerfile of its own".to_owned(),
            Self::NothingToSplit => "leave the file as it is".to_owned(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Onbuild => f.write_str("instructions of ONBUILD belong to it"),
            Self::UnknownImage => f.write_str("what is in the base image is not known"),
            Self::UnknownDistribution(family) => {
                write!(f, "no smaller image of `{family}` with the same libraries is known")
            }
            Self::Windows => f.write_str("the image is for Windows"),
            Self::UnknownFrontEnd(image) => write!(f, "what `{image}` makes of the instructions is not known"),
            Self::NoProgram => f.write_str("neither CMD nor ENTRYPOINT says what the container runs"),
            Self::SeveralCommands => f.write_str("the container starts with several commands"),
            Self::NotAProgram(name) => {
                write!(f, "the container starts with `{name}`, which is no program of the build")
            }
            Self::BuildToolAtStart(name) => write!(f, "the container starts with `{name}`, which builds"),
            Self::Script(name) => write!(f, "what the script `{name}` needs is not known"),
            Self::InheritedEntrypoint => f.write_str("the ENTRYPOINT of the base image is in force"),
            Self::NotBuilt(program) => write!(f, "no command of the build is known to make `{program}`"),
            Self::UnknownCommand(name) => write!(f, "it is not known what `{name}` leaves behind"),
            Self::Conditional(name) => write!(f, "whether `{name}` does its work is only known when the build runs"),
            Self::UnknownScript => f.write_str("a RUN is not understood"),
            Self::UnknownPath(path) => write!(f, "where `{path}` lies is only known when the build runs"),
            Self::UnknownPackage => f.write_str("which packages are installed is only known when the build runs"),
            Self::UnknownLibraries(package) => {
                write!(f, "which libraries a program built with `{package}` needs is not known")
            }
            Self::OtherLibraries { package, release } => write!(
                f,
                "which libraries are behind `{package}` on Ubuntu's {release} is not known: Debian's releases before and after \
                 it do not agree, or Ubuntu has packages of its own"
            ),
            Self::MissingTool(tool) => write!(f, "`{tool}` is called, which a smaller image does not have"),
            Self::MissingUser(user) => write!(f, "a smaller image has no user `{user}`"),
            Self::UnknownDirectory => f.write_str("the working directory is only known when the build runs"),
            Self::Comment => f.write_str("a comment stands inside an instruction that would move"),
            Self::TooManyFiles(number) => {
                write!(f, "the program may read {number} files and folders that lie among its sources")
            }
            Self::AmongSystemFiles(folder) => {
                write!(f, "the files of the program lie among those of the distribution, in `{folder}`")
            }
            Self::NoSuchBase(kind) => write!(f, "the program does not run on an image of the kind `{kind}`"),
            Self::NeedsShell(image) => {
                write!(f, "`{image}` has no shell, which the new stage or the start of the container needs")
            }
            Self::KeepsServer { server, why } => write!(f, "nginx could not take the place of `{server}`: {why}"),
            Self::StageBetween => f.write_str("it is not the last stage that copies"),
            Self::OwnedFolders(what) => {
                write!(f, "`{what}` gives folders an owner or a mode that a folder made by COPY would not have")
            }
            Self::UnknownManifest => f.write_str("the `package.json` of the program is not known"),
            Self::CannotPrune => f.write_str(
                "it is not known that the program still starts when packages for development are taken away at the end of the build",
            ),
            Self::NeededByStage(stage) => write!(f, "{stage} needs the stage that builds, too"),
            Self::UsedLater { what, folder } => write!(f, "`{what}` may need something else in `{folder}`"),
            Self::RunElsewhere { place, command, program } if command == program => {
                write!(f, "`{place}` runs `{command}` in a container of the image, which would not hold it any more")
            }
            Self::RunElsewhere { place, command, program } => write!(
                f,
                "`{place}` runs `{command}` in a container of the image, which would not hold `{program}` any more"
            ),
            Self::Workplace(path) => {
                write!(f, "`{path}` makes a container to work in of the image, with the tools that build")
            }
            Self::NothingToSplit => f.write_str("the program needs all that the build needs"),
        }
    }
}
