//! A label of the OCI namespace that does not exist, or of its forerunner, label-schema.org.
//!
//! ## Why
//! Registries and scanners read `org.opencontainers.image.source`, `...licenses`, `...version` and the like by their
//! exact key. A key that is misspelt is read by nobody, and nothing says so. `org.label-schema.*` has been given up in
//! favour of the OCI keys.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! LABEL org.label-schema.vcs-url="https://example.com/a/b"
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! LABEL org.opencontainers.image.source="https://example.com/a/b"
//! ```
//!
//! ## Fix
//! Writes the OCI key for one of label-schema. *Content*: the image has another label. Holds back where the key is
//! quoted or not in one piece, and for misspelt keys: there dfx says which one comes nearest.
//!
//! ## Sources
//! opencontainers/image-spec, `annotations.md`, with the table of label-schema's keys; label-schema.org, "deprecated".

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::closest;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::InstructionKind;

pub const META: Meta =
    Meta { name: "style/oci-label", severity: Severity::Info, effect: Some(Effect::Content), ..Meta::opt_in() };

const NAMESPACE: &str = "org.opencontainers.image.";

/// The keys of annotations.md, without the namespace.
const KEYS: [&str; 14] = [
    "authors",
    "base.digest",
    "base.name",
    "created",
    "description",
    "documentation",
    "licenses",
    "ref.name",
    "revision",
    "source",
    "title",
    "url",
    "vendor",
    "version",
];

/// Keys of label-schema.org and what became of them.
const SUCCESSORS: [(&str, &str); 9] = [
    ("build-date", "created"),
    ("description", "description"),
    ("name", "title"),
    ("url", "url"),
    ("usage", "documentation"),
    ("vcs-ref", "revision"),
    ("vcs-url", "source"),
    ("vendor", "vendor"),
    ("version", "version"),
];

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps() {
        let InstructionKind::Label(labels) = &step.instruction.kind else { continue };
        for pair in &labels.pairs {
            let Some(key) = step.certain_value(&pair.name) else { continue };
            if let Some(old) = key.strip_prefix("org.label-schema.") {
                let report = sink.report(pair.name.span(), format!("`{key}` is of a schema that was given up"));
                let Some((_, new)) = SUCCESSORS.iter().find(|(name, _)| *name == old) else {
                    report.help("use a key of `org.opencontainers.image`, or leave the label out");
                    continue;
                };
                let new = format!("{NAMESPACE}{new}");
                let report = report.help(format!("write `{new}`"));
                if pair.name.is_contiguous() && pair.name.text() == key {
                    let edits = vec![Edit::replace(pair.name.span(), new.as_str())];
                    report.fix(format!("write `{new}`"), Effect::Content, edits);
                }
            } else if let Some(name) = key.strip_prefix(NAMESPACE).filter(|name| !KEYS.contains(name)) {
                let report = sink.report(pair.name.span(), format!("OCI has no key `{key}`"));
                match known(name) {
                    Some(known) => report.help(format!("did you mean `{NAMESPACE}{known}`?")),
                    None => report.help("use a namespace of your own for keys of your own"),
                };
            }
        }
    }
}

/// The key that was most likely meant.
fn known(name: &str) -> Option<&'static str> {
    let synonym = match name {
        "author" | "maintainer" | "maintainers" => Some("authors"),
        "license" => Some("licenses"),
        "name" => Some("title"),
        "commit" => Some("revision"),
        _ => None,
    };
    synonym.or_else(|| closest(name, KEYS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn misspelt_keys_are_reported() {
        fires!("LABEL «org.opencontainers.image.license»=MIT org.opencontainers.image.licenses=MIT\n");
        fires!("LABEL \\\n  «\"org.opencontainers.image.descripton\"»=x\n");
    }

    #[test]
    fn the_forerunners_keys_are_translated() {
        fixes!("LABEL a=1 org.label-schema.name=x\n" => "LABEL a=1 org.opencontainers.image.title=x\n");
        fires!("LABEL «org.label-schema.schema-version»=1.0\n");
    }

    #[test]
    fn other_namespaces_are_ones_own() {
        silent!("LABEL com.example.author=me org.opencontainers.image.ref.name=x\n");
    }
}
