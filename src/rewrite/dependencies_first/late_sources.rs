//! Why the installation stays behind the sources.

use std::fmt;

/// Why the installation stays behind the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LateSources {
    /// Nobody knows which files there are.
    NoContext,
    /// The COPY is written in a way that dfx does not take apart.
    Form,
    /// The installation does not run where the COPY puts its files, or it cannot be told.
    Elsewhere,
    /// The installation stands behind other commands of its RUN, in a loop or the like.
    NotFirst,
    /// On this line something stands between that may need the sources.
    Between(usize),
    /// What the manager reads is spread over the project.
    Spread(&'static str),
    /// The packages of a workspace cannot be told, or are many.
    Members,
    /// The project is a package of a workspace above it.
    PartOfWorkspace,
    /// This file is missing, left out by the ignore file, or cannot be named in a COPY.
    Unreadable(String),
    /// The manager's files say something that needs the sources.
    Says(String),
    /// What is installed goes into this folder, which `.dockerignore` does not leave out: the COPY behind the
    /// installation could put another one in its place.
    Overwritten(String),
}

impl fmt::Display for LateSources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoContext => f.write_str("the build context is not known"),
            Self::Form => f.write_str("the COPY is not a plain one of one folder"),
            Self::Elsewhere => {
                f.write_str("it cannot be told that the installation runs where the files are copied to")
            }
            Self::NotFirst => f.write_str("the installation is not the first command of its RUN"),
            Self::Between(line) => write!(f, "line {line} stands between and may need the sources"),
            Self::Spread(manager) => write!(f, "what `{manager}` reads may lie anywhere in the project"),
            Self::Members => f.write_str("the packages of the workspace are many, or cannot be told"),
            Self::PartOfWorkspace => f.write_str("the project is part of a workspace, whose root is in a folder above"),
            Self::Unreadable(path) => write!(f, "`{path}` is not in the build context, or cannot be copied by name"),
            Self::Says(what) => write!(f, "{what}"),
            Self::Overwritten(folder) => {
                write!(
                    f,
                    "`{folder}` is not in `.dockerignore`, so that a later COPY could put another one in its place"
                )
            }
        }
    }
}
