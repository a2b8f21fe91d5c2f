//! Why a cache is not mounted.

use std::fmt;

/// Why a stage gets no mount over a package manager's cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The file asks for a front end that knows no mounts.
    FrontEnd(String),
    /// A RUN has a flag beside which no mount is written.
    Flags,
    /// The home directory of the user is not known.
    Home,
    /// The base image may have moved the cache.
    Place,
    /// Something else uses this directory of the image.
    UsedElsewhere(String),
    /// A command, another stage or the container may read what was downloaded.
    ReadLater,
    /// A RUN installs from the lists that another one has fetched.
    Lists,
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
            Self::Home => f.write_str("it is not known where the user's home directory is"),
            Self::Place => f.write_str("the base image may have moved the cache"),
            Self::UsedElsewhere(directory) => write!(f, "something else uses {directory}"),
            Self::ReadLater => {
                f.write_str("another command, another stage or the container may read what was downloaded")
            }
            Self::Lists => f.write_str("a RUN installs from lists that another RUN has fetched"),
            Self::Variable(name) => write!(f, "`{name}` turns the cache off"),
            Self::Emptied(command) => write!(f, "`{command}` empties the cache, and cannot be taken out safely"),
        }
    }
}
