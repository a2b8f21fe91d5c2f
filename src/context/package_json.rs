//! What is read of npm's manifest.

use super::BuildContext;

impl BuildContext {
    /// The command that the `package.json` at the root of the context has under `scripts`. `None` also where the file
    /// is no JSON.
    pub fn package_script(&self, name: &str) -> Option<String> {
        script(self.text("package.json")?, name)
    }

    /// The names of the packages that the `package.json` at the root of the context lists under `section`, such as
    /// `devDependencies`; none where it has no such section. `None` where there is no such file, or it is no JSON.
    pub fn package_names(&self, section: &str) -> Option<Vec<String>> {
        names(self.text("package.json")?, section)
    }

    /// Whether the `package.json` at the root of the context has that key.
    pub fn package_has(&self, key: &str) -> bool {
        let package: Option<serde_json::Value> = self.text("package.json").and_then(|it| serde_json::from_str(it).ok());
        package.is_some_and(|package| package.get(key).is_some())
    }

    /// What the `package.json` at the root of the context has under `packageManager`: `pnpm@9.1.0`.
    pub(super) fn package_manager(&self) -> Option<String> {
        let package: serde_json::Value = serde_json::from_str(self.text("package.json")?).ok()?;
        Some(package.get("packageManager")?.as_str()?.to_owned())
    }
}

/// The names and commands that a `package.json` has under `scripts`; none where it is no JSON.
pub fn scripts_of_package(text: &str) -> Vec<(String, String)> {
    let package: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let scripts = package.get("scripts").and_then(serde_json::Value::as_object);
    scripts
        .into_iter()
        .flatten()
        .filter_map(|(name, script)| Some((name.clone(), script.as_str()?.to_owned())))
        .collect()
}

fn names(text: &str, section: &str) -> Option<Vec<String>> {
    let package: serde_json::Value = serde_json::from_str(text).ok()?;
    let listed = package.as_object()?.get(section).and_then(serde_json::Value::as_object);
    Some(listed.map_or(Vec::new(), |listed| listed.keys().cloned().collect()))
}

fn script(text: &str, name: &str) -> Option<String> {
    let package: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(package.get("scripts")?.get(name)?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_the_text_under_its_name() {
        let text = r#"{"name": "a", "scripts": {"start": "node server.js", "odd": 1}}"#;
        assert_eq!(script(text, "start").as_deref(), Some("node server.js"));
        for name in ["build", "odd"] {
            assert_eq!(script(text, name), None, "{name}");
        }
    }

    #[test]
    fn names_are_the_keys_of_a_section() {
        let text = r#"{"dependencies": {"b": "1", "a": "2"}}"#;
        assert_eq!(names(text, "dependencies"), Some(vec!["b".to_owned(), "a".to_owned()]));
        assert_eq!(names(text, "devDependencies"), Some(Vec::new()));
        assert_eq!(names("[]", "dependencies"), None);
    }

    #[test]
    fn what_is_no_json_has_no_scripts() {
        for text in ["", "[", "[]", "null", r#"{"scripts": []}"#] {
            assert_eq!(script(text, "start"), None, "{text}");
        }
    }
}
