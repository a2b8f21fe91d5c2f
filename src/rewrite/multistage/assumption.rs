//! What has to be true for the smaller image to run the program as before, and only the user can know.

use std::fmt;

use crate::ir::Command;
use crate::knowledge::package_managers::Home;

use super::single_stage::SingleStage;

/// What has to be true for the smaller image to run the program as before, and only the user can know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assumption {
    /// The build context is not known: files of it that the program reads would be missing.
    ReadsNoFiles,
    /// The tag of the build image may move on to another release of the distribution, with other libraries.
    TagStays {
        /// Name and tag of the build image.
        image: String,
        /// What it stands on now.
        release: String,
    },
    /// The list of libraries that the program is built with is not known.
    NeedsNoLibraries(String),
    /// The program runs on the image of its interpreter without the usual extras.
    NeedsNoExtras(String),
    /// The smaller image has neither root certificates nor time zones.
    NeedsNoCertificates(String),
    /// Somebody has asked for this image.
    HasAllThatIsNeeded(String),
    /// A script runs before the program.
    ScriptInstallsNothing(String),
    /// A script that runs before the program calls a program that the smaller image may lack.
    ScriptCalls {
        /// The script.
        script: String,
        /// What it calls.
        program: &'static str,
    },
    /// A program of the project runs in the build.
    WritesBesideItself(String),
    /// A program of the project, or one that the sources name, runs in the build: what it writes is not known.
    ReadsNothingOf(String),
    /// The program is compiled, and its sources stay behind.
    ReadsNoSources,
    /// What `make install` and its like do is not known, but for the prefix.
    InstallsBelow(String),
    /// The runtime environment of Java takes the place of the development kit.
    NeedsNoDevelopmentKit,
    /// The runtime environment of Java is that of another maker.
    NeedsNothingOfMaker(String),
    /// The smaller image of .NET knows no languages and cultures.
    NeedsNoCultures,
    /// The smaller image of .NET sets a port.
    SetsItsPort,
    /// The packages for development are taken away.
    LoadsNothingOfDevelopment,
    /// The tool may have brought an interpreter of its own.
    UsesInterpreterOf {
        /// The tool that decides.
        tool: &'static str,
        /// Name and tag of the build image.
        image: String,
    },
    /// A user of the system without a number is created again, and files are copied with the number of their owner.
    GetsItsNumber(String),
    /// Sources of the program start other programs.
    StartsNoProgram(String),
    /// A file beside the Dockerfile says otherwise what a container of the image runs.
    SaysWhatRuns(String),
    /// nginx takes the place of the server.
    AnswersAs(&'static str),
    /// A file beside the Dockerfile sets the build argument that chooses the image of the build.
    ChoosesImage {
        /// The file.
        path: String,
        /// The build argument.
        argument: String,
    },
    /// A file beside the Dockerfile builds the stage by its name, which becomes the build stage.
    BuildsStageByName(String),
}

impl Assumption {
    /// Whether it is about files of the program, and not about an image that takes the place of another.
    pub fn is_about_files(&self) -> bool {
        matches!(
            self,
            Self::ReadsNoFiles
                | Self::ScriptInstallsNothing(_)
                | Self::ScriptCalls { .. }
                | Self::WritesBesideItself(_)
                | Self::InstallsBelow(_)
                | Self::StartsNoProgram(_)
                | Self::SaysWhatRuns(_)
                | Self::ReadsNothingOf(_)
                | Self::ReadsNoSources
        )
    }

    /// That the program reads nothing else of what a command of the build writes that runs what the sources say: `go
    /// generate`, `cargo run`.
    pub fn of_generators(single: &SingleStage<'_>) -> Option<Self> {
        const RUNNING: &[&str] = &["exec", "exec:exec", "exec:java", "generate", "r", "run", "tool", "xtask"];
        let mut runs = single.build_commands().filter_map(|command| {
            // What scripts of Node.js do is known, or nothing is rewritten.
            let is_known = |home: &Home| matches!(home, Home::Language("javascript"));
            let invocation =
                command.manager.as_ref().filter(|it| !it.manager.is_system() && !is_known(&it.manager.home))?;
            // The word itself: tables keep verbs together that are alike in all but this.
            let verb = command.words.get(*invocation.verb.first()?)?.value.filter(|verb| RUNNING.contains(verb))?;
            Some(Self::ReadsNothingOf(format!("{} {verb}", invocation.manager.name)))
        });
        runs.next()
    }

    /// That a command of the build, told by its first words, leaves its files in its own folder.
    pub fn writes_beside_itself(command: &Command<'_>, words: usize) -> Self {
        let words: Vec<&str> = command.words.iter().take(words).map(|word| word.written).collect();
        Self::WritesBesideItself(words.join(" "))
    }
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadsNoFiles => f.write_str(
                "The build context is not known: right only if the program reads none of its source files when it runs.",
            ),
            Self::TagStays { image, release } => write!(
                f,
                "`{image}` may move on from {release}: right only as long as both stages stand on the same release. \
                 Write the release into the tag."
            ),
            Self::NeedsNoLibraries(image) => {
                write!(f, "Right only if the program needs no library that `{image}` has, such as that of OpenSSL.")
            }
            Self::NeedsNoExtras(image) => write!(
                f,
                "Right only if the program needs none of the programs and libraries that `{image}` has beyond its \
                 interpreter, such as git, curl, a compiler or ImageMagick."
            ),
            Self::NeedsNoCertificates(image) => write!(
                f,
                "`{image}` has neither root certificates nor time zones: right only if the program asks no server by TLS, and \
                 for no local time."
            ),
            Self::HasAllThatIsNeeded(image) => write!(
                f,
                "`{image}` was asked for: right only if it has all libraries, programs, users and folders that the program needs."
            ),
            Self::ScriptInstallsNothing(script) => {
                write!(f, "`{script}` runs at the start: right only if it builds and installs nothing.")
            }
            Self::ScriptCalls { script, program } => {
                write!(f, "`{script}` calls `{program}`: right only if the smaller image has it, or you install it there.")
            }
            Self::WritesBesideItself(program) => {
                write!(f, "`{program}` runs in the build: right only if it writes to the folders of the program alone.")
            }
            Self::ReadsNothingOf(program) => {
                write!(f, "`{program}` runs in the build: right only if the program reads no other file that it writes.")
            }
            Self::ReadsNoSources => f.write_str(
                "What TypeScript is compiled from stays behind: right only if the program reads none of it when it runs.",
            ),
            Self::InstallsBelow(prefix) => {
                write!(f, "Right only if all that the build installs lies below `{prefix}`.")
            }
            Self::NeedsNoDevelopmentKit => f.write_str(
                "A runtime environment takes the place of the JDK: right only if the program needs none of its tools, such as \
                 the compiler or `jcmd`.",
            ),
            Self::NeedsNothingOfMaker(image) => write!(
                f,
                "Java of Eclipse Temurin takes the place of that in `{image}`: right only if the program needs none of the \
                 options and libraries that only the latter has."
            ),
            Self::NeedsNoCultures => f.write_str(
                "The smaller image has no data on languages and cultures: right only if the program runs with \
                 `DOTNET_SYSTEM_GLOBALIZATION_INVARIANT`.",
            ),
            Self::SetsItsPort => f.write_str(
                "The smaller image sets `ASPNETCORE_URLS` or `ASPNETCORE_HTTP_PORTS`, that of the kit does not: right only if \
                 the program sets its port itself, or should listen on that one.",
            ),
            Self::LoadsNothingOfDevelopment => f.write_str(
                "The packages under `devDependencies` are taken away: right only if the program loads none of them.",
            ),
            Self::UsesInterpreterOf { tool, image } => write!(
                f,
                "`{tool}` may download an interpreter of its own: right only if the project takes that of `{image}`."
            ),
            Self::GetsItsNumber(name) => write!(
                f,
                "The system gives `{name}` its number, and copied files keep that of their owner: right only if it is the same in the \
                 smaller image. `--uid` settles it."
            ),
            Self::StartsNoProgram(path) => {
                write!(f, "`{path}` starts other programs: right only if they are in the smaller image.")
            }
            Self::SaysWhatRuns(path) => {
                write!(
                    f,
                    "`{path}` says otherwise what a container of the image runs, or mounts over its files: right only if that \
                     needs nothing that stays in the build stage."
                )
            }
            Self::AnswersAs(server) => write!(
                f,
                "nginx takes the place of `{server}`: right only if the site needs none of its own ways, such as headers, \
                 redirects to addresses without `.html`, lists of files, compression, answers over IPv6, what it says of an \
                 address without a file, or a port that a variable sets when the container starts."
            ),
            Self::ChoosesImage { path, argument } => write!(
                f,
                "`{path}` sets `{argument}`, which chooses the image of the build: right only if the smaller image is that of \
                 the same release, too."
            ),
            Self::BuildsStageByName(path) => write!(
                f,
                "`{path}` builds this stage by its name. From now on, the stage of that name only builds: have `{path}` build the \
                 last one instead."
            ),
        }
    }
}
