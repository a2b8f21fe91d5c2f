//! What the files of `docker buildx bake` say of the images that are built.
//!
//! Expressions in HCL are not computed.

use std::collections::{BTreeMap, BTreeSet};

use hcl::expr::{Expression, ObjectKey};

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
    let targets = if name.ends_with(".json") { targets_in_json(text) } else { targets_in_hcl(text) }?;
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

/// So many targets may inherit from one another in a row.
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

/// The blocks `target "name" { ... }` of a file in HCL.
fn targets_in_hcl(text: &str) -> Option<BTreeMap<String, Attributes>> {
    let body = hcl::parse(text.trim_start_matches('\u{feff}')).ok()?;
    let targets = body.into_blocks().filter(|block| block.identifier() == "target");
    let named = |block: hcl::Block| Some((block.labels().first()?.as_str().to_owned(), attributes(&block.body)));
    Some(targets.filter_map(named).collect())
}

fn attributes(body: &hcl::Body) -> Attributes {
    body.attributes().filter_map(|attribute| Some((attribute.key().to_owned(), value(attribute.expr())?))).collect()
}

fn value(expression: &Expression) -> Option<Value> {
    match expression {
        Expression::String(text) => Some(Value::Text(text.clone())),
        Expression::Array(items) => Some(Value::Names(items.iter().filter_map(text).collect())),
        Expression::Object(map) => Some(Value::Names(map.keys().map(key).collect())),
        Expression::TemplateExpr(template) => Some(Value::Text(template.to_string())),
        Expression::Null | Expression::Bool(_) | Expression::Number(_) => None,
        // It may have any value; bake writes one in a string as `${...}`.
        other => Some(Value::Text(format!("${{{other}}}"))),
    }
}

fn text(expression: &Expression) -> Option<String> {
    match expression {
        Expression::String(text) => Some(text.clone()),
        Expression::TemplateExpr(template) => Some(template.to_string()),
        _ => None,
    }
}

fn key(key: &ObjectKey) -> String {
    match key {
        ObjectKey::Expression(Expression::String(name)) => name.clone(),
        key => key.to_string(),
    }
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
        let hcl = "target \"a\" {\n target = \"${STAGE}-x\"\n args = { \"A\" = V, B = f(1) }\n}\n";
        assert_eq!(
            bake_targets("docker-bake.hcl", hcl),
            Some(vec![target(None, None, Some("${STAGE}-x"), &["A", "B"])])
        );
        let marked = "\u{feff}target \"a\" {}";
        assert_eq!(bake_targets("docker-bake.hcl", marked), Some(vec![target(None, None, None, &[])]));
        for text in ["target", "target \"a\"", "target \"a\" {", "target \"a\" { x = [", "\"", "{{{"] {
            assert_eq!(bake_targets("docker-bake.hcl", text), None, "{text}");
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
        for opening in ["{ x = ", "[", "(", "!", "-", "a ? b : ", "\"${", "a + "] {
            let nested = format!("target \"a\" {{\n x = {}1\n target = \"b\"\n}}", opening.repeat(100_000));
            assert_eq!(bake_targets("docker-bake.hcl", &nested), None, "{opening}");
        }
        let shallow = "target \"a\" { args = { A = { B = { C = 1 } }, D = 2 } }";
        assert_eq!(bake_targets("docker-bake.hcl", shallow), Some(vec![target(None, None, None, &["A", "D"])]));
    }

    #[test]
    fn bake_files_are_known_by_name() {
        assert!(is_bake_file("docker-bake.hcl") && is_bake_file("docker-bake.override.json"));
        assert!(!is_bake_file("bake.hcl") && !is_bake_file("docker-bake.md"));
    }
}
