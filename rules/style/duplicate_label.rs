//! A label that a later one of the same stage overwrites.
//!
//! ## Why
//! An image has one value for each key: the last. The earlier line is dead, and who changes it, changes nothing.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! LABEL version="1.0"
//! LABEL version="1.1"
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! LABEL version="1.1"
//! ```
//!
//! ## Fix
//! None: which of the two was meant, only its authors know.
//!
//! ## Sources
//! Docker's reference, LABEL: "the most-recently-applied value overrides any previously-set value".

use std::collections::HashMap;

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::InstructionKind;

pub const META: Meta = Meta { name: "style/duplicate-label", severity: Severity::Info, ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in &cx.build.stages {
        let mut earlier: HashMap<&str, Span> = HashMap::new();
        for step in &stage.steps {
            let InstructionKind::Label(labels) = &step.instruction.kind else { continue };
            for pair in &labels.pairs {
                let Some(key) = step.certain_value(&pair.name) else { continue };
                if let Some(overwritten) = earlier.insert(key, pair.name.span()) {
                    sink.report(overwritten, format!("the label `{key}` is overwritten in the same stage"))
                        .related(pair.name.span(), "this one is kept")
                        .help("remove one of the two");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_earlier_one_is_reported_also_within_one_instruction() {
        fires!("LABEL «a»=1 b=2 a=3\n");
    }

    #[test]
    fn stages_have_labels_of_their_own() {
        silent!("FROM debian:13 AS a\nLABEL a=1\nFROM a\nLABEL a=2\n");
    }
}
