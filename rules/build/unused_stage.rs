//! A stage without a name that no other stage uses.
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
//! FROM golang:1.25
//! RUN go build -o /app .
//!
//! FROM debian:13
//! COPY --from=0 /app /usr/local/bin/
//! ```
//!
//! ## Fix
//! None: the stage may be what is missing elsewhere. A stage with a name is left alone, because `--target` may build it.
//!
//! ## Sources
//! Docker, "Multi-stage builds": BuildKit skips unused stages.

use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "build/unused-stage", ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let stages = &cx.build.stages;
    let is_needed = |index: usize| stages.iter().any(|stage| stage.needs.contains(&index));
    // Where a reference cannot be followed, it may lead to any stage.
    let has_unknown = stages
        .iter()
        .flat_map(|stage| &stage.steps)
        .flat_map(|step| &step.sources)
        .any(|source| matches!(source.source, crate::ir::Base::Unknown));
    let Some((_, earlier)) = stages.split_last().filter(|_| !has_unknown) else { return };
    for stage in earlier {
        if stage.from.name.is_none() && !is_needed(stage.index) {
            sink.report(stage.instruction.keyword_span(), format!("nothing uses this stage, number {}", stage.index))
                .help("name it and copy from it, or take it out");
        }
    }
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
}
