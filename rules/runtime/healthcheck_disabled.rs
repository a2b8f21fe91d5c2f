//! A HEALTHCHECK that is turned off.
//!
//! ## Why
//! `HEALTHCHECK NONE` takes away the check that the base image brings: Docker, Compose and Swarm then know only whether
//! the process runs. That is right where an orchestrator has probes of its own, and a loss elsewhere.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM example.com/service:1
//! HEALTHCHECK NONE
//! ```
//! ```dockerfile,good
//! FROM example.com/service:1
//! ```
//!
//! ## Fix
//! None: why it is off is not in the file.
//!
//! ## Sources
//! Dockerfile reference, HEALTHCHECK: "disable any healthcheck inherited from the base image".

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{Healthcheck, InstructionKind, Keyword};

pub const META: Meta = Meta { name: "runtime/healthcheck-disabled", severity: Severity::Info, ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(stage) = cx.final_stage() else { return };
    let Some(step) = cx.build.last_step_of(stage.index, Keyword::Healthcheck) else { return };
    if let InstructionKind::Healthcheck(Healthcheck::None) = &step.instruction.kind {
        sink.report(step.instruction.arguments.span(), "the health check of the base image is turned off")
            .help("leave this out, or write a check of your own");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_last_word_counts() {
        fires!("HEALTHCHECK «NONE»\n");
        silent!("HEALTHCHECK NONE\nHEALTHCHECK CMD a\n");
    }
}
