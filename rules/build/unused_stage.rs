//! A stage that no other stage uses.
//!
//! ## Why
//! BuildKit builds the last stage and what it needs. A stage that nothing needs is skipped, and without a name not even
//! `--target` can ask for it. Mostly a `COPY --from` is missing, or a FROM was meant to take the place of another.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM golang:1.25
//! RUN go build -o /app .
//!
//! FROM debian:13
//! COPY app /usr/local/bin/
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! COPY app /usr/local/bin/
//! ```
//!
//! A stage with a name is most often meant for `--target`, and left alone. The strict profile, or the rule selected by name, tells
//! of it where the build context is known and no file of it builds the stage: no file of Compose and Bake, no pipeline of GitHub, GitLab,
//! Jenkins and their like, no Makefile, no script.
//!
//! ## Fix
//! A suggestion, *identical*: takes the stage out, and names stages behind it by their new numbers. The last stage is built from the
//! same steps as before. Whether the stage is what is missing elsewhere, or somebody builds it with `--target`, only you can
//! know. A global ARG that it alone refers to stays, so that a build that sets it goes on without a warning.
//!
//! Holds back where a comment stands in the stage or above it, and where an ONBUILD takes files from a stage.
//!
//! ## Sources
//! Docker, "Multi-stage builds": BuildKit skips unused stages. BuildKit, `resolveTarget` in `dockerfile2llb`: `--target` is looked
//! up among the names.

use crate::context::BuildContext;
use crate::edit::Effect;
use crate::finding::Weight;
use crate::ir::Stage;
use crate::rewrite::{StageRemover, StageStays, unused_stages};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "build/unused-stage", effect: Some(Effect::Identical), ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let remover = StageRemover::new(cx.build, cx.build_context);
    for stage in unused_stages(cx.build) {
        let removal = remover.removal(stage);
        let (message, help, weight) = match stage.from.name.as_ref().map(|name| name.word.text()) {
            None => (
                format!("nothing uses this stage, number {}", stage.index),
                "name it and copy from it, or take it out",
                Weight::Ordinary,
            ),
            Some(_) if !is_for_nobody(cx.build_context, &removal) => continue,
            Some(name) => (format!("no other stage uses `{name}`"), "take it out", Weight::Minor),
        };
        let report = sink.report(stage.instruction.keyword_span(), message).help(help).weight(weight);
        match removal {
            Ok(edits) => {
                let report = notes(cx, stage).into_iter().fold(report, |report, note| report.note(note));
                report.suggest("take the stage out", Effect::Identical, edits).removes_stage();
            }
            Err(reason) => {
                report.no_fix(reason);
            }
        }
    }
}

/// Whether all files are known that could build a stage by its name, and none does.
fn is_for_nobody<T>(context: Option<&BuildContext>, removal: &Result<T, StageStays>) -> bool {
    context.is_some_and(|context| !context.is_truncated()) && !matches!(removal, Err(StageStays::BuiltBy(_)))
}

/// What is to be known of a stage that goes.
fn notes(cx: &Context<'_>, stage: &Stage<'_>) -> Vec<String> {
    let name = stage.from.name.as_ref().map(|name| name.word.text());
    let of_name = name.map(|name| format!("Right only if nobody builds it with `--target {name}`."));
    let texts = |stage: &Stage<'_>| {
        let steps = stage.steps.iter().map(|step| step.instruction);
        steps.chain([stage.instruction]).map(|it| cx.text(it.span)).collect::<Vec<_>>().concat()
    };
    let others: Vec<String> = cx.build.stages.iter().filter(|it| it.index != stage.index).map(texts).collect();
    let own = texts(stage);
    let alone = cx
        .build
        .global_args
        .iter()
        .map(|arg| arg.pair.name.text())
        .filter(|name| own.contains(name) && !others.iter().any(|text| text.contains(name)));
    let of_arguments = alone.map(|name| format!("`ARG {name}` above the first FROM is used by no other stage."));
    of_name.into_iter().chain(of_arguments).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_stage_that_nothing_can_reach_is_reported() {
        fires!("«FROM» a\nFROM b AS c\n«FROM» c\nFROM d\n");
    }

    #[test]
    fn named_stages_are_for_target_and_numbers_are_references() {
        silent!("FROM a AS debug\nFROM b\nFROM c\nCOPY --from=1 d e\n");
    }

    #[test]
    fn a_named_stage_is_reported_where_no_file_of_the_context_builds_it() {
        let file = |context: &str| format!("{context}FROM a AS lint\nRUN b\n\nFROM c\nRUN d\n");
        let marked = |context: &str| file(context).replacen("FROM a", "«FROM» a", 1);
        fires!(&marked("# context: a.go\n"));
        fires!(&marked("# context: Makefile\n# text of Makefile: \tdocker build --target other .\n\n"));
        for text in [
            "Makefile: \tdocker build --target lint .",
            "Makefile: \tdocker build --target $@ .",
            "compose.yaml: {services: {a: {build: {context: ., target: Lint}}}}",
            "Makefile: \t$(CONTAINER_TOOL) build --target lint .",
            ".devcontainer.json: {\"build\": {\"dockerfile\": \"Dockerfile\", \"target\": \"lint\"}}",
            ".github/workflows/a.yml: with: {context: ., target: \"${{ matrix.target }}\"}",
            "docker-bake.hcl: target \"a\" { target = \"lint\" }",
            "ci/build.sh: docker build --target=\"$1\" .",
        ] {
            let (path, _) = text.split_once(": ").unwrap();
            silent!(&file(&format!("# context: {path}\n# text of {text}\n\n")));
        }
    }

    #[test]
    fn a_build_argument_may_choose_a_named_stage() {
        silent!("# context: a\nARG T=amd64\nFROM a AS build-amd64\nFROM b AS build-arm64\nFROM build-$T\n");
        fires!("# context: a\nARG T=13\n«FROM» a AS b\nFROM debian:${T:-12}\n");
    }

    #[test]
    fn the_stage_goes_and_numbers_count_anew() {
        fixes!(
            "FROM a AS x\nRUN y\n\nFROM b\nRUN c \\\n  d\n\nFROM e\nRUN --mount=from=0,target=/z f\nFROM g\nCOPY --from=2 h h\nCOPY --from=x i i\n"
            => "FROM a AS x\nRUN y\n\nFROM e\nRUN --mount=from=0,target=/z f\nFROM g\nCOPY --from=1 h h\nCOPY --from=x i i\n"
        );
        fixes!("# syntax=docker/dockerfile:1\nFROM b\nRUN <<E\n# c\nE\n\n\nFROM e\n" => "# syntax=docker/dockerfile:1\nFROM e\n");
        fixes!("FROM b\nRUN c\n# of the last\nFROM e\n" => "# of the last\nFROM e\n");
    }

    #[test]
    fn a_stage_that_only_an_unused_one_needs_goes_with_it() {
        fixes!("FROM a\nFROM b\nCOPY --from=0 c c\nFROM d\nRUN e\n" => "FROM d\nRUN e\n");
    }

    #[test]
    fn comments_and_instructions_for_the_next_build_keep_it() {
        for text in [
            "FROM d\n\n# why\nFROM a\nFROM b\n",
            "FROM d\nRUN \\\n# why\n  b\nFROM b\n",
            "FROM d\nFROM b\nONBUILD COPY --from=1 a a\n",
        ] {
            assert!(findings(&META, check, text).iter().any(|it| it.fix.is_none() && it.notes.len() == 1), "{text}");
        }
    }

    #[test]
    fn what_only_the_stage_refers_to_is_told() {
        let found = findings(&META, check, "ARG A=1\nARG B=1\nFROM a:$A\nFROM b:$B\n");
        assert_eq!(found[0].notes, ["`ARG A` above the first FROM is used by no other stage."]);
    }
}
