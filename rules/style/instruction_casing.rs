//! An instruction in another case than the rest of the file.
//!
//! ## Why
//! BuildKit reads `run`, `Run` and `RUN` alike. In one file they should look alike, so that instructions are told
//! from arguments at a glance. Most files, and Docker's documentation, use upper case.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! run apt-get update
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN apt-get update
//! ```
//!
//! ## Fix
//! Writes the keyword in the case of the majority. The image is *identical*.
//!
//! ## Sources
//! BuildKit, ConsistentInstructionCasing: the majority counts the instructions from the first FROM on.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Instruction;

pub const META: Meta = Meta {
    name: "style/instruction-casing",
    severity: Severity::Style,
    effect: Some(Effect::Identical),
    aliases: &["ConsistentInstructionCasing", "S6476"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let instructions: Vec<&Instruction> = cx
        .build
        .stages
        .iter()
        .flat_map(|stage| std::iter::once(stage.instruction).chain(stage.steps.iter().map(|step| step.instruction)))
        .filter(|instruction| instruction.keyword.is_some())
        .collect();
    let is = |instruction: &&&Instruction, lower: bool| {
        let word = instruction.keyword_word.text();
        word.bytes().all(|byte| byte.is_ascii_lowercase() == lower)
    };
    let lower = instructions.iter().filter(|instruction| is(instruction, true)).count();
    let upper = instructions.iter().filter(|instruction| is(instruction, false)).count();
    let wants_lower = lower > upper;
    for instruction in instructions.iter().filter(|instruction| !is(instruction, wants_lower)) {
        let word = instruction.keyword_word.text();
        let (wanted, case) = match wants_lower {
            true => (word.to_ascii_lowercase(), "lower"),
            false => (word.to_ascii_uppercase(), "upper"),
        };
        let report = sink
            .report(instruction.keyword_span(), format!("`{word}` is not in {case} case like the rest of the file"))
            .help(format!("write `{wanted}`"));
        if instruction.keyword_word.is_contiguous() {
            let edit = Edit::replace(instruction.keyword_span(), &wanted);
            report.fix(format!("write `{wanted}`"), Effect::Identical, vec![edit]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_majority_decides() {
        fixes!("from a\nrun b\nCMD c\nCmd d\n" => "from a\nrun b\ncmd c\ncmd d\n");
    }

    #[test]
    fn upper_case_wins_a_draw() {
        fixes!("FROM a\nrun b\n" => "FROM a\nRUN b\n");
    }

    #[test]
    fn args_before_from_and_instructions_in_onbuild_are_not_looked_at() {
        silent!("arg a\nFROM b\nONBUILD run c\n");
    }
}
