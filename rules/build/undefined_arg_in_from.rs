//! A FROM with a variable that nobody declares.
//!
//! ## Why
//! FROM sees the ARGs before the first FROM and the platform arguments, and nothing else: no ENV, no ARG of a stage.
//! An undeclared variable is empty, and `--build-arg` cannot set it.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM alpine:3.22${VARIANT}
//! ```
//! ```dockerfile,good
//! ARG VARIANT=
//! FROM alpine:3.22${VARIANT}
//! ```
//!
//! ## Fix
//! None: whether the name is misspelt or the ARG is missing is for you to say.
//!
//! ## Sources
//! BuildKit, UndefinedArgInFrom; Dockerfile reference, "Understand how ARG and FROM interact".

use crate::ir::{Stage, closest};
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Word;
use crate::syntax::expansion::Reference;

pub const META: Meta =
    Meta { name: "build/undefined-arg-in-from", aliases: &["UndefinedArgInFrom"], ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in &cx.build.stages {
        let platform = stage.instruction.flag("platform").and_then(|flag| flag.value.as_ref());
        // A word that BuildKit refuses has an error of its own, and an ARG would not mend it.
        if stage.image.is_some() || cx.options.exactly_buildkit {
            word(cx, sink, stage, &stage.from.image);
        }
        if let Some(platform) = platform {
            word(cx, sink, stage, platform);
        }
    }
}

fn word(cx: &Context<'_>, sink: &mut Sink<'_>, stage: &Stage<'_>, word: &Word) {
    let mut reported: Vec<&str> = Vec::new();
    for reference in cx.build.references_in_from(stage, word) {
        let Reference { name, is_set, .. } = reference;
        let is_declared = *is_set || cx.build.global_args.iter().any(|arg| arg.pair.name.text() == name);
        if is_declared || reported.contains(&name.as_str()) {
            continue;
        }
        reported.push(name);
        let arguments = cx.build.global_args.iter().map(|arg| arg.pair.name.text());
        let declared = arguments.chain(cx.build.global_variables().names());
        let in_stage = cx.build.stages[..stage.index].iter().rev().flat_map(|stage| stage.scope.history(name)).next();
        let report = sink.report(
            word.locate(reference.span),
            format!("FROM uses `${name}`, which no ARG before the first FROM declares"),
        );
        match (closest(name, declared), in_stage) {
            (Some(meant), _) => report.help(format!("did you mean `${meant}`?")),
            (None, Some(variable)) => report
                .related(variable.name_span, "FROM does not see what a stage sets")
                .help(format!("put `ARG {name}=VALUE` before the first FROM")),
            (None, None) => report.help(format!("put `ARG {name}=VALUE` before the first FROM")),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn undeclared_variables_in_image_and_platform_are_reported_once_each() {
        fires!("FROM --platform=«$P» a:«${V}»-$V\n");
    }

    #[test]
    fn what_a_stage_sets_is_not_seen() {
        fires!("FROM a\nARG V=1\nFROM b:«$V»\n");
    }

    #[test]
    fn a_word_that_cannot_be_expanded_has_an_error_of_its_own() {
        silent!("FROM a:${templateOption:imageVariant}\n");
    }

    #[test]
    fn declared_and_predefined_arguments_are_fine() {
        silent!("ARG V\nFROM --platform=$BUILDPLATFORM a:$V\nFROM b:$TARGETARCH\n");
    }
}
