//! A label's key that breaks Docker's rules for keys.
//!
//! ## Why
//! Tools find labels by their exact key. Docker asks for lower-case letters, digits, periods and hyphens, so that keys
//! read the same everywhere, and keeps the namespaces `com.docker.*`, `io.docker.*` and `org.dockerproject.*` for
//! itself: what is put there may be given a meaning by Docker's own tools.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! LABEL Version="1.2"
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! LABEL version="1.2"
//! ```
//!
//! ## Fix
//! None: whoever reads the label has to change with it.
//!
//! ## Sources
//! docs.docker.com, "Docker object labels: key guidelines"; hadolint DL3048.

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::InstructionKind;

pub const META: Meta =
    Meta { name: "style/label-key", severity: Severity::Style, aliases: &["DL3048"], ..Meta::opt_in() };

const RESERVED: [&str; 3] = ["com.docker.", "io.docker.", "org.dockerproject."];

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps() {
        let InstructionKind::Label(labels) = &step.instruction.kind else { continue };
        for pair in &labels.pairs {
            let Some(key) = step.certain_value(&pair.name) else { continue };
            if let Some((what, help)) = fault(key) {
                sink.report(pair.name.span(), format!("the label's key `{key}` {what}")).help(help);
            }
        }
    }
}

fn fault(key: &str) -> Option<(&'static str, &'static str)> {
    let is_edge =
        |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    let is_letter = |letter: char| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '.' | '-' | '_' | '/')
    };
    if RESERVED.iter().any(|namespace| key.starts_with(namespace)) {
        Some(("lies in a namespace that Docker keeps for itself", "use the name of a domain of your own, backwards"))
    } else if key.chars().any(|letter| letter.is_ascii_uppercase()) {
        Some(("has capital letters", "write it in lower case, with hyphens between words"))
    } else if !key.chars().all(is_letter) {
        Some(("has characters that keys must not have", "use lower-case letters, digits, periods and hyphens"))
    } else if key.contains("..") || key.contains("--") {
        Some(("has two separators in a row", "leave one of them out"))
    } else if !is_edge(key.chars().next()) || !is_edge(key.chars().next_back()) {
        Some(("does not begin and end with a letter or digit", "leave out the separator at its edge"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn each_key_is_judged_by_itself() {
        fires!("LABEL a=1 «com.docker.x»=2 «B»=3\n");
        fires!("LABEL «a..b»=1 «-a»=2 «a,b»=3\n");
    }

    #[test]
    fn ordinary_keys_pass() {
        silent!("LABEL maintainer=me org.opencontainers.image.ref.name=x com.example/a_b-c=1\n");
    }
}
