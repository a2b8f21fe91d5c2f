//! Read `dfx.toml`.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::Severity;
use crate::rules::LabelFormat;
use crate::source::{SourceFile, Span};

use super::code::closest;
use super::keys::{LABEL_FORMATS, LEVELS};
use super::{Catalogue, Choice, FailOn, Fault, KEYS, Key, Level, PathPatterns, Profile, RULE_KEYS, Selector};

/// What a `dfx.toml` says.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The rules that it asks for.
    pub choice: Choice,
    /// Its settings for single rules, by name.
    pub levels: Vec<(&'static str, Level)>,
    /// From which severity on findings make the run fail.
    pub fail_on: Option<FailOn>,
    /// Paths to leave out, as they are written.
    pub exclude: Vec<String>,
    /// Registries from which base images may come; empty for all.
    pub allowed_registries: Vec<String>,
    /// Labels that the final image must have, each with the form of its value.
    pub required_labels: BTreeMap<String, LabelFormat>,
    /// Whether labels that are not required are reported.
    pub strict_labels: bool,
    /// Rules that are off in some files.
    pub per_file_ignores: Vec<FileIgnore>,
    excluded: Option<PathPatterns>,
    places: BTreeMap<&'static str, Span>,
}

/// Rules that are off in the files that match a pattern.
#[derive(Debug, Clone)]
pub struct FileIgnore {
    /// The pattern as written.
    pub pattern: String,
    /// The rules.
    pub ignored: Vec<Selector>,
    matcher: PathPatterns,
}

impl Config {
    /// Reads the text of a `dfx.toml`.
    ///
    /// # Errors
    /// Everything in it that is not understood, by place.
    pub fn read(source: &SourceFile, catalogue: &Catalogue) -> Result<Self, Vec<Fault>> {
        let table = DeTable::parse(source.text()).map_err(|error| {
            let span = error.span().map_or(Span::at(0), |range| within(source, range));
            vec![Fault::new(span, error.message(), "")]
        })?;
        let mut reader = Reader { catalogue, faults: Vec::new() };
        let mut config = Config::default();
        for (key, value) in table.get_ref() {
            if let Some(known) = reader.known_key(key, &KEYS) {
                config.places.insert(known.name, span_of(key));
                reader.read_key(known.name, value, &mut config);
            }
        }
        reader.faults.sort_by_key(|fault| fault.span);
        if reader.faults.is_empty() { Ok(config) } else { Err(reader.faults) }
    }

    /// Where each key that is set stands.
    pub fn places(&self) -> &BTreeMap<&'static str, Span> {
        &self.places
    }

    /// The rules that are off in the file at `path`, which is relative to the folder of the configuration.
    pub fn ignored_in(&self, path: &str) -> impl Iterator<Item = &Selector> {
        self.per_file_ignores
            .iter()
            .filter(move |entry| entry.matcher.match_file(path))
            .flat_map(|entry| &entry.ignored)
    }

    /// The patterns of paths to leave out, relative to the folder of the configuration.
    pub fn excluded(&self) -> Option<&PathPatterns> {
        self.excluded.as_ref()
    }
}

type Value<'v> = Spanned<DeValue<'v>>;

struct Reader<'c> {
    catalogue: &'c Catalogue,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn read_key(&mut self, key: &str, value: &Value<'_>, config: &mut Config) {
        match key {
            "profile" => config.choice.profile = self.word(value, Profile::ALL.map(Profile::name), Profile::from_name),
            "select" => config.choice.select = self.codes(value),
            "extend-select" => config.choice.extend_select = self.codes(value).unwrap_or_default(),
            "ignore" => config.choice.ignore = self.codes(value).unwrap_or_default(),
            "fail-on" => config.fail_on = self.word(value, FailOn::NAMES, FailOn::from_name),
            "exclude" => self.read_exclude(value, config),
            "allowed-registries" => {
                let registries = self.strings(value).unwrap_or_default();
                config.allowed_registries = registries.into_iter().map(|(text, _)| text.to_owned()).collect();
            }
            "required-labels" => self.read_required_labels(value, config),
            "strict-labels" => config.strict_labels = self.boolean(value).unwrap_or_default(),
            "per-file-ignores" => self.read_per_file_ignores(value, config),
            "rules" => self.read_rules(value, config),
            _ => {}
        }
    }

    fn read_exclude(&mut self, value: &Value<'_>, config: &mut Config) {
        let Some(patterns) = self.strings(value) else {
            return;
        };
        match PathPatterns::new(patterns.iter().map(|(text, _)| *text)) {
            Ok(matcher) => config.excluded = Some(matcher),
            Err((index, reason)) => {
                let span = patterns.get(index).map_or(span_of(value), |(_, span)| *span);
                self.faults.push(Fault::new(span, format!("this is no pattern: {reason}"), ""));
            }
        }
        config.exclude = patterns.into_iter().map(|(text, _)| text.to_owned()).collect();
    }

    fn read_required_labels(&mut self, value: &Value<'_>, config: &mut Config) {
        for (label, value) in self.table(value).into_iter().flatten() {
            let format = |name: &str| LABEL_FORMATS.iter().find(|(known, _)| *known == name).map(|(_, format)| *format);
            if let Some(format) = self.word(value, LABEL_FORMATS.map(|(name, _)| name), format) {
                config.required_labels.insert(label.get_ref().to_string(), format);
            }
        }
    }

    fn read_per_file_ignores(&mut self, value: &Value<'_>, config: &mut Config) {
        for (pattern, value) in self.table(value).into_iter().flatten() {
            let ignored = self.codes(value);
            match PathPatterns::new([pattern.get_ref().as_ref()]) {
                Ok(matcher) => config.per_file_ignores.extend(ignored.map(|ignored| FileIgnore {
                    pattern: pattern.get_ref().to_string(),
                    ignored,
                    matcher,
                })),
                Err((_, reason)) => {
                    self.faults.push(Fault::new(span_of(pattern), format!("this is no pattern: {reason}"), ""));
                }
            }
        }
    }

    fn read_rules(&mut self, value: &Value<'_>, config: &mut Config) {
        for (name, value) in self.table(value).into_iter().flatten() {
            let rule = self.catalogue.rule(name.get_ref());
            let rule = rule.map_err(|unknown| self.fault(name, unknown.to_string(), unknown.help())).ok();
            for (key, value) in self.table(value).into_iter().flatten() {
                if self.known_key(key, &RULE_KEYS).is_some()
                    && let Some(level) = self.word(value, LEVELS, level)
                {
                    config.levels.extend(rule.map(|rule| (rule.name, level)));
                }
            }
        }
    }

    fn known_key(&mut self, key: &Spanned<impl AsRef<str>>, known: &'static [Key]) -> Option<&'static Key> {
        let name = key.get_ref().as_ref();
        let found = known.iter().find(|key| key.name == name);
        if found.is_none() {
            let help = match closest(&name.to_ascii_lowercase().replace('_', "-"), known.iter().map(|key| key.name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => one_of("known keys are", known.iter().map(|key| key.name)),
            };
            self.fault(key, format!("unknown key `{name}`"), help);
        }
        found
    }

    fn codes(&mut self, value: &Value<'_>) -> Option<Vec<Selector>> {
        let mut selectors = Vec::new();
        for (code, span) in self.strings(value)? {
            match self.catalogue.resolve(code) {
                Ok(selector) => selectors.push(selector),
                Err(unknown) => self.faults.push(Fault::new(span, unknown.to_string(), unknown.help())),
            }
        }
        Some(selectors)
    }

    fn strings<'v>(&mut self, value: &'v Value<'_>) -> Option<Vec<(&'v str, Span)>> {
        let Some(array) = value.get_ref().as_array() else {
            return self.wrong_type(value, "a list of strings");
        };
        let mut strings = Vec::new();
        for value in array.iter() {
            strings.push((self.string(value)?, span_of(value)));
        }
        Some(strings)
    }

    fn word<T, const N: usize>(
        &mut self,
        value: &Value<'_>,
        words: [&'static str; N],
        from_name: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.string(value)?;
        let read = from_name(text);
        if read.is_none() {
            let help = match closest(&text.to_ascii_lowercase(), words) {
                Some(near) => format!("did you mean `{near}`?"),
                None => one_of("write one of", words),
            };
            self.fault(value, format!("`{text}` is not possible here"), help);
        }
        read
    }

    fn string<'v>(&mut self, value: &'v Value<'_>) -> Option<&'v str> {
        let string = value.get_ref().as_str();
        if string.is_some() { string } else { self.wrong_type(value, "a string") }
    }

    fn boolean(&mut self, value: &Value<'_>) -> Option<bool> {
        let boolean = value.get_ref().as_bool();
        if boolean.is_some() { boolean } else { self.wrong_type(value, "`true` or `false`") }
    }

    fn table<'v, 't>(&mut self, value: &'v Value<'t>) -> Option<&'v DeTable<'t>> {
        let table = value.get_ref().as_table();
        if table.is_some() { table } else { self.wrong_type(value, "a table") }
    }

    fn wrong_type<T>(&mut self, value: &Value<'_>, wanted: &str) -> Option<T> {
        let found = value.get_ref().type_str();
        self.fault(value, format!("this must be {wanted}, not {} {found}", article(found)), "");
        None
    }

    fn fault<T>(&mut self, at: &Spanned<T>, message: impl Into<String>, help: impl Into<String>) {
        self.faults.push(Fault::new(span_of(at), message, help));
    }
}

fn level(name: &str) -> Option<Level> {
    let severity = Severity::ALL.into_iter().find(|severity| severity.name() == name);
    severity.map(Level::Severity).or((name == "off").then_some(Level::Off))
}

fn span_of<T>(value: &Spanned<T>) -> Span {
    let range = value.span();
    Span::new(range.start, range.end.max(range.start))
}

/// A range that the TOML parser gives for an error, which may point behind the end or into a character.
fn within(source: &SourceFile, range: Range<usize>) -> Span {
    let boundary = |offset: usize| {
        let offset = offset.min(source.text().len());
        (0..=offset).rev().find(|at| source.text().is_char_boundary(*at)).unwrap_or(0)
    };
    let (start, end) = (boundary(range.start), boundary(range.end));
    Span::new(start, end.max(start))
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

fn one_of<'w>(lead: &str, words: impl IntoIterator<Item = &'w str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    format!("{lead} {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::selection::examples::catalogue;
    use super::*;

    fn read(text: &str) -> Result<Config, Vec<Fault>> {
        Config::read(&SourceFile::new("dfx.toml", text), &catalogue())
    }

    fn faults(text: &str) -> Vec<String> {
        let source = SourceFile::new("dfx.toml", text);
        let faults = read(text).unwrap_err();
        let one = |fault: Fault| {
            let at = source.position(fault.span.start);
            format!("{}:{} {}; {}", at.line, at.column, fault.message, fault.help)
        };
        faults.into_iter().map(one).collect()
    }

    #[test]
    fn every_key_is_read() {
        let config = read(
            r#"
profile = "strict"
select = ["build", "DL3008"]
extend-select = ["ALL"]
ignore = ["DL30"]
fail-on = "never"
exclude = ["vendor/"]
allowed-registries = ["docker.io"]
strict-labels = true
[required-labels]
"org.opencontainers.image.source" = "url"
[per-file-ignores]
"test/**" = ["build"]
[rules."build/relative-workdir"]
severity = "off"
"#,
        )
        .unwrap();
        assert_eq!(config.choice.profile, Some(Profile::Strict));
        assert_eq!(config.choice.select, Some(vec![Selector::Group("build"), Selector::Alias("DL3008")]));
        assert_eq!(config.choice.extend_select, [Selector::All]);
        assert_eq!(config.choice.ignore, [Selector::AliasPrefix("DL30".into())]);
        assert_eq!(config.fail_on, Some(FailOn::Never));
        assert!(config.excluded().unwrap().match_file("a/vendor/Dockerfile"));
        assert_eq!(config.allowed_registries, ["docker.io"]);
        assert_eq!(config.required_labels["org.opencontainers.image.source"], LabelFormat::Url);
        assert!(config.strict_labels);
        assert_eq!(config.ignored_in("test/a/Dockerfile").collect::<Vec<_>>(), [&Selector::Group("build")]);
        assert_eq!(config.ignored_in("Dockerfile").count(), 0);
        assert_eq!(config.levels, [("build/relative-workdir", Level::Off)]);
        assert_eq!(config.places().len(), KEYS.len());
    }

    #[test]
    fn all_faults_are_told_at_once_by_place() {
        assert_eq!(
            faults("selct = []\nignore = \"DL3008\"\nextend_select = [1, 2]\nfail-on = \"warn\"\nlinting = true\n"),
            [
                "1:1 unknown key `selct`; did you mean `select`?",
                "2:10 this must be a list of strings, not a string; ",
                "3:1 unknown key `extend_select`; did you mean `extend-select`?",
                "4:11 `warn` is not possible here; write one of `error`, `warning`, `info`, `style`, `never`",
                "5:1 unknown key `linting`; known keys are `profile`, `select`, `extend-select`, `ignore`, `fail-on`, `exclude`, `allowed-registries`, `required-labels`, `strict-labels`, `per-file-ignores`, `rules`",
            ]
        );
    }

    #[test]
    fn unknown_rules_are_faults_wherever_they_stand() {
        assert_eq!(
            faults(
                "ignore = [\"DL3008\", \"DL3080\"]\n[rules.\"build/relative-workdirs\"]\nseverity = \"off\"\n[rules.DL3000]\nlevel = 1\n"
            ),
            [
                "1:21 unknown rule `DL3080`; did you mean `DL3008`?",
                "2:8 unknown rule `build/relative-workdirs`; did you mean `build/relative-workdir`?",
                "4:8 unknown rule `DL3000`; did you mean `build/relative-workdir`?",
                "5:1 unknown key `level`; known keys are `severity`",
            ]
        );
    }

    #[test]
    fn wrong_types_and_broken_patterns_are_faults() {
        assert_eq!(faults("exclude = [\"{a\"]\n").len(), 1);
        assert_eq!(faults("per-file-ignores = 3\n"), ["1:20 this must be a table, not an integer; "]);
        assert_eq!(faults("strict-labels = \"yes\"\n"), ["1:17 this must be `true` or `false`, not a string; "]);
        assert_eq!(
            faults("[required-labels]\na = \"required\"\n"),
            [
                "2:5 `required` is not possible here; write one of `text`, `url`, `rfc3339`, `semver`, `spdx`, `hash`, `email`"
            ]
        );
    }

    #[test]
    fn what_is_no_toml_is_one_fault_at_its_place() {
        assert_eq!(faults("select = [\n").len(), 1);
        assert_eq!(faults("a = 1\na = 2\n").len(), 1);
        assert_eq!(read("ü = \u{fffd}").unwrap_err().len(), 1);
        assert_eq!(faults("\u{0}").len(), 1);
    }

    #[test]
    fn an_empty_file_sets_nothing() {
        assert!(read("").unwrap().places().is_empty());
        assert!(read("\u{feff}# nothing\n").unwrap().places().is_empty());
    }

    #[test]
    fn a_fault_is_shown_with_its_line() {
        let source = SourceFile::new("dfx.toml", "# ü\nselct = [\"DL3008\"]\n");
        let fault = &Config::read(&source, &catalogue()).unwrap_err()[0];
        assert_eq!(
            fault.render(&source),
            "error: unknown key `selct`\n  ┌─ dfx.toml:2:1\n  │\n2 │ selct = [\"DL3008\"]\n  │ ^^^^^\n  │\n  = help: did you mean `select`?\n\n"
        );
    }
}
