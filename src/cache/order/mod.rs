//! The order of a stage's instructions that costs least in the builds to come.
//!
//! [`precedence`] says which instructions have to keep their order, [`samples`] what changed in the builds that stand for
//! those to come, [`effort`] how often that runs a step again, [`expense`] how it is added up, and [`search`] finds the best order. Nothing is moved
//! over FROM: the order of one stage does not change what the steps of another cost.

mod effort;
mod expense;
mod moves;
mod precedence;
mod samples;
mod search;

use crate::ir::{Build, Commands, Stage};
use crate::plan::Plan;

use super::cost::{Costs, StepCost};
use super::layers::one_line;

pub use expense::Expense;
pub use moves::Move;
pub use samples::Samples;

use effort::{Effort, Sampled};
use precedence::{Unit, precedence};
use search::{MOST_SETS, MOST_STEPS, Task, bound, expense_of, search};

/// The best order of one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageOrder {
    /// The stage's place in the file.
    pub stage: usize,
    /// The instructions that are steps or settings, by their places among the steps of the stage, in the best order.
    pub order: Vec<usize>,
    /// What the order of the file costs.
    pub as_it_is: Expense,
    /// What the best order costs.
    pub best: Expense,
    /// What no order can cost less than, however its steps are put.
    pub bound: Expense,
    /// Whether all orders were looked at: no other one that keeps what each step needs costs less.
    pub is_best: bool,
    /// The instructions that have to change their places for it.
    pub moves: Vec<Move>,
    /// How often each step ran again, in the order of the file.
    pub runs: Vec<StepRuns>,
}

/// How often a step ran again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRuns {
    /// The step's place in its stage.
    pub step: usize,
    /// 1-based line of its instruction.
    pub line: usize,
    /// Its instruction, on one line.
    pub text: String,
    /// How long it takes.
    pub cost: StepCost,
    /// In the order of the file.
    pub as_it_is: u64,
    /// In the best order.
    pub best: u64,
}

/// The best orders of the stages that are built, for builds such as the samples. Stages of more than 128 instructions,
/// and builds of which there are no samples, have none.
pub fn best_orders(
    build: &Build<'_>,
    commands: &Commands<'_>,
    plan: &Plan,
    costs: &Costs,
    samples: &Samples,
) -> Vec<StageOrder> {
    let is_built = |stage: &&Stage<'_>| stage.is_reachable;
    let orders = build.stages.iter().filter(is_built).filter_map(|stage| {
        let units = Unit::of_stage(build, commands, stage);
        let vertices = &plan.stages.get(stage.index)?.vertices;
        let sampled = Sampled { samples, costs, stage: samples.of_stage(stage.index)? };
        if units.len() > MOST_STEPS {
            return None;
        }
        let before = precedence(&units);
        let effort = Effort::new(&units, &before, vertices, stage.index, sampled);
        let task = Task { before: &before, expense: &|unit, set| effort.expense(unit, set) };
        Some(best_order(build, stage.index, &units, &effort, &task))
    });
    orders.collect()
}

fn best_order(
    build: &Build<'_>,
    stage: usize,
    units: &[Unit<'_, '_>],
    effort: &Effort<'_>,
    task: &Task<'_>,
) -> StageOrder {
    let found = search(task, MOST_SETS);
    let as_it_is: Vec<usize> = (0..units.len()).collect();
    let [runs, best_runs] = [&as_it_is, &found.order].map(|order| effort.runs_in(order));
    let runs = (0..units.len()).filter_map(|unit| {
        let cost = effort.cost(unit)?;
        let step = units[unit].step;
        Some(StepRuns {
            step: step.index,
            line: build.file.source.line_at(step.instruction.span.start),
            text: one_line(step.instruction.text.text()),
            cost,
            as_it_is: runs[unit],
            best: best_runs[unit],
        })
    });
    let order: Vec<usize> = found.order.iter().map(|unit| units[*unit].step.index).collect();
    StageOrder {
        stage,
        moves: moves::moves(build, stage, &order),
        order,
        as_it_is: expense_of(task, &as_it_is),
        best: found.expense,
        bound: bound(task),
        is_best: found.is_best,
        runs: runs.collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use crate::cache::{ContextFiles, Cost, Node, Revision, Timeline, replay};
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    /// Commits that each change files of these names.
    fn commits(changes: &[&str], dockerfile: &Rc<str>) -> Timeline {
        let node = |content: usize| Some(Node::File { mode: 0o644, content: content.to_string() });
        let commits = changes.iter().enumerate().map(|(number, paths)| Revision {
            changes: paths.split_whitespace().map(|path| (path.to_owned(), node(number))).collect(),
            dockerfile: Some(Rc::clone(dockerfile)),
            ignore_file: None,
        });
        Timeline::new(ContextFiles::default(), commits.collect())
    }

    /// The order of the first stage.
    fn ordered(steps: &str, changes: &[&str]) -> StageOrder {
        let text: Rc<str> = format!("FROM debian:13\n{steps}").into();
        let file = parse(SourceFile::new("Dockerfile", &*text));
        let build = Build::new(&file);
        let plan = Plan::new(&build);
        let samples = Samples::of_history(&commits(changes, &text), &plan);
        let commands = Commands::new(&build);
        best_orders(&build, &commands, &plan, &Costs::new(&build, &commands, &plan, &[]), &samples).remove(0)
    }

    const CHANGES: &[&str] = &["src/a web/b lock", "src/a", "web/b", "src/a", "lock", "src/a web/b"];

    #[test]
    fn packages_go_before_the_sources() {
        let order = ordered("WORKDIR /app\nCOPY . .\nRUN apt-get install -y git\nRUN make\n", CHANGES);
        assert_eq!(order.order, [0, 2, 1, 3]);
        assert_eq!(order.moves.iter().map(|it| (it.line, it.behind_line)).collect::<Vec<_>>(), [(4, 2)]);
        assert_eq!(
            order.as_it_is,
            Expense::of(Cost::TensOfSeconds, 5) + Expense::of(Cost::Minutes, 5) + Expense::of(Cost::Instant, 5)
        );
        assert_eq!(order.best, Expense::of(Cost::Minutes, 5) + Expense::of(Cost::Instant, 5));
        assert!(order.is_best && order.bound == order.best);
    }

    #[test]
    fn what_changes_rarely_goes_first() {
        let order = ordered("COPY src /src\nCOPY lock /etc2/\nCOPY web /web\n", CHANGES);
        assert_eq!(order.order, [1, 2, 0]);
        assert_eq!((order.as_it_is, order.best), (Expense::of(Cost::Instant, 12), Expense::of(Cost::Instant, 9)));
    }

    #[test]
    fn steps_that_need_each_other_stay() {
        for steps in [
            "COPY src /src\nRUN make -C /src\nCOPY lock /lock\nRUN npm ci\n",
            "COPY src /src\nARG GIT_COMMIT\nRUN make V=$GIT_COMMIT\nRUN apt-get install -y git\n",
            "COPY src $A\nRUN apt-get install -y git\n",
            "WORKDIR /a\nCOPY src x\nWORKDIR /b\nRUN apt-get install -y git\n",
        ] {
            let order = ordered(steps, CHANGES);
            assert!(order.moves.is_empty() && order.as_it_is == order.best, "{steps}: {:?}", order.moves);
        }
    }

    #[test]
    fn an_argument_of_each_build_goes_down_to_its_first_use() {
        let order =
            ordered("ARG GIT_COMMIT\nRUN apt-get install -y git\nCOPY lock /l\nRUN make V=$GIT_COMMIT\n", CHANGES);
        assert_eq!(order.order, [1, 0, 2, 3]);
        assert_eq!(order.runs.iter().map(|it| (it.as_it_is, it.best)).collect::<Vec<_>>(), [(5, 0), (1, 1), (5, 5)]);
    }

    #[test]
    fn a_linked_copy_does_not_wait_for_what_stands_before_it() {
        let order = ordered("COPY src /src\nCOPY --link lock /lock\n", CHANGES);
        assert_eq!(order.runs.iter().map(|it| it.as_it_is).collect::<Vec<_>>(), [3, 1]);
    }

    #[test]
    fn the_costs_are_those_of_a_replay() {
        let steps = "COPY src /src\nRUN apt-get install -y git\nCOPY lock /lock\nRUN make\nCOPY web /web\nRUN npm ci\n";
        let order = ordered(steps, CHANGES);
        let text: Rc<str> = format!("FROM debian:13\n{steps}").into();
        let file = parse(SourceFile::new("Dockerfile", &*text));
        let history = replay(&commits(CHANGES, &text), &file);
        for (vertex, runs) in order.runs.iter().enumerate() {
            assert_eq!(history.tallies[&(0, vertex)].rebuilt as u64, runs.as_it_is, "step {vertex}");
        }
    }
}
