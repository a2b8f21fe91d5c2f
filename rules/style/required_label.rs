//! A label that the configuration asks for is missing, has not the form that it asks for, or is one that it does not
//! know.
//!
//! ## Why
//! Who runs many images wants to know of each where it came from, who looks after it and under which licence it stands.
//! The configuration says which labels the final image must have and what their values look like; without it, this rule
//! says nothing. Labels of the base image do not count: they describe the base image. A value that a build argument
//! gives is not judged.
//!
//! ## Example
//! Where `org.opencontainers.image.revision` is required in the form of a git hash:
//! ```dockerfile,bad
//! FROM debian:13
//! LABEL org.opencontainers.image.revision="main"
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! LABEL org.opencontainers.image.revision="1a2b3c4"
//! ```
//!
//! ## Fix
//! None: only its authors know the value.
//!
//! ## Sources
//! hadolint DL3049 to DL3056 and DL3058; Sonar S7028; RFC 3339; semver.org; SPDX License Expressions.

use crate::finding::Severity;
use crate::ir::Step;
use crate::rules::{Context, LabelFormat, Meta, Sink};
use crate::syntax::{InstructionKind, Pair};

pub const META: Meta = Meta {
    name: "style/required-label",
    severity: Severity::Info,
    aliases: &["DL3049", "DL3050", "DL3051", "DL3052", "DL3053", "DL3054", "DL3055", "DL3056", "DL3058", "S7028"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let required = &cx.options.required_labels;
    let Some(last) = cx.final_stage().filter(|_| !required.is_empty() || cx.options.strict_labels) else { return };
    let labels: Vec<(&Step<'_>, &Pair)> = cx
        .build
        .inherited_steps(last.index)
        .into_iter()
        .flat_map(|step| pairs(step).map(move |pair| (step, pair)))
        .collect();
    for (step, pair) in &labels {
        let key = step.value(&pair.name);
        match required.get(key) {
            Some(format) => check_value(step, pair, *format, sink),
            None if cx.options.strict_labels => {
                sink.report(
                    pair.name.span(),
                    format!("the label `{key}` is none of those that the configuration knows"),
                )
                .help("remove it, or name it in the configuration")
                .alias("DL3050");
            }
            None => {}
        }
    }
    for key in required.keys().filter(|key| !labels.iter().any(|(step, pair)| step.value(&pair.name) == key.as_str())) {
        sink.report(last.from.image.span(), format!("the final image has no label `{key}`"))
            .help(format!("add `LABEL {key}=...` to the last stage"))
            .aliases(&["DL3049", "S7028"]);
    }
}

fn pairs<'s>(step: &'s Step<'_>) -> impl Iterator<Item = &'s Pair> {
    let labels = match &step.instruction.kind {
        InstructionKind::Label(labels) => labels.pairs.as_slice(),
        _ => &[],
    };
    labels.iter()
}

fn check_value(step: &Step<'_>, pair: &Pair, format: LabelFormat, sink: &mut Sink<'_>) {
    let key = step.value(&pair.name);
    let Some(value) = pair.value.as_ref().map_or(Some(""), |word| step.certain_value(word)) else { return };
    let span = pair.value.as_ref().map_or(pair.name.span(), |value| value.span());
    if value.is_empty() {
        sink.report(pair.name.span(), format!("the label `{key}` is empty")).help("give it a value").alias("DL3051");
    } else if !format.accepts(value) {
        let (what, code) = match format {
            LabelFormat::Text => return,
            LabelFormat::Url => ("an `http` or `https` URL", "DL3052"),
            LabelFormat::Rfc3339 => ("a date and time of RFC 3339, such as `2026-11-23T12:00:00Z`", "DL3053"),
            LabelFormat::Spdx => ("an SPDX licence expression, such as `MIT OR Apache-2.0`", "DL3054"),
            LabelFormat::GitHash => ("a git commit of 7 to 64 hexadecimal digits", "DL3055"),
            LabelFormat::SemVer => ("a version of Semantic Versioning, such as `1.2.3`", "DL3056"),
            LabelFormat::Email => ("an email address", "DL3058"),
        };
        sink.report(span, format!("the label `{key}` is not {what}: `{value}`"))
            .help(format!("write {what}"))
            .alias(code);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Options;
    use crate::rules::harness::*;

    #[test]
    fn a_missing_label_is_reported_at_the_last_stage() {
        fires!(
            "FROM debian:13 AS a\nLABEL org.opencontainers.image.revision=1a2b3c4\nFROM «alpine:3»\nCOPY --from=a /a /\n"
        );
    }

    #[test]
    fn base_stages_hand_their_labels_on() {
        silent!("FROM debian:13 AS a\nLABEL org.opencontainers.image.revision=1a2b3c4\nFROM a\n");
    }

    #[test]
    fn empty_values_are_reported_and_values_of_arguments_are_not_judged() {
        fires!("LABEL «org.opencontainers.image.revision»=\"\"\n");
        silent!("ARG SHA=main\nLABEL org.opencontainers.image.revision=$SHA\n");
    }

    #[test]
    fn nothing_is_asked_for_without_configuration_and_all_is_judged_with_strict_labels() {
        let lint = |options: &Options| {
            let file = crate::syntax::parse(crate::source::SourceFile::new("", "FROM debian:13\nLABEL a=1\n"));
            let rule = crate::rules::Rule { meta: &META, check, source: "" };
            crate::lint(&file, [&rule], options, None).len()
        };
        assert_eq!(lint(&Options::new(today())), 0);
        assert_eq!(lint(&Options { strict_labels: true, ..Options::new(today()) }), 1);
    }
}
