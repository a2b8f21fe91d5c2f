//! A setting for apt that stays in the image.
//!
//! ## Why
//! `ENV DEBIAN_FRONTEND=noninteractive` answers the questions of apt during the build, and stays for everyone who uses
//! the image: in a shell in the container, and in images built on it, packages then never ask. An ARG, or the variable
//! before the command, ends with the build.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! ENV DEBIAN_FRONTEND=noninteractive
//! RUN apt-get update && apt-get install -y tzdata
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! ARG DEBIAN_FRONTEND=noninteractive
//! RUN apt-get update && apt-get install -y tzdata
//! ```
//!
//! ## Fix
//! Writes ARG instead of ENV, where the instruction sets nothing else and no later stage builds on this one. The image's
//! environment loses the variable: *runtime*.
//!
//! ## Sources
//! Docker documentation, FAQ on DEBIAN_FRONTEND: "this is discouraged".

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::InstructionKind;

pub const META: Meta = Meta {
    name: "shell/noninteractive-in-env",
    severity: Severity::Info,
    effect: Some(Effect::Runtime),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(last) = cx.final_stage() else { return };
    // A later ENV that takes it back, or gives it another value, has the last word.
    let variable = cx.build.visible_at_end(last).variable("DEBIAN_FRONTEND");
    for step in cx.build.steps().filter(|step| cx.shapes_final_image(step)) {
        let InstructionKind::Env(pairs) = &step.instruction.kind else { continue };
        for pair in pairs.pairs.iter().filter(|pair| pair.name.text() == "DEBIAN_FRONTEND") {
            let is_last = variable.is_some_and(|variable| variable.name_span == pair.name.span());
            let value = pair.value.as_ref().map_or("", |word| step.value(word));
            if !is_last || !value.eq_ignore_ascii_case("noninteractive") {
                continue;
            }
            let report = sink
                .report(pair.name.span(), "`DEBIAN_FRONTEND` stays in the image and silences apt for its users")
                .help("write ARG instead of ENV, or put the variable before the command");
            let has_more = pairs.pairs.len() > 1 || pairs.legacy || step.stage != last.index;
            if !has_more {
                let edit = Edit::replace(step.instruction.keyword_span(), "ARG");
                report.fix("write ARG instead of ENV", Effect::Runtime, vec![edit]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn among_other_variables_it_is_reported_and_left() {
        fires!("ENV A=b «DEBIAN_FRONTEND»=noninteractive\n");
    }

    #[test]
    fn what_is_taken_back_does_not_stay() {
        silent!("ENV DEBIAN_FRONTEND=noninteractive\nRUN a\nENV DEBIAN_FRONTEND=dialog\n");
    }

    #[test]
    fn build_stages_may_set_what_they_like() {
        silent!("FROM debian AS a\nENV DEBIAN_FRONTEND=noninteractive\nFROM debian\nCOPY --from=a /x /x\n");
    }
}
