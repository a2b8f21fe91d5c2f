//! The deprecated instruction MAINTAINER.
//!
//! ## Why
//! MAINTAINER fills a field of the image that no tool shows any more. A label does the same, can be read with
//! `docker inspect`, and `org.opencontainers.image.authors` is the name that registries know it by.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! MAINTAINER Jane Doe <jane@example.org>
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! LABEL org.opencontainers.image.authors="Jane Doe <jane@example.org>"
//! ```
//!
//! ## Fix
//! Writes the label. The files stay as they are, but the image's configuration changes: a label comes, the field
//! `Author` goes. So it is *content*, and named. Holds back where the name goes over several lines.
//!
//! ## Sources
//! BuildKit, MaintainerDeprecated; hadolint DL4000; Trivy DS-0022; Checkov CKV_DOCKER_6; KICS 99614418; Semgrep
//! `maintainer-is-deprecated`; SonarQube S6586; OCI image specification, "Annotations".

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::InstructionKind;

pub const META: Meta = Meta {
    name: "style/maintainer",
    severity: Severity::Info,
    effect: Some(Effect::Content),
    aliases: &[
        "MaintainerDeprecated",
        "DL4000",
        "DS-0022",
        "CKV_DOCKER_6",
        "KICS-99614418",
        "maintainer-is-deprecated",
        "S6586",
    ],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for instruction in cx.file.instructions() {
        let InstructionKind::Maintainer(name) = &instruction.kind else { continue };
        let report = sink
            .report(instruction.keyword_span(), "MAINTAINER is deprecated")
            .help("use `LABEL org.opencontainers.image.authors=\"...\"`");
        if name.is_contiguous() && instruction.keyword_word.is_contiguous() && instruction.flags.is_empty() {
            let label = format!("LABEL org.opencontainers.image.authors={}", quoted(name.text(), cx.file.escape));
            let edit = Edit::replace(Span::new(instruction.keyword_span().start, name.span().end), label);
            report.fix("write the label", Effect::Content, vec![edit]);
        }
    }
}

/// The text in double quotes, so that BuildKit reads it as it stands: MAINTAINER knew neither variables nor quotes.
fn quoted(text: &str, escape: char) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        if matches!(character, '"' | '$') || character == escape {
            quoted.push(escape);
        }
        quoted.push(character);
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn what_means_something_in_a_label_is_escaped() {
        fixes!(
            "maintainer \"Jane\" $x \\o\n" =>
            "LABEL org.opencontainers.image.authors=\"\\\"Jane\\\" \\$x \\\\o\"\n"
        );
    }

    #[test]
    fn a_label_is_fine() {
        silent!("LABEL maintainer=jane\n");
    }
}
