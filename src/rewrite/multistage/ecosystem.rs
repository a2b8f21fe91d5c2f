//! What a language's builds have in common, and where they differ.

use crate::edit::ServedFolder;
use crate::ir::{Build, Command, Commands, ImageReference, Stage};
use crate::knowledge::images::NamedImage;

use super::deeds::Deeds;
use super::program::Program;
use super::single_stage::SingleStage;
use super::{Assumption, Refusal, c, dotnet, elixir, go, java, node, php, python, ruby, rust};

/// A language and its build tool. The first that a file builds with is the one that is split.
pub struct Ecosystem {
    /// The images that it is known on, by name; none where any will do.
    pub images: &'static [&'static str],
    /// Whether the command is one of this build: all that it leaves is known to [`product`](Self::product).
    pub builds: fn(&Command<'_>) -> bool,
    /// What comes out of the build.
    pub product: Maker,
    /// Whether the file of this name is one that only the build reads.
    pub is_source: fn(&str) -> bool,
    /// What the program runs on.
    pub runtime: Runtime,
}

/// What tells the product of a build.
#[derive(Clone, Copy)]
pub enum Maker {
    /// The program that the container starts with comes out of the build, and leads to it.
    OfProgram(fn(&SingleStage<'_>, &Program<'_>, &Deeds<'_>) -> Result<Product, Refusal>),
    /// Whole folders are copied, whatever the container starts with.
    OfFolders(fn(&SingleStage<'_>, &Deeds<'_>) -> Result<Product, Refusal>),
}

/// What a program runs on.
#[derive(Clone, Copy)]
pub enum Runtime {
    /// The bare distribution: the program stands for itself.
    Distribution,
    /// The image of the interpreter that the build stands on: the program is text, and it may read any of its files.
    Interpreter,
    /// Another image than that of the build, made to run what comes out of it.
    Counterpart(fn(&SingleStage<'_>) -> Result<NamedImage, Refusal>),
}

/// All that are known.
pub const ALL: &[Ecosystem] = &[
    go::GO,
    rust::RUST,
    python::PYTHON,
    node::NODE,
    ruby::RUBY,
    php::PHP,
    elixir::ELIXIR,
    java::JAVA,
    dotnet::DOTNET,
    c::C,
];

/// The language that a stage builds with.
pub fn of(build: &Build<'_>, commands: &Commands<'_>, stage: &Stage<'_>) -> Option<&'static Ecosystem> {
    let image = build.root_image(stage.index).map(ImageReference::familiar_name);
    let is_of_stage = |command: &Command<'_>| build.lineage(stage.index).any(|it| it.index == command.step.stage);
    ALL.iter().find(|ecosystem| {
        let is_on_image = |name: &&str| image.as_deref() == Some(name);
        let is_known_here = ecosystem.images.is_empty() || ecosystem.images.iter().any(is_on_image);
        is_known_here && commands.of_build().any(|command| is_of_stage(command) && (ecosystem.builds)(command))
    })
}

/// A command that ends the new stage's copies.
#[derive(Debug, Clone)]
pub struct Finish {
    /// The command.
    pub command: String,
    /// Why it is needed.
    pub reason: &'static str,
}

/// What comes out of a build.
#[derive(Debug, Clone, Default)]
pub struct Product {
    /// Files and folders that the program is made of, absolute.
    pub artifacts: Vec<String>,
    /// Packages with libraries that the build image has and the program needs.
    pub packages: Vec<&'static str>,
    /// Whether the program needs no library of the distribution at all.
    pub is_static: bool,
    /// Whether the artifacts hold all files of the build context that the program reads: it reads none, as its sources
    /// show, or whole folders are copied.
    pub has_all_files: bool,
    /// Files of the build context that are part of the program already, relative to the context.
    pub embedded: Vec<String>,
    /// A directory that has to be searched for the program, where the smaller image does not do so by itself.
    pub search_path: Option<String>,
    /// Programs that the build has copied into the image and that the program does not call.
    pub tools_of_build: Vec<&'static str>,
    /// Folders in which only the build leaves something, absolute.
    pub folders_of_build: Vec<String>,
    /// Whether the program starts no other program, as its sources show.
    pub starts_nothing: bool,
    /// A command that takes away, at the end of the build, what the program does not need.
    pub pruning: Option<String>,
    /// A command that ends the new stage's copies.
    pub finish: Option<Finish>,
    /// The folder of a site that another server serves from now on.
    pub served: Option<ServedFolder>,
    /// What only the user can know.
    pub assumptions: Vec<Assumption>,
}
