//! Whether a build stays the same where a stage is split off for others to start from.
//!
//! BuildKit has no stages: what a stage starts from another one does to the same chain of vertices, so that the cache keys are
//! the same whether its first steps are its own or those of the stage before it. Each plan is therefore brought into the form
//! in which no stage starts from another.

use super::difference::{Difference, differences};
use super::{Plan, PlannedStage, Source};

/// Where two plans differ, the second of which may have stages more: each stage of the first has to be there with the same
/// cache keys and configuration, in the same order, and the last has to be the last.
pub fn differences_but_for_added_stages(before: &Plan, after: &Plan) -> Vec<Difference> {
    if before.stages.len() >= after.stages.len() {
        return differences(before, after);
    }
    let (old, new) = (chained(before), chained(after));
    let (old_digests, new_digests) = (old.digests(), new.digests());
    let is_same = |old_index: usize, new_index: usize| {
        let (one, other) = (&old.stages[old_index], &new.stages[new_index]);
        (&one.base, &one.platform, &one.configuration) == (&other.base, &other.platform, &other.configuration)
            && old_digests[old_index] == new_digests[new_index]
    };
    let mut candidates = 0..new.stages.len();
    let are_there = (0..old.stages.len()).all(|index| candidates.any(|candidate| is_same(index, candidate)));
    let is_last = old.stages.len().checked_sub(1).is_some_and(|last| is_same(last, new.stages.len() - 1));
    if are_there && is_last {
        return Vec::new();
    }
    vec![Difference::Stages { before: before.stages.len(), after: after.stages.len() }]
}

/// The plan with the vertices of a stage's base stages before its own.
fn chained(plan: &Plan) -> Plan {
    let mut stages: Vec<PlannedStage> = Vec::with_capacity(plan.stages.len());
    for stage in &plan.stages {
        let mut stage = stage.clone();
        if let Source::Stage(index) = stage.base
            && let Some(base) = stages.get(index)
        {
            stage.base = base.base.clone();
            stage.platform = stage.platform.or_else(|| base.platform.clone());
            stage.vertices.splice(0..0, base.vertices.iter().cloned());
        }
        stages.push(stage);
    }
    Plan { stages }
}

#[cfg(test)]
mod tests {
    use crate::ir::Build;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    const BEFORE: &str = "FROM a AS b\nENV A=1\nRUN c\nRUN d\nFROM a\nENV A=1\nRUN c\nCOPY --from=b /e /e\nCMD f\n";
    const AFTER: &str =
        "FROM a AS base\nENV A=1\nRUN c\nFROM base AS b\nRUN d\nFROM base\nCOPY --from=b /e /e\nCMD f\n";

    fn are_same(before: &str, after: &str) -> bool {
        let plan = |text: &str| Plan::new(&Build::new(&parse(SourceFile::new("Dockerfile", text))));
        differences_but_for_added_stages(&plan(before), &plan(after)).is_empty()
    }

    #[test]
    fn a_stage_that_others_start_from_changes_no_cache_key() {
        assert!(are_same(BEFORE, AFTER));
        assert!(are_same(BEFORE, BEFORE));
    }

    #[test]
    fn whatever_else_changes_is_seen() {
        for (old, new) in [
            ("FROM a AS base", "FROM x AS base"),
            ("RUN c\n", "RUN x\n"),
            ("RUN d\n", ""),
            ("ENV A=1\n", ""),
            ("CMD f\n", "CMD x\n"),
            ("FROM base\n", "FROM a\n"),
            ("--from=b ", "--from=base "),
            ("CMD f\n", "CMD f\nFROM base\n"),
        ] {
            assert!(!are_same(BEFORE, &AFTER.replacen(old, new, 1)), "{new}");
        }
        assert!(!are_same(AFTER, BEFORE));
    }
}
