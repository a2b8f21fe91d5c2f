//! hadolint's settings as they stand in its configuration, its environment or on its command line.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::rules::LabelFormat;

/// Settings from one place. What is not said there is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HadolintSettings {
    /// From which level on findings make the run fail.
    pub failure_threshold: Option<String>,
    /// Names of the forms of the report.
    pub formats: Vec<String>,
    /// Codes that are not reported.
    pub ignored: Vec<String>,
    /// Codes with another level, as pairs of code and level.
    pub levels: Vec<(String, String)>,
    /// Registries that images may come from.
    pub trusted_registries: Vec<String>,
    /// Labels that an image must have.
    pub labels: BTreeMap<String, LabelFormat>,
    /// Whether no other labels are allowed.
    pub strict_labels: Option<bool>,
    /// Whether the run never fails.
    pub no_fail: Option<bool>,
    /// Whether there is no colour.
    pub no_color: Option<bool>,
    /// Whether comments keep nothing away.
    pub disable_ignore_pragma: Option<bool>,
}

impl HadolintSettings {
    /// Reads a `.hadolint.yaml`. Keys that hadolint does not know are passed over, as it does.
    ///
    /// # Errors
    /// Why the text is no YAML.
    pub fn from_yaml(text: &str) -> Result<Self, String> {
        let value = read_yaml(text)?;
        let list = |key: &str| strings(&value[key]);
        let flag = |key: &str| value[key].as_bool();
        let levels = value["override"].as_object().into_iter().flatten();
        let levels = levels.flat_map(|(level, codes)| strings(codes).into_iter().map(|code| (code, level.clone())));
        let labels = value["label-schema"].as_object().into_iter().flatten();
        Ok(Self {
            failure_threshold: value["failure-threshold"].as_str().map(str::to_owned),
            formats: list("format").into_iter().chain(list("formats")).collect(),
            ignored: list("ignored"),
            levels: levels.collect(),
            trusted_registries: list("trustedRegistries").into_iter().chain(list("trusted-registries")).collect(),
            labels: labels
                .map(|(name, kind)| (name.clone(), label_format(kind.as_str().unwrap_or_default())))
                .collect(),
            strict_labels: flag("strict-labels"),
            no_fail: flag("no-fail"),
            no_color: flag("no-color"),
            disable_ignore_pragma: flag("disable-ignore-pragma"),
        })
    }

    /// These settings with those of a place that counts for more: of single values the new one stays, lists add up.
    pub fn below(mut self, more: Self) -> Self {
        if !more.formats.is_empty() {
            self.formats = more.formats;
        }
        self.ignored.extend(more.ignored);
        self.levels.extend(more.levels);
        self.trusted_registries.extend(more.trusted_registries);
        self.labels.extend(more.labels);
        Self {
            failure_threshold: more.failure_threshold.or(self.failure_threshold),
            strict_labels: more.strict_labels.or(self.strict_labels),
            no_fail: more.no_fail.or(self.no_fail),
            no_color: more.no_color.or(self.no_color),
            disable_ignore_pragma: more.disable_ignore_pragma.or(self.disable_ignore_pragma),
            ..self
        }
    }
}

/// The form of a label that hadolint calls so; anything for a name that it does not know.
pub fn label_format(name: &str) -> LabelFormat {
    match name {
        "url" => LabelFormat::Url,
        "semver" => LabelFormat::SemVer,
        "hash" => LabelFormat::GitHash,
        "rfc3339" => LabelFormat::Rfc3339,
        "spdx" => LabelFormat::Spdx,
        "email" => LabelFormat::Email,
        _ => LabelFormat::Text,
    }
}

/// The YAML in a text.
///
/// # Errors
/// What is wrong and where, without the picture of the lines behind it.
pub(super) fn read_yaml(text: &str) -> Result<Value, String> {
    serde_saphyr::from_str(text)
        .map_err(|error| error.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned())
}

/// A string, or a list of them.
pub(super) fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(elements) => elements.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_places_win_and_lists_add_up() {
        let text = "ignored: [DL3008]\nfailure-threshold: error\noverride:\n  info: [DL3007]\nlabel-schema:\n  author: text\n  url: url\n";
        let file = HadolintSettings::from_yaml(text).unwrap();
        let environment =
            HadolintSettings { ignored: vec!["DL3006".into()], no_fail: Some(true), ..Default::default() };
        let both = environment.below(file);
        assert_eq!(both.ignored, ["DL3006", "DL3008"]);
        assert_eq!((both.failure_threshold.as_deref(), both.no_fail), (Some("error"), Some(true)));
        assert_eq!(both.levels, [("DL3007".to_owned(), "info".to_owned())]);
        assert_eq!(both.labels["url"], LabelFormat::Url);
        assert_eq!(HadolintSettings::from_yaml(""), Ok(HadolintSettings::default()));
        assert!(HadolintSettings::from_yaml("a: [").is_err());
    }
}
