//! Which steps run again with another one.

use crate::syntax::Keyword;

use super::{Base, Build, Stage, Step};

impl<'f> Build<'f> {
    /// The steps that run again if `step` changes, in the order of the file: those behind it in its stage, and in the stages
    /// that are built on it or take files from it, as far as the last stage needs them. Of a setting, such as ARG, a RUN
    /// is the first that sees it.
    ///
    /// Each stage is taken to give other files when one of its steps runs again.
    pub fn runs_again_with(&self, step: &Step<'_>) -> Vec<&Step<'f>> {
        let mut again: Vec<&Step<'f>> = Vec::new();
        let mut changed = vec![false; self.stages.len()];
        for stage in self.stages.iter().filter(|stage| stage.is_reachable && stage.index >= step.stage) {
            let is_changed = |from: &Base| from.stage().is_some_and(|from| changed.get(from) == Some(&true));
            let mut behind = is_changed(&stage.base);
            for other in stage.steps.iter().filter(|other| other.is_run_by_builder()) {
                let is_first = is_hit_by(stage, other, step);
                let reads_changed = other.sources.iter().any(|it| is_changed(&it.source));
                if reads_changed || is_first || (behind && !other.is_linked()) {
                    again.push(other);
                    behind = true;
                }
                behind |= is_same(other, step);
            }
            changed[stage.index] = behind;
        }
        again
    }
}

/// Whether a step sees what another one sets.
fn is_hit_by(stage: &Stage<'_>, step: &Step<'_>, setting: &Step<'_>) -> bool {
    let is_behind = stage.index == setting.stage && step.index > setting.index;
    is_behind && !setting.is_run_by_builder() && step.instruction.keyword == Some(Keyword::Run)
}

fn is_same(one: &Step<'_>, other: &Step<'_>) -> bool {
    (one.stage, one.index) == (other.stage, other.index)
}

#[cfg(test)]
mod tests {
    use crate::ir::Build;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    /// The lines of the steps that run again with the instruction on a line.
    fn lines(text: &str, line: usize) -> Vec<usize> {
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        let step = build.steps().find(|step| step.instruction.first_line == line).unwrap();
        build.runs_again_with(step).iter().map(|step| step.instruction.first_line).collect()
    }

    #[test]
    fn a_step_takes_along_what_stands_behind_it_and_what_reads_it() {
        let text = "FROM a AS b\nCOPY x .\nRUN c\nLABEL d=e\nRUN f\nFROM a AS unused\nCOPY --from=b / /\nFROM a AS c\nRUN g\n\
                    FROM b AS h\nRUN i\nFROM a\nRUN j\nCOPY --from=h / /\nCOPY --link k /\nRUN --mount=from=c,target=/c l\n";
        assert_eq!(lines(text, 2), [3, 5, 11, 14, 16]);
        assert_eq!(lines(text, 9), [16]);
        assert_eq!(lines(text, 13), [14, 16]);
        assert!(lines(text, 16).is_empty());
    }

    #[test]
    fn a_setting_reaches_the_first_run() {
        assert_eq!(lines("FROM a\nRUN b\nARG C\nCOPY d /\nRUN e\nCOPY f /\n", 3), [5, 6]);
    }
}
