//! A variable that nothing sets.
//!
//! ## Why
//! BuildKit puts nothing in the place of a variable that is not set, without a word: `COPY app $DESTDIR/` copies to
//! `/`. An ARG before the first FROM is for FROM lines alone, and ends with the stage otherwise; so a name that looks
//! set often is not.
//!
//! ## Example
//! ```dockerfile,bad
//! ARG PREFIX=/opt
//! FROM debian:13
//! COPY app $PREFIX/bin/
//! ```
//! ```dockerfile,good
//! ARG PREFIX=/opt
//! FROM debian:13
//! ARG PREFIX
//! COPY app $PREFIX/bin/
//! ```
//!
//! ## Fix
//! None: the ARG may have to stand in another stage, and the name may be misspelt. dfx holds back where the base image
//! may set the variable, where the reference has a default (`${x:-y}`), and where a variable is extended by itself
//! (`ENV LD_LIBRARY_PATH=/lib:$LD_LIBRARY_PATH`); with `--profile buildkit` it reports all that BuildKit does.
//!
//! ## Sources
//! BuildKit, UndefinedVar; Dockerfile reference, "Scope" of ARG.

use crate::ir::{Base, ExpandedWord, PredefinedArg, Stage, Step, UndefinedReference, closest};
use crate::knowledge::base_environment;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::InstructionKind;
use crate::syntax::expansion::Modifier;

pub const META: Meta =
    Meta { name: "build/undefined-variable", aliases: &["UndefinedVar", "S6579"], ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps() {
        for word in &step.expanded {
            for reference in &word.undefined {
                if cx.options.exactly_buildkit || is_surely_a_fault(cx, step, word, reference) {
                    report(cx, sink, step, reference);
                }
            }
        }
    }
}

fn report(cx: &Context<'_>, sink: &mut Sink<'_>, step: &Step<'_>, reference: &UndefinedReference) {
    let name = &reference.name;
    let report = sink.report(reference.span, format!("nothing sets `${name}` here, so it is empty"));
    if let Some(global) = global_arg(cx, name) {
        report
            .related(global, "an ARG before FROM is out of scope here")
            .help(format!("repeat `ARG {name}` in this stage"));
        return;
    }
    if PredefinedArg::named(name).is_some() {
        report.help(format!("put `ARG {name}` before this line"));
        return;
    }
    let elsewhere = cx.build.stages.iter().flat_map(|stage| stage.scope.history(name)).next();
    match closest(name, cx.build.visible(step).names()) {
        Some(meant) => report.help(format!("did you mean `${meant}`?")),
        None => match elsewhere {
            Some(variable) => report
                .related(variable.name_span, "it is set only here")
                .help(format!("set `{name}` in this stage, before this line")),
            None => report.help(format!("set `{name}` with ARG or ENV before this line")),
        },
    };
}

fn global_arg(cx: &Context<'_>, name: &str) -> Option<crate::source::Span> {
    let arg = cx.build.global_args.iter().rev().find(|arg| arg.pair.name.text() == name)?;
    Some(arg.pair.name.span())
}

/// Whether the variable is empty for sure, and not on purpose.
fn is_surely_a_fault(cx: &Context<'_>, step: &Step<'_>, word: &ExpandedWord, reference: &UndefinedReference) -> bool {
    let name = reference.name.as_str();
    let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    if name.is_empty() || !name.chars().all(is_name) || name.bytes().all(|byte| byte.is_ascii_digit()) {
        return false; // `$$`, `$1`: text for something else.
    }
    // A word that cannot be expanded is an error of its own.
    if word.result.is_err()
        || !cx.build.stage_of(step).is_reachable
        || has_default(word, name)
        || extends_itself(step, word, name)
    {
        return false;
    }
    match base_of(cx, step) {
        Some(Base::Scratch) => true,
        Some(Base::Image(image)) => match base_environment::sets(&image.familiar_name(), name) {
            // The tables know each tag that an official image has had, of a vendor's only the present ones.
            Some(is_set) if image.is_official_namespace() => !is_set,
            Some(true) => false,
            // An image of somebody's own may set anything, but hardly what this file declares for its FROM lines.
            _ => global_arg(cx, name).is_some() || PredefinedArg::named(name) == Some(PredefinedArg::Platform),
        },
        _ => false,
    }
}

fn has_default(word: &ExpandedWord, name: &str) -> bool {
    let references = word.result.as_ref().map_or_else(|error| &error.references, |expansion| &expansion.references);
    references.iter().filter(|reference| reference.name == name).all(|reference| {
        matches!(reference.modifier, Some(Modifier::Default | Modifier::Alternative | Modifier::Required))
    })
}

/// `ENV x=a:$x`, which takes along what the base image may have set.
fn extends_itself(step: &Step<'_>, word: &ExpandedWord, name: &str) -> bool {
    let (InstructionKind::Env(pairs) | InstructionKind::Arg(pairs)) = &step.instruction.kind else { return false };
    pairs.pairs.iter().any(|pair| {
        pair.name.text() == name && pair.value.as_ref().is_some_and(|value| value.span() == word.word.span())
    })
}

fn base_of<'a>(cx: &Context<'a>, step: &Step<'_>) -> Option<&'a Base> {
    cx.build.root(step.stage).map(|root: &Stage<'_>| &root.base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn every_reference_to_a_variable_that_nothing_sets_is_reported() {
        fires!("FROM scratch\nENV A=«$B» C=\"«${D}»/x\"\nCOPY e «$F»\nWORKDIR «$HOME»/g\n");
    }

    #[test]
    fn an_arg_before_from_is_out_of_scope() {
        let found = findings(&META, check, "ARG V=1\nFROM private.example.org/a\nLABEL v=$V\n");
        assert_eq!(found[0].help.as_deref(), Some("repeat `ARG V` in this stage"));
    }

    #[test]
    fn a_misspelt_name_is_set_right() {
        let found = findings(&META, check, "FROM scratch\nENV VERSION=1\nLABEL v=$VERSOIN\n");
        assert_eq!(found[0].help.as_deref(), Some("did you mean `$VERSION`?"));
    }

    #[test]
    fn what_the_base_image_may_set_is_left_alone() {
        silent!("FROM private.example.org/java\nENV PATH=$JAVA_HOME/bin:$PATH\n");
        silent!("FROM eclipse-temurin:21\nENV PATH=$JAVA_HOME/bin:$PATH\n");
        silent!("FROM golang:1.25 AS a\nFROM a\nENV PATH=$GOPATH/bin:$PATH\n");
    }

    #[test]
    fn defaults_and_self_extension_are_on_purpose() {
        silent!("FROM debian\nENV A=${B:-c} D=${E:+f} LD_LIBRARY_PATH=/g:$LD_LIBRARY_PATH\n");
    }

    #[test]
    fn declared_arguments_are_set_as_far_as_anybody_knows() {
        silent!("FROM scratch\nARG V\nLABEL v=$V\n");
    }

    #[test]
    fn a_run_is_left_to_its_shell() {
        silent!("FROM scratch\nRUN echo $A\nCMD echo $B\n");
    }
}
