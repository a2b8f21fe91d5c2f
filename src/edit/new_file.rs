//! A repair that is another file.

/// A file to be written where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewFile {
    /// As users name it, like the Dockerfile: relative to the working directory, or absolute.
    pub path: String,
    /// What it holds.
    pub text: String,
}
