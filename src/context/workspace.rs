//! The packages of a JavaScript project that lie in one repository.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::{at, documents};
use super::{BuildContext, Glob};

/// A project says that it is a workspace, and not in a way that tells its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownMembers;

impl BuildContext {
    /// The folders of the packages that belong to the project in `root`, relative to it, as npm, Yarn and pnpm find them: by
    /// `workspaces` of `package.json` or `packages` of `pnpm-workspace.yaml`. Packages that a later pattern takes out again
    /// are told too.
    ///
    /// # Errors
    /// Where the patterns cannot be read.
    pub fn workspace_members(&self, root: &str) -> Result<BTreeSet<String>, UnknownMembers> {
        let prefix = if root.is_empty() { String::new() } else { format!("{root}/") };
        let mut patterns = Vec::new();
        for (name, paths) in LISTS {
            let Some(text) = self.text(&format!("{prefix}{name}")) else { continue };
            let documents = documents(name, text).ok_or(UnknownMembers)?;
            let lists = documents.iter().flat_map(|document| paths.iter().flat_map(|path| at(document, path)));
            patterns.extend(lists.filter_map(Value::as_str).map(str::to_owned));
        }
        let wanted: Vec<Members> =
            patterns.iter().filter_map(|it| Members::of(it).transpose()).collect::<Result<_, _>>()?;
        if wanted.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut members = BTreeSet::new();
        for entry in self.entries() {
            let Some(path) = entry.path.strip_prefix(prefix.as_str()) else { continue };
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let is_member = || !is_installed(folder) && wanted.iter().any(|it| it.include(folder));
            match name {
                "package.json" if is_member() => members.insert(folder.to_owned()),
                // pnpm reads these instead.
                "package.yaml" | "package.json5" if is_member() => return Err(UnknownMembers),
                _ => continue,
            };
        }
        if self.is_truncated() { Err(UnknownMembers) } else { Ok(members) }
    }
}

fn is_installed(folder: &str) -> bool {
    folder.split('/').any(|part| part == "node_modules")
}

/// Where patterns stand, by the file.
const LISTS: &[(&str, &[&str])] =
    &[("package.json", &["workspaces.*", "workspaces.packages.*"]), ("pnpm-workspace.yaml", &["packages.*"])];

/// The folders that a pattern stands for.
enum Members {
    Matching(Glob),
    /// This folder and all below it.
    Below(String),
}

impl Members {
    /// `None` for the root itself and for a pattern that takes members out again.
    fn of(pattern: &str) -> Result<Option<Self>, UnknownMembers> {
        let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
        if pattern.starts_with('!') || pattern.is_empty() || pattern == "." {
            return Ok(None);
        }
        let (above, is_below) = match pattern.strip_suffix("/**") {
            Some(above) => (above, true),
            None => (pattern, false),
        };
        // npm and pnpm know more patterns than `filepath.Match`, and other ways to write a class.
        if above.contains(['{', '}', '(', ')', '[', ']', '\\', '!', '$'])
            || above.contains("**")
            || above.starts_with("..")
        {
            return Err(UnknownMembers);
        }
        match (is_below, Glob::has_wildcard(above)) {
            (true, true) => Err(UnknownMembers),
            (true, false) => Ok(Some(Self::Below(above.to_owned()))),
            (false, _) => Glob::new(above).map(|glob| Some(Self::Matching(glob))).map_err(|_| UnknownMembers),
        }
    }

    fn include(&self, folder: &str) -> bool {
        match self {
            Self::Matching(glob) => glob.matches(folder),
            Self::Below(above) => {
                folder.strip_prefix(above.as_str()).is_some_and(|it| it.is_empty() || it.starts_with('/'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::context::Entry;

    fn members(root: &str, files: &[(&str, &str)]) -> Result<Vec<String>, UnknownMembers> {
        let entries = files.iter().map(|(path, text)| Entry::file(*path, 0o644, text.len() as u64)).collect();
        let texts: BTreeMap<String, String> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let members = BuildContext::new(entries, None, texts, false).workspace_members(root)?;
        Ok(members.into_iter().collect())
    }

    const PACKAGES: [(&str, &str); 6] = [
        ("apps/web/package.json", "{}"),
        ("packages/package.json", "{}"),
        ("packages/a/package.json", "{}"),
        ("packages/a/b/package.json", "{}"),
        ("packages/node_modules/package.json", "{}"),
        ("packages/empty/index.js", ""),
    ];

    #[test]
    fn members_are_the_packages_that_a_pattern_names() {
        for (name, text, told) in [
            ("package.json", r#"{"workspaces": ["packages/*"]}"#, vec!["packages/a"]),
            ("package.json", r#"{"workspaces": {"packages": ["./apps/web/"]}}"#, vec!["apps/web"]),
            ("package.json", r#"{"workspaces": []}"#, vec![]),
            ("package.json", "{}", vec![]),
            (
                "pnpm-workspace.yaml",
                "packages:\n  - apps/*\n  - 'packages/**'\n  - '!**/b'\n  - .\n",
                vec!["apps/web", "packages", "packages/a", "packages/a/b"],
            ),
        ] {
            let files = [&PACKAGES[..], &[(name, text)]].concat();
            assert_eq!(members("", &files), Ok(told.into_iter().map(str::to_owned).collect()), "{text}");
        }
    }

    #[test]
    fn members_lie_below_the_folder_of_the_project() {
        let files =
            [("js/package.json", r#"{"workspaces": ["a"]}"#), ("js/a/package.json", ""), ("a/package.json", "")];
        assert_eq!(members("js", &files), Ok(vec!["a".to_owned()]));
        assert_eq!(members("", &files), Ok(vec![]));
    }

    #[test]
    fn other_patterns_are_not_understood() {
        for pattern in ["**", "a/**/b", "{a,b}", "../a", "a/[^b]", "*/**"] {
            let text = format!(r#"{{"workspaces": ["{pattern}"]}}"#);
            assert_eq!(members("", &[("package.json", &text)]), Err(UnknownMembers), "{pattern}");
        }
        assert_eq!(members("", &[("pnpm-workspace.yaml", "packages: [")]), Err(UnknownMembers));
        let other_manifest = [("pnpm-workspace.yaml", "packages: [a]"), ("a/package.yaml", "")];
        assert_eq!(members("", &other_manifest), Err(UnknownMembers));
    }
}
