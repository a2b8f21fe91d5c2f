//! A CMD, ENTRYPOINT or HEALTHCHECK that a later one replaces.
//!
//! ## Why
//! An image has one CMD, one ENTRYPOINT and one HEALTHCHECK: the last of each in its stage. The earlier one has no
//! effect, which its author may not know.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24
//! CMD ["npm", "start"]
//! CMD ["node", "server.js"]
//! ```
//! ```dockerfile,good
//! FROM node:24
//! CMD ["node", "server.js"]
//! ```
//!
//! ## Fix
//! Takes the earlier one out. Files and configuration stay as they are, the image's history loses a line:
//! *equivalent*. Holds back where a comment stands inside the instruction.
//!
//! ## Sources
//! BuildKit, MultipleInstructionsDisallowed; hadolint DL4003 (CMD), DL4004 (ENTRYPOINT), DL3012 (HEALTHCHECK); Trivy
//! DS-0007, DS-0016, DS-0023; Semgrep `multiple-entrypoint-instructions`.

use crate::edit::{Edit, Effect};
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{Instruction, Keyword};

pub const META: Meta = Meta {
    name: "runtime/repeated-instruction",
    effect: Some(Effect::Equivalent),
    aliases: &[
        "MultipleInstructionsDisallowed",
        "DL4003",
        "DL4004",
        "DL3012",
        "DS-0007",
        "DS-0016",
        "DS-0023",
        "multiple-entrypoint-instructions",
        "KICS-41c195f4",
        "KICS-6938958b",
        "S6589",
    ],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in &cx.build.stages {
        for keyword in [Keyword::Cmd, Keyword::Entrypoint, Keyword::Healthcheck] {
            let mut steps = stage.steps.iter().filter(|step| step.instruction.keyword == Some(keyword));
            let Some(mut earlier) = steps.next() else { continue };
            for later in steps {
                replaced(cx, sink, keyword, earlier.instruction, later.instruction);
                earlier = later;
            }
        }
    }
}

fn replaced(cx: &Context<'_>, sink: &mut Sink<'_>, keyword: Keyword, earlier: &Instruction, later: &Instruction) {
    let codes: &[&str] = match keyword {
        Keyword::Cmd => &["DL4003", "DS-0016", "KICS-41c195f4", "S6589"],
        Keyword::Entrypoint => &["DL4004", "DS-0007", "KICS-6938958b", "multiple-entrypoint-instructions", "S6589"],
        _ => &["DL3012", "DS-0023"],
    };
    let line = cx.source().line_at(later.span.start);
    let mut report = sink
        .report(earlier.keyword_span(), format!("this {keyword} has no effect: the one in line {line} replaces it"))
        .related(later.keyword_span(), "the one that counts")
        .help("take it out")
        .alias("MultipleInstructionsDisallowed");
    for code in codes {
        report = report.alias(code);
    }
    if let Some(lines) = cx.whole_lines(earlier) {
        report.fix(format!("take the earlier {keyword} out"), Effect::Equivalent, vec![Edit::delete(lines)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn all_but_the_last_are_reported() {
        fires!("«CMD» a\n«cmd» b\n«HEALTHCHECK» NONE\nCMD c\nHEALTHCHECK CMD d\n");
    }

    #[test]
    fn all_lines_of_the_instruction_go() {
        fixes!("ENTRYPOINT a \\\n  b\nENTRYPOINT [\"c\"]\n" => "ENTRYPOINT [\"c\"]\n");
    }

    #[test]
    fn a_comment_inside_is_not_taken_out() {
        let found = findings(&META, check, "FROM a\nCMD b \\\n# why\n c\nCMD d\n");
        assert!(found[0].fix.is_none());
    }

    #[test]
    fn each_stage_has_its_own() {
        silent!("FROM a AS b\nCMD c\nENTRYPOINT d\nFROM b\nCMD e\nRUN f\nRUN g\n");
    }
}
