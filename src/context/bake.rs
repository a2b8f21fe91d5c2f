//! What the files of `docker buildx bake` say of the images that are built.
//!
//! HCL is read as far as bake files go: blocks, attributes, strings, lists and maps. Expressions are not computed.

use std::collections::{BTreeMap, BTreeSet};

/// A target: one image that is built.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BuildTarget {
    /// The build context, as written.
    pub context: Option<String>,
    /// The Dockerfile, as written: bake looks for it in the context.
    pub dockerfile: Option<String>,
    /// The stage that is built.
    pub stage: Option<String>,
    /// The names of the build arguments that are set.
    pub arguments: BTreeSet<String>,
}

/// Whether the file is one that `docker buildx bake` reads without being told.
pub fn is_bake_file(name: &str) -> bool {
    name.starts_with("docker-bake.") && (name.ends_with(".hcl") || name.ends_with(".json"))
}

/// The targets of a bake file. `None` where it is not understood.
pub fn bake_targets(name: &str, text: &str) -> Option<Vec<BuildTarget>> {
    let targets = if name.ends_with(".json") { targets_in_json(text)? } else { Hcl::of(text).targets() };
    let mut heirs = Heirs { all: &targets, known: BTreeMap::new() };
    Some(targets.keys().map(|name| heirs.target(name, DEEPEST)).collect())
}

/// The attributes of a target by name. A map's keys stand for it, an expression for itself.
type Attributes = BTreeMap<String, Value>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Text(String),
    Names(Vec<String>),
}

/// So many targets may inherit from one another in a row, and so many maps lie in one another.
const DEEPEST: usize = 16;

/// Targets with what they inherit. Each is worked out once, however many inherit it.
struct Heirs<'t> {
    all: &'t BTreeMap<String, Attributes>,
    known: BTreeMap<&'t str, BuildTarget>,
}

impl<'t> Heirs<'t> {
    fn target(&mut self, name: &str, depth: usize) -> BuildTarget {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let (Some((name, attributes)), Some(depth)) = (self.all.get_key_value(name), depth.checked_sub(1)) else {
            return BuildTarget::default();
        };
        // Who asks for it again in the meantime is one of its own parents.
        self.known.insert(name, BuildTarget::default());
        let mut inherited = BuildTarget::default();
        if let Some(Value::Names(parents)) = attributes.get("inherits") {
            for parent in parents {
                inherited = over(inherited, self.target(parent, depth));
            }
        }
        let target = over(inherited, own(attributes));
        self.known.insert(name, target.clone());
        target
    }
}

fn own(attributes: &Attributes) -> BuildTarget {
    let text = |name: &str| match attributes.get(name) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let arguments = match attributes.get("args") {
        Some(Value::Names(names)) => names.iter().cloned().collect(),
        _ => BTreeSet::new(),
    };
    BuildTarget { context: text("context"), dockerfile: text("dockerfile"), stage: text("target"), arguments }
}

/// What the one says, and where it says nothing, the other.
fn over(other: BuildTarget, one: BuildTarget) -> BuildTarget {
    let mut arguments = other.arguments;
    arguments.extend(one.arguments);
    BuildTarget {
        context: one.context.or(other.context),
        dockerfile: one.dockerfile.or(other.dockerfile),
        stage: one.stage.or(other.stage),
        arguments,
    }
}

fn targets_in_json(text: &str) -> Option<BTreeMap<String, Attributes>> {
    let file: serde_json::Value = serde_json::from_str(text).ok()?;
    let targets = file.get("target").and_then(serde_json::Value::as_object);
    let value = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => Some(Value::Text(text.clone())),
        serde_json::Value::Array(items) => {
            Some(Value::Names(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()))
        }
        serde_json::Value::Object(map) => Some(Value::Names(map.keys().cloned().collect())),
        _ => None,
    };
    let attributes = |target: &serde_json::Value| -> Attributes {
        let known = target.as_object().into_iter().flatten();
        known.filter_map(|(name, it)| Some((name.clone(), value(it)?))).collect()
    };
    Some(targets.into_iter().flatten().map(|(name, target)| (name.clone(), attributes(target))).collect())
}

/// The words of a file in HCL.
struct Hcl<'t> {
    words: std::iter::Peekable<std::vec::IntoIter<Word<'t>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word<'t> {
    /// A name, a number, part of an expression.
    Name(&'t str),
    /// What stands between quotes.
    Text(&'t str),
    Sign(char),
}

impl<'t> Hcl<'t> {
    fn of(text: &'t str) -> Self {
        Self { words: words(text).into_iter().peekable() }
    }

    /// The blocks `target "name" { ... }`.
    fn targets(mut self) -> BTreeMap<String, Attributes> {
        let mut targets = BTreeMap::new();
        while let Some(word) = self.words.next() {
            match (word, self.words.peek().copied()) {
                (Word::Name("target"), Some(Word::Text(name))) => {
                    self.words.next();
                    if self.words.next_if_eq(&Word::Sign('{')).is_some() {
                        targets.insert(name.to_owned(), self.attributes(DEEPEST));
                    }
                }
                (Word::Sign('{'), _) => self.skip('}'),
                _ => {}
            }
        }
        targets
    }

    /// What stands behind `{` up to its end. Maps more than `depth` deep are passed over.
    fn attributes(&mut self, depth: usize) -> Attributes {
        let mut attributes = Attributes::new();
        while let Some(word) = self.words.next() {
            let name = match word {
                Word::Sign('}') => break,
                Word::Name(name) | Word::Text(name) => name,
                Word::Sign('{') => {
                    self.skip('}');
                    continue;
                }
                Word::Sign(_) => continue,
            };
            if self.words.next_if_eq(&Word::Sign('=')).is_some() {
                let value = self.value(depth);
                attributes.extend(value.map(|value| (name.to_owned(), value)));
            }
        }
        attributes
    }

    /// What stands behind `=`: a string, the keys of a map, the strings of a list.
    fn value(&mut self, depth: usize) -> Option<Value> {
        match self.words.next()? {
            Word::Text(text) => Some(Value::Text(text.to_owned())),
            Word::Sign('{') => match depth.checked_sub(1) {
                Some(depth) => Some(Value::Names(self.attributes(depth).into_keys().collect())),
                None => {
                    self.skip('}');
                    None
                }
            },
            Word::Sign('[') => {
                let mut items = Vec::new();
                while let Some(word) = self.words.next().filter(|word| *word != Word::Sign(']')) {
                    match word {
                        Word::Text(text) => items.push(text.to_owned()),
                        Word::Sign('[') => self.skip(']'),
                        _ => {}
                    }
                }
                Some(Value::Names(items))
            }
            // An expression may have any value; bake writes one in a string as `${...}`.
            Word::Name(name) if name != "null" => Some(Value::Text(format!("${{{name}}}"))),
            _ => None,
        }
    }

    /// Passes over the rest of a pair of brackets.
    fn skip(&mut self, end: char) {
        let start = if end == '}' { '{' } else { '[' };
        let mut depth = 1;
        while let Some(word) = self.words.next_if(|_| depth > 0) {
            depth += i32::from(word == Word::Sign(start));
            depth -= i32::from(word == Word::Sign(end));
        }
    }
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_part_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let length = match first {
            '#' => line(rest),
            '/' if rest.starts_with("//") => line(rest),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => {
                let end = end_of_string(rest);
                words.push(Word::Text(rest.get(1..end).unwrap_or_default()));
                (end + 1).min(rest.len())
            }
            _ if is_part_of_name(first) => {
                let end = rest.find(|c| !is_part_of_name(c)).unwrap_or(rest.len());
                words.push(Word::Name(&rest[..end]));
                end
            }
            _ => {
                words.push(Word::Sign(first));
                first.len_utf8()
            }
        };
        rest = rest[length..].trim_start();
    }
    words
}

fn line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// Where the quote stands that ends the string with which a text begins, or the end of the text.
fn end_of_string(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == '"' && !is_escaped {
            return at;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(context: Option<&str>, dockerfile: Option<&str>, stage: Option<&str>, arguments: &[&str]) -> BuildTarget {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        BuildTarget {
            context: owned(context),
            dockerfile: owned(dockerfile),
            stage: owned(stage),
            arguments: arguments.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn targets_say_what_is_built() {
        let hcl = r#"
            # variables may be set from outside
            variable "V" { default = "1" }
            group "default" { targets = ["app"] }
            target "_common" {
              context = "."
              args = { GO = "1.19", BUILD = V } // both
            }
            target "app" {
              inherits = ["_common"]
              dockerfile = "app.Dockerfile" /* beside it */
              target = "release"
              tags = ["a\"b:${V}"]
              args = {
                "MODE" = "prod"
              }
            }
        "#;
        let common = target(Some("."), None, None, &["BUILD", "GO"]);
        let app = target(Some("."), Some("app.Dockerfile"), Some("release"), &["BUILD", "GO", "MODE"]);
        assert_eq!(bake_targets("docker-bake.hcl", hcl), Some(vec![common, app]));
    }

    #[test]
    fn json_says_the_same() {
        let json = r#"{"target": {"app": {"context": "..", "target": "a", "args": {"V": "1"}}}, "group": {}}"#;
        assert_eq!(bake_targets("docker-bake.json", json), Some(vec![target(Some(".."), None, Some("a"), &["V"])]));
        assert_eq!(bake_targets("docker-bake.json", "[{]"), None);
    }

    #[test]
    fn an_expression_is_not_computed_and_a_ring_of_targets_ends() {
        let hcl = "target \"a\" {\n inherits = [\"a\"]\n target = STAGE\n}\n";
        assert_eq!(bake_targets("docker-bake.hcl", hcl), Some(vec![target(None, None, Some("${STAGE}"), &[])]));
        for text in ["target", "target \"a\"", "target \"a\" {", "target \"a\" { x = [", "\"", "{{{"] {
            assert!(bake_targets("docker-bake.hcl", text).is_some_and(|it| it.len() <= 1), "{text}");
        }
    }

    #[test]
    fn targets_that_inherit_each_other_in_many_ways_are_worked_out_once() {
        let name = |number: usize| format!("t{number}");
        let parents =
            |from: usize| (from..60).map(|number| format!("\"{}\"", name(number))).collect::<Vec<_>>().join(",");
        let target = |number: usize| {
            let (name, parents) = (name(number), parents(number + 1));
            format!("target \"{name}\" {{\n inherits = [{parents}]\n args = {{ A{number} = 1 }}\n}}\n")
        };
        let hcl: String = (0..60).map(target).collect();
        let targets = bake_targets("docker-bake.hcl", &hcl).unwrap();
        assert!(targets.iter().any(|target| target.arguments.len() == 60), "{targets:?}");
    }

    #[test]
    fn a_hundred_thousand_maps_in_one_another_end() {
        let nested = format!("target \"a\" {{ {} target = \"b\"", "x = {".repeat(100_000));
        assert_eq!(bake_targets("docker-bake.hcl", &nested), Some(vec![target(None, None, None, &[])]));
        let shallow = "target \"a\" { args = { A = { B = { C = 1 } }, D = 2 } }";
        assert_eq!(bake_targets("docker-bake.hcl", shallow), Some(vec![target(None, None, None, &["A", "D"])]));
    }

    #[test]
    fn bake_files_are_known_by_name() {
        assert!(is_bake_file("docker-bake.hcl") && is_bake_file("docker-bake.override.json"));
        assert!(!is_bake_file("bake.hcl") && !is_bake_file("docker-bake.md"));
    }
}
