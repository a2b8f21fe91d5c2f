//! Patterns for paths, as `.gitignore` has them.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns for paths, with the syntax of `.gitignore`: `vendor/`, `*.tpl`, `/only/here`, `**/test/**`, `!not-this`.
#[derive(Debug, Clone)]
pub struct PathPatterns {
    matcher: Gitignore,
}

impl PathPatterns {
    /// Patterns for paths below one folder.
    ///
    /// # Errors
    /// The index of the first pattern that is none, and why.
    pub fn new<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Result<Self, (usize, String)> {
        let mut builder = GitignoreBuilder::new("");
        for (index, pattern) in patterns.into_iter().enumerate() {
            builder.add_line(None, pattern).map_err(|error| (index, error.to_string()))?;
        }
        builder.build().map(|matcher| Self { matcher }).map_err(|error| (0, error.to_string()))
    }

    /// Whether a file, or a folder above it, matches; `path` is relative to the patterns' folder, with `/`.
    pub fn match_file(&self, path: &str) -> bool {
        let path = path.trim_start_matches('/');
        !path.is_empty() && self.matcher.matched_path_or_any_parents(path, false).is_ignore()
    }

    /// Whether a folder matches, and with it all that is below it.
    pub fn match_folder(&self, path: &str) -> bool {
        let path = path.trim_start_matches('/');
        !path.is_empty() && self.matcher.matched(path, true).is_ignore()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_in_a_gitignore() {
        let patterns = PathPatterns::new(["vendor/", "/Dockerfile.old", "*.tpl", "!keep.tpl"]).unwrap();
        for (path, expected) in [
            ("a/vendor/Dockerfile", true),
            ("vendor", false),
            ("Dockerfile.old", true),
            ("a/Dockerfile.old", false),
            ("a/Dockerfile.tpl", true),
            ("keep.tpl", false),
            ("", false),
            ("/", false),
        ] {
            assert_eq!(patterns.match_file(path), expected, "{path}");
        }
        assert!(patterns.match_folder("vendor"));
    }

    #[test]
    fn a_broken_pattern_is_refused_with_its_index() {
        assert_eq!(PathPatterns::new(["a", "{b"]).unwrap_err().0, 1);
    }
}
