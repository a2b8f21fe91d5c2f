//! What the guard compares of a file.

use std::collections::BTreeMap;

use crate::ir::{Build, BuildProblemKind};
use crate::plan::Plan;
use crate::syntax::{DirectiveName, Dockerfile, ProblemKind};

/// All of a file that a fix may not change unless it says so.
#[derive(Debug)]
pub struct Reading {
    /// What BuildKit would refuse while it reads the file.
    pub problems: Vec<ProblemKind>,
    /// What BuildKit would refuse once it makes sense of it.
    pub build_problems: Vec<BuildProblemKind>,
    /// Each comment with its number.
    pub comments: BTreeMap<String, usize>,
    /// The parser directives.
    pub directives: Vec<(DirectiveName, String)>,
    /// What BuildKit would be asked to do.
    pub plan: Plan,
}

impl Reading {
    /// Reads a file.
    pub fn of(file: &Dockerfile) -> Self {
        let build = Build::new(file);
        let mut comments = BTreeMap::new();
        for comment in file.comments() {
            *comments.entry(file.source.slice(comment).to_owned()).or_default() += 1;
        }
        Self {
            problems: file.problems.iter().map(|problem| problem.kind.clone()).collect(),
            build_problems: build.problems.iter().map(|problem| problem.kind.clone()).collect(),
            comments,
            plan: Plan::new(&build),
            directives: file.directives().map(|it| (it.name, it.value.clone())).collect(),
        }
    }
}
