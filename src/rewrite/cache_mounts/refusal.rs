//! Why a cache is not mounted.

use std::fmt;

/// Why a stage gets no mount over a package manager's cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The file asks for a front end that knows no mounts.
    FrontEnd(String),
    /// A RUN has a flag beside which no mount is written.
    Flags,
    /// This option makes a package manager work elsewhere than in the mount.
    Option(String),
    /// The number or the home directory of the user is not known.
    Account,
    /// The builder would make the folder around this mount for root, and the user has more to put there.
    Folder(String),
    /// The script is in no form that could be given another command.
    Script,
    /// A stage that starts from this one also downloads archives, and would keep them.
    StageOnIt,
    /// The base image may have moved the cache.
    Place,
    /// Not even where it usually lies: this decides.
    Unplaced(&'static str),
    /// A mount would be of no use, for this reason.
    Needless(&'static str),
    /// This is what a command would do about the mount itself.
    Noticed(&'static str),
    /// Something else uses this directory of the image.
    UsedElsewhere(String),
    /// A command, another stage or the container may read what was downloaded.
    ReadLater,
    /// A RUN installs from the lists that another one has fetched.
    Lists,
    /// Stages of distributions with another C library use the same cache, in which there may be compiled packages.
    OtherLibrary,
    /// This variable turns the cache off.
    Variable(&'static str),
    /// This command empties the cache, and cannot be taken out.
    Emptied(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FrontEnd(image) => {
                write!(f, "`# syntax={image}` knows no mounts; `docker/dockerfile:1.2` is the first that does")
            }
            Self::Flags => f.write_str("a RUN that needs the mount has other flags"),
            Self::Option(option) => write!(f, "a RUN uses `{option}`, with which the mount would not serve"),
            Self::Account => f.write_str("the number or the home directory of the user is not known"),
            Self::Folder(directory) => {
                write!(f, "the folder around {directory} would belong to root, and the user needs it too")
            }
            Self::Script => f.write_str("a RUN is in exec form or a heredoc"),
            Self::StageOnIt => f.write_str("a stage that starts from this one downloads archives too"),
            Self::Place => f.write_str("the base image may have moved the cache"),
            Self::Unplaced(what) | Self::Noticed(what) => f.write_str(what),
            Self::Needless(why) => write!(f, "a mount would be of no use, as {why}"),
            Self::UsedElsewhere(directory) => write!(f, "something else uses {directory}"),
            Self::ReadLater => {
                f.write_str("another command, another stage or the container may read what was downloaded")
            }
            Self::OtherLibrary => f.write_str("a stage with another C library would find compiled packages in it"),
            Self::Lists => f.write_str("a RUN installs from lists that another RUN has fetched"),
            Self::Variable(name) => write!(f, "`{name}` turns the cache off"),
            Self::Emptied(command) => write!(f, "`{command}` empties the cache, and cannot be taken out safely"),
        }
    }
}
