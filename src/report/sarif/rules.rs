//! The rules of a run as SARIF describes them.

use serde_json::{Map, Value, json};

use crate::finding::Severity;
use crate::report::{RuleInfo, rule_url};
use crate::rules::{Activation, Meta};

use super::{level, sentence};

/// GitHub cuts longer descriptions.
const LONGEST_DESCRIPTION: usize = 1024;

/// The descriptor of one rule.
pub(super) fn descriptor(rule: &RuleInfo) -> Value {
    let RuleInfo { meta, documentation } = rule;
    let summary = cut(&sentence(&documentation.summary()));
    let why =
        documentation.section("Why").map(|why| cut(&sentence(&why.split_whitespace().collect::<Vec<_>>().join(" "))));
    let page = page(rule);
    json!({
        "id": meta.name,
        "name": pascal_case(meta.name),
        "shortDescription": { "text": summary },
        "fullDescription": { "text": why.unwrap_or_else(|| summary.clone()) },
        "helpUri": rule_url(meta.name),
        "help": { "text": page, "markdown": format!("# {}\n\n{page}", meta.name) },
        "defaultConfiguration": { "level": level(meta.severity) },
        "properties": properties(meta),
    })
}

/// The rule's page, and how to live without its advice.
fn page(rule: &RuleInfo) -> String {
    // GitHub colours a fence whose first word is the language alone.
    let page = rule
        .documentation
        .markdown()
        .replace("```dockerfile,bad", "```dockerfile")
        .replace("```dockerfile,good", "```dockerfile");
    format!("{page}\n## Ignore\nWrite `# dfx: ignore[{}] reason` above the instruction.\n", rule.meta.name)
}

fn properties(meta: &Meta) -> Map<String, Value> {
    let mut tags = vec![meta.group().to_owned()];
    if meta.security_severity.is_some() && meta.group() != "security" {
        tags.push("security".to_owned());
    }
    tags.extend(meta.cwe.map(|number| format!("external/cwe/cwe-{number:03}")));
    let mut properties = Map::new();
    properties.insert("tags".into(), json!(tags));
    properties.insert("precision".into(), json!(precision(meta.activation)));
    properties.insert("problem.severity".into(), json!(problem_severity(meta.severity)));
    if let Some(tenths) = meta.security_severity {
        properties.insert("security-severity".into(), json!(format!("{}.{}", tenths / 10, tenths % 10)));
    }
    properties.insert("aliases".into(), json!(meta.aliases));
    properties
}

/// A rule is on by default only if nearly every finding is worth a look.
fn precision(activation: Activation) -> &'static str {
    match activation {
        Activation::Default => "high",
        Activation::Strict => "medium",
    }
}

fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Style => "recommendation",
    }
}

/// `pin/untagged-base-image` as `UntaggedBaseImage`.
fn pascal_case(name: &str) -> String {
    let words = name.rsplit('/').next().unwrap_or(name).split('-');
    words
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect()
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST_DESCRIPTION {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LONGEST_DESCRIPTION - 2).collect();
    kept.trim_end_matches('.').to_owned() + "…."
}
