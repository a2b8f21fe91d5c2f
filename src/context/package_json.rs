//! What is read of npm's manifest.

use super::BuildContext;

impl BuildContext {
    /// The command that the `package.json` at the root of the context has under `scripts`. `None` also where the file
    /// is no JSON.
    pub fn package_script(&self, name: &str) -> Option<String> {
        script(self.text("package.json")?, name)
    }
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
    fn what_is_no_json_has_no_scripts() {
        for text in ["", "[", "[]", "null", r#"{"scripts": []}"#] {
            assert_eq!(script(text, "start"), None, "{text}");
        }
    }
}
