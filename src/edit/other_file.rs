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
    /// The file at `path`, which holds `before` if it is there, with more lines. They end as its lines do.
    pub fn with_lines(path: impl Into<String>, before: Option<&str>, lines: &[&str]) -> Self {
        let text = before.unwrap_or_default();
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let end_of_last = if text.is_empty() || text.ends_with('\n') { "" } else { end };
        let added = lines.iter().fold(end_of_last.to_owned(), |added, line| added + line + end);
        Self { path: path.into(), before: before.map(ToOwned::to_owned), added }
    }

    /// What it holds afterwards, in a file of another name, which is not there yet.
    #[must_use]
    pub fn copied_to(&self, path: impl Into<String>) -> Self {
        Self { path: path.into(), before: None, added: self.text() }
    }

    /// What it holds afterwards.
    pub fn text(&self) -> String {
        [self.before.as_deref().unwrap_or_default(), &self.added].concat()
    }
}
