//! hadolint's configuration as a `dfx.toml`.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::Catalogue;
use super::hadolint_settings::{read_yaml, strings};

/// The names under which hadolint looks for its configuration in a folder.
pub const HADOLINT_FILE_NAMES: [&str; 2] = [".hadolint.yaml", ".hadolint.yml"];

/// A configuration of hadolint in the words of dfx.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The text of a `dfx.toml`.
    pub toml: String,
    /// What has no counterpart there, one sentence each without a final full stop.
    pub notes: Vec<String>,
}

/// Turns the text of a `.hadolint.yaml` into that of a `dfx.toml`.
///
/// # Errors
/// Why the text is no configuration of hadolint, with the place where YAML itself is broken.
pub fn import_hadolint(text: &str, catalogue: &Catalogue) -> Result<Imported, String> {
    let value = read_yaml(text)?;
    let settings = match value {
        Value::Object(settings) => settings,
        // An empty file, or nothing but comments.
        Value::Null => Map::new(),
        _ => return Err("it holds no settings: `ignored:` and the like".to_owned()),
    };
    if !settings.is_empty() && !settings.keys().any(|key| KEYS.contains(&key.as_str())) {
        return Err("none of its keys is one of hadolint's".to_owned());
    }
    let mut importer = Importer { catalogue, values: String::new(), tables: String::new(), notes: Vec::new() };
    for (key, value) in &settings {
        importer.key(key, value);
    }
    let Importer { values, tables, notes, .. } = importer;
    Ok(Imported { toml: format!("{values}{tables}"), notes })
}

const KEYS: [&str; 13] = [
    "disable-ignore-pragma",
    "failure-threshold",
    "format",
    "ignored",
    "label-schema",
    "no-color",
    "no-fail",
    "output",
    "override",
    "strict-labels",
    "trustedRegistries",
    "trusted-registries",
    "verbose",
];

struct Importer<'c> {
    catalogue: &'c Catalogue,
    /// Lines of the form `key = value`, which have to come before the tables.
    values: String,
    tables: String,
    notes: Vec<String>,
}

impl Importer<'_> {
    fn key(&mut self, key: &str, value: &Value) {
        match key {
            "ignored" => {
                let known = self.known(&strings(value));
                self.list("ignore", &known);
            }
            "trustedRegistries" | "trusted-registries" => self.list("allowed-registries", &strings(value)),
            "failure-threshold" => match value.as_str() {
                Some(level @ ("error" | "warning" | "info" | "style")) => self.value("fail-on", level),
                Some("ignore" | "none") => self.value("fail-on", "never"),
                _ => self.notes.push(format!("`failure-threshold` cannot be `{value}`")),
            },
            "strict-labels" => {
                let _ = writeln!(self.values, "strict-labels = {}", value.as_bool().unwrap_or_default());
            }
            "label-schema" => self.labels(value),
            "override" => self.severities(value),
            "no-fail" if value.as_bool() == Some(true) => self.value("fail-on", "never"),
            "format" | "output" | "no-color" | "verbose" | "no-fail" => {
                self.notes.push(format!("`{key}` is for the command line: see `dfx lint --help`"));
            }
            "disable-ignore-pragma" => self.notes.push("dfx has no setting to disregard comments".to_owned()),
            _ => self.notes.push(format!("`{key}` is no key of hadolint's")),
        }
    }

    fn value(&mut self, key: &str, text: &str) {
        let _ = writeln!(self.values, "{key} = {}", quoted(text));
    }

    fn list(&mut self, key: &str, elements: &[String]) {
        let elements: Vec<String> = elements.iter().map(|element| quoted(element)).collect();
        let _ = writeln!(self.values, "{key} = [{}]", elements.join(", "));
    }

    fn labels(&mut self, value: &Value) {
        let Some(labels) = value.as_object() else { return };
        self.tables.push_str("\n[required-labels]\n");
        for (name, format) in labels {
            let format = format.as_str().unwrap_or("text");
            let format = if format == "rawtext" { "text" } else { format };
            let _ = writeln!(self.tables, "{} = {}", quoted(name), quoted(format));
        }
    }

    fn severities(&mut self, value: &Value) {
        let mut told: Vec<&str> = Vec::new();
        for (level, codes) in value.as_object().into_iter().flatten() {
            for code in self.known(&strings(codes)) {
                let rule = self.catalogue.rules().find(|rule| rule.answers_to(&code)).map(|rule| rule.name);
                let Some(rule) = rule else { continue };
                if told.contains(&rule) {
                    self.notes.push(format!("`{code}` is part of `{rule}`, whose severity another code has set"));
                    continue;
                }
                told.push(rule);
                let _ = write!(self.tables, "\n[rules.{}]\nseverity = {}\n", quoted(rule), quoted(level));
            }
        }
    }

    /// The codes that name something; the others become notes.
    fn known(&mut self, codes: &[String]) -> Vec<String> {
        let (known, unknown): (Vec<String>, Vec<String>) =
            codes.iter().cloned().partition(|code| self.catalogue.resolve(code).is_ok());
        self.notes.extend(unknown.into_iter().map(|code| format!("dfx has no rule for `{code}`")));
        known
    }
}

/// The text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;
    use crate::source::SourceFile;

    fn imported(text: &str) -> Result<Imported, String> {
        let catalogue = Catalogue::new(crate::rules::all().map(|rule| rule.meta));
        let imported = import_hadolint(text, &catalogue)?;
        let source = SourceFile::new("dfx.toml", imported.toml.clone());
        Config::read(&source, &catalogue).unwrap_or_else(|faults| panic!("{}", faults[0].render(&source)));
        Ok(imported)
    }

    fn toml(text: &str) -> String {
        imported(text).unwrap().toml
    }

    #[test]
    fn every_key_with_a_counterpart_is_kept() {
        assert_eq!(toml("ignored:\n  - DL3008\n  - DL3018\n"), "ignore = [\"DL3008\", \"DL3018\"]\n");
        assert_eq!(toml("ignored: [\"DL3008\"] # why\n"), "ignore = [\"DL3008\"]\n");
        assert_eq!(toml("failure-threshold: \"error\"\n"), "fail-on = \"error\"\n");
        assert_eq!(toml("trustedRegistries: docker.io\n"), "allowed-registries = [\"docker.io\"]\n");
        assert_eq!(
            toml("---\noverride:\n  error:\n    - DL3020\nlabel-schema:\n  author: text\nstrict-labels: true\n"),
            "strict-labels = true\n\n[rules.\"style/add-for-local-file\"]\nseverity = \"error\"\n\n\
             [required-labels]\n\"author\" = \"text\"\n"
        );
    }

    #[test]
    fn what_has_none_is_told() {
        let told = |text: &str| imported(text).unwrap().notes;
        assert_eq!(told("ignored: [SC9999]\n"), ["dfx has no rule for `SC9999`"]);
        assert_eq!(told("ignored: []\nignore: [DL3008]\n"), ["`ignore` is no key of hadolint's"]);
        assert_eq!(told("format: tty\n"), ["`format` is for the command line: see `dfx lint --help`"]);
    }

    #[test]
    fn an_empty_file_sets_nothing() {
        assert_eq!(toml("# nothing\n"), "");
        assert_eq!(toml(""), "");
    }

    #[test]
    fn what_is_no_configuration_of_hadolint_says_so() {
        assert!(imported("name: CI\non: push\njobs: {}\n").unwrap_err().contains("hadolint"));
        assert!(imported(".github/linters/.hado-lint.yml\n").is_err());
        assert!(imported("ignored: [\n").unwrap_err().contains("line"));
    }
}
