//! hadolint's own conditions, for those who replace its binary by dfx.
//!
//! Where dfx judges otherwise on purpose (whole stages, other shells, what a command really does), its rules are no
//! substitute for a gate that was tuned to hadolint. This module says what hadolint 2.15.1 says, line by line, as its
//! behaviour shows; codes that are not in [`CODES`] come from dfx's rules, which agree with it.

mod codes;
mod command;
mod pass;
mod runs;
mod stage;

use crate::source::Span;
use crate::syntax::{Dockerfile, Instruction, InstructionKind};

use pass::Pass;

pub use codes::{CODES, Code, LEVELS_OF_RULES, LEVELS_OF_SHELLCHECK, Level};

/// Something that hadolint reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The instruction's keyword.
    pub span: Span,
    /// `DL3006`
    pub code: &'static str,
}

/// What hadolint reports of a file, by place: the codes of [`CODES`].
pub fn findings(file: &Dockerfile) -> Vec<Found> {
    let instructions: Vec<&Instruction> = file.instructions().collect();
    let mut pass = Pass::new(file, false);
    instructions.iter().for_each(|instruction| pass.instruction(instruction));
    let mut found = pass.end();
    // What ONBUILD keeps for later is gone through once more, as if it were a file of its own.
    let mut onbuild = Pass::new(file, true);
    let triggers = instructions.iter().filter_map(|instruction| match &instruction.kind {
        InstructionKind::Onbuild(trigger) => Some(&**trigger),
        _ => None,
    });
    triggers.for_each(|trigger| onbuild.instruction(trigger));
    found.extend(onbuild.end());
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    fn codes(text: &str) -> Vec<String> {
        let file = parse(SourceFile::new("Dockerfile", text));
        let found = findings(&file).into_iter().filter(|found| found.code != "DL3057");
        found.map(|found| format!("{}:{}", file.source.line_at(found.span.start), found.code)).collect()
    }

    /// As the binary of hadolint 2.15.1 answers.
    #[test]
    fn the_conditions_are_those_of_hadolint() {
        for (text, expected) in [
            (
                "FROM debian\nFROM debian:latest\nFROM debian:1 AS a\nFROM a\nFROM scratch\nFROM $X\n",
                &["1:DL3006", "2:DL3007"][..],
            ),
            ("FROM ${R:-r}/x:${V:-1}\nFROM r.io:5000/x\n", &["2:DL3006"]),
            ("FROM --platform=linux/amd64 a:1\nFROM --platform=$TARGETPLATFORM a:1\n", &["1:DL3029", "2:DL3065"]),
            ("FROM a:1\nRUN apt-get update && apt-get install x\n", &["2:DL3008", "2:DL3009", "2:DL3014", "2:DL3015"]),
            (
                "FROM a:1\nRUN apt-get update && apt-get install -q x=1 --no-install-recommends && rm -rf /y\n",
                &["2:DL3014"],
            ),
            (
                "FROM a:1\nRUN [\"cd\", \"/x\"]\nRUN sudo a\nENV A=1\nRUN apt x\n",
                &["2:DL3003", "3:DL3004", "3:DL3059", "5:DL3027"],
            ),
            ("FROM a:1\nRUN a | b\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN a | b\n", &["2:DL4006"]),
            ("FROM a:1\nUSER root\nFROM a:1\nUSER root\nUSER 1\n", &["2:DL3002", "2:DL3066", "4:DL3066"]),
            (
                "FROM a:1 AS b\nWORKDIR /x\nFROM b\nCOPY a b\nFROM c:1\nCOPY a b\nWORKDIR xy\n",
                &["6:DL3045", "7:DL3000"],
            ),
            ("FROM a:1\nCMD x\nCMD [\"y\"]\nHEALTHCHECK CMD z\n", &["2:DL3025", "3:DL4003", "4:DL3025"]),
            ("FROM a:1\nCOPY x.tgz /\nRUN tar -xf x.tgz\n", &["2:DL3010"]),
            ("FROM a:1\nRUN curl x\nRUN wget -q y\n", &["3:DL3059", "3:DL4001"]),
            ("FROM a:1\nENV A=1 B=$A\nENV A=2 C=${A}\n", &["2:DL3044"]),
            ("FROM a:1\nARG API_KEY\nENV A=1 DB_PASSWORD=\n", &["2:DL3064", "3:DL3064"]),
            ("FROM a:1\nONBUILD RUN cd /x && apt-get install y\n", &["2:DL3008", "2:DL3014", "2:DL3015"]),
            (
                "FROM a:1\nRUN pip install x && yum install y-1 && npm install z\n",
                &["2:DL3013", "2:DL3016", "2:DL3030", "2:DL3032", "2:DL3042"],
            ),
            ("FROM a:1\nADD x https://y/z a.tar /d/\nCOPY a b /c\n", &["2:DL3020", "3:DL3021"]),
        ] {
            assert_eq!(codes(text), expected, "{text}");
        }
    }

    #[test]
    fn healthchecks_reach_the_stages_they_are_made_from() {
        let file = parse(SourceFile::new("Dockerfile", "FROM x:1 AS a\nFROM a\nHEALTHCHECK NONE\nFROM y:1\n"));
        let bad: Vec<usize> = findings(&file)
            .into_iter()
            .filter(|found| found.code == "DL3057")
            .map(|found| file.source.line_at(found.span.start))
            .collect();
        assert_eq!(bad, [4]);
    }
}
