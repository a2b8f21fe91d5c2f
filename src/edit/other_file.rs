//! A repair that is not made in the Dockerfile.

/// Lines at the end of a file that is not the Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OtherFile {
    /// As users name it, like the Dockerfile: relative to the working directory, or absolute.
    pub path: String,
    /// What it holds already; `None` where there is no such file.
    pub before: Option<String>,
    /// The lines, each with its end.
    pub added: String,
}

impl OtherFile {
    /// What it holds afterwards.
    pub fn text(&self) -> String {
        [self.before.as_deref().unwrap_or_default(), &self.added].concat()
    }
}
