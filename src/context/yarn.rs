//! Which Yarn a project is made for.

use super::BuildContext;

/// A generation of Yarn, as far as its commands differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Yarn {
    /// Yarn 1.
    Classic,
    /// Yarn 2 and later.
    Berry {
        /// Whether it has `yarn workspaces focus`: Yarn 4 has, Yarn 2 and 3 need the plugin `workspace-tools`.
        has_focus: bool,
    },
}

impl BuildContext {
    /// The Yarn that made the `yarn.lock` at the root of the context. `None` where there is none.
    pub fn yarn(&self) -> Option<Yarn> {
        if !self.exists("yarn.lock") {
            return None;
        }
        let settings = self.text(".yarnrc.yml");
        let has_plugin = settings.is_some_and(|text| text.contains("plugin-workspace-tools"));
        // `corepack` and Yarn 1 itself start the version that the manifest or the settings name.
        let named = self.package_manager().and_then(|manager| major(manager.strip_prefix("yarn@")?));
        let of_settings = || settings?.split_once("yarnPath:")?.1.split_once("yarn-").and_then(|(_, rest)| major(rest));
        Some(match named.or_else(of_settings) {
            Some(..=1) => Yarn::Classic,
            Some(major) => Yarn::Berry { has_focus: major >= 4 || has_plugin },
            None if self.exists(".yarnrc.yml") => Yarn::Berry { has_focus: has_plugin },
            None => Yarn::Classic,
        })
    }
}

/// The number that a version begins with.
fn major(version: &str) -> Option<u32> {
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::context::Entry;

    fn yarn(files: &[(&str, &str)]) -> Option<Yarn> {
        let entries = files.iter().map(|(path, text)| Entry::file(*path, 0o644, text.len() as u64)).collect();
        let texts: BTreeMap<String, String> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        BuildContext::new(entries, None, texts, false).yarn()
    }

    #[test]
    fn the_manifest_names_it_or_its_settings_tell() {
        let lock = ("yarn.lock", "");
        let named = |version: &str| format!("{{\"packageManager\": \"yarn@{version}\"}}");
        let with = |version: &str| yarn(&[lock, ("package.json", &named(version)), (".yarnrc.yml", "")]);
        assert_eq!(yarn(&[lock, ("package.json", "{}")]), Some(Yarn::Classic));
        assert_eq!(with("1.22.22+sha512.ab"), Some(Yarn::Classic));
        assert_eq!(with("3.8.1"), Some(Yarn::Berry { has_focus: false }));
        assert_eq!(with("4.1.0"), Some(Yarn::Berry { has_focus: true }));
        let settings = |text: &str| yarn(&[lock, (".yarnrc.yml", text)]);
        assert_eq!(settings("nodeLinker: node-modules\n"), Some(Yarn::Berry { has_focus: false }));
        assert_eq!(settings("yarnPath: .yarn/releases/yarn-4.0.2.cjs\n"), Some(Yarn::Berry { has_focus: true }));
        let plugin =
            "plugins:\n  - spec: \"@yarnpkg/plugin-workspace-tools\"\nyarnPath: .yarn/releases/yarn-3.6.0.cjs\n";
        assert_eq!(settings(plugin), Some(Yarn::Berry { has_focus: true }));
        assert_eq!(yarn(&[("package.json", "{}")]), None);
    }
}
