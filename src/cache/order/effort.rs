//! How often steps run again.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::cache::{Costs, StepCost};
use crate::plan::{Operation, Vertex};
use crate::syntax::Keyword;

use super::expense::Expense;
use super::precedence::Unit;
use super::samples::{Samples, StageSamples};
use super::search::{Set, bit};

/// The builds that are looked at, for one stage.
#[derive(Clone, Copy)]
pub(super) struct Sampled<'s> {
    pub(super) samples: &'s Samples,
    pub(super) costs: &'s Costs,
    pub(super) stage: &'s StageSamples,
}

/// What it costs to run the units of a stage again.
pub(super) struct Effort<'s> {
    units: Vec<UnitEffort<'s>>,
    sampled: Sampled<'s>,
    /// The units that were not the same in all builds.
    varying: Set,
    /// The units that differ in every build.
    volatile: Set,
    /// By set of varying units, and whether what stands at the start of the stage counts: in how many builds after the
    /// first they were as in none before.
    known: RefCell<HashMap<(Set, bool), u64>>,
}

struct UnitEffort<'s> {
    /// How long it takes; `None` for settings.
    cost: Option<StepCost>,
    /// `COPY --link`: it does not depend on what stands before it.
    is_linked: bool,
    /// Whether the variables before it are a part of its cache key.
    is_run: bool,
    /// The units that have to stand before it.
    before: Set,
    states: Vec<&'s [u32]>,
}

impl<'s> Effort<'s> {
    pub(super) fn new(
        units: &[Unit<'_, '_>],
        before: &[Set],
        planned: &[Vertex],
        stage: usize,
        sampled: Sampled<'s>,
    ) -> Self {
        let of_unit = |(unit, before): (&Unit<'_, '_>, &Set)| {
            let own = || planned.iter().enumerate().filter(|(_, vertex)| vertex.maker.step == Some(unit.step.index));
            let cost = own().map(|(at, _)| sampled.costs.of(stage, at)).max_by_key(|cost| cost.class);
            let is_linked =
                own().any(|(_, vertex)| matches!(&vertex.operation, Operation::Files(files) if files.is_linked));
            let is_run = unit.step.instruction.keyword == Some(Keyword::Run);
            let states = own().filter_map(|(at, _)| sampled.stage.vertices.get(at).map(Vec::as_slice)).collect();
            UnitEffort { cost, is_linked, is_run, before: *before, states }
        };
        let set_of = |is_in: &dyn Fn(usize) -> bool| {
            (0..units.len()).filter(|unit| is_in(*unit)).fold(0, |set, unit| set | bit(unit))
        };
        let efforts: Vec<UnitEffort<'s>> = units.iter().zip(before).map(of_unit).collect();
        let varies = |states: &[u32]| states.windows(2).any(|pair| pair[0] != pair[1]);
        let volatile = set_of(&|unit| sampled.samples.arguments_vary && units[unit].is_volatile());
        let varying = volatile | set_of(&|unit| efforts[unit].states.iter().any(|states| varies(states)));
        Self { units: efforts, sampled, varying, volatile, known: RefCell::default() }
    }

    /// How long a unit takes; `None` for settings.
    pub(super) fn cost(&self, unit: usize) -> Option<StepCost> {
        self.units[unit].cost
    }

    /// What it costs to run a unit again and again behind others.
    pub(super) fn expense(&self, unit: usize, behind: Set) -> Expense {
        let Some(StepCost { class, milliseconds }) = self.units[unit].cost else { return Expense::default() };
        let runs = self.runs(unit, behind);
        let is_measured = self.sampled.costs.are_measured();
        Expense::of(class, runs).taking(milliseconds.filter(|_| is_measured).unwrap_or_default() * runs)
    }

    /// How often a unit ran again behind others: in how many builds after the first it and they were as in none before.
    fn runs(&self, unit: usize, behind: Set) -> u64 {
        let UnitEffort { is_linked, is_run, .. } = self.units[unit];
        let set = if is_linked { bit(unit) } else { behind | bit(unit) };
        // COPY and WORKDIR see no arguments, but may stand behind a RUN that does. Of a RUN that need not see them, the set
        // does not tell whether it stands behind them: in a good order it does not.
        let volatile = set & self.volatile & if is_run { Set::MAX } else { self.seen_by(set) };
        if volatile != 0 {
            return self.sampled.samples.builds.saturating_sub(1);
        }
        let mut known = self.known.borrow_mut();
        *known
            .entry((set & self.varying, !is_linked))
            .or_insert_with_key(|(set, has_start)| self.count(*set, *has_start))
    }

    /// The units that some RUN of a set has to stand behind.
    fn seen_by(&self, set: Set) -> Set {
        let runs = self.units.iter().enumerate().filter(|(unit, it)| it.is_run && set & bit(*unit) != 0);
        runs.fold(0, |seen, (_, run)| seen | run.before)
    }

    fn count(&self, set: Set, has_start: bool) -> u64 {
        let of_set = self.units.iter().enumerate().filter(|(unit, _)| set & bit(*unit) != 0);
        let columns: Vec<&[u32]> = of_set.flat_map(|(_, unit)| unit.states.iter().copied()).collect();
        let Sampled { samples, stage, .. } = self.sampled;
        let mut known = HashSet::new();
        let weights = samples.weights.iter().enumerate().filter(|(row, _)| {
            let states = columns.iter().filter_map(|column| column.get(*row)).copied();
            let start = stage.start.get(*row).filter(|_| has_start).copied();
            known.insert(start.into_iter().chain(states).collect::<Vec<u32>>())
        });
        weights.map(|(_, weight)| weight).sum::<u64>().saturating_sub(1)
    }

    /// For each unit, how often it ran again in an order of all of them.
    pub(super) fn runs_in(&self, order: &[usize]) -> Vec<u64> {
        let mut runs = vec![0; order.len()];
        let mut set = 0;
        for unit in order {
            runs[*unit] = self.runs(*unit, set);
            set |= bit(*unit);
        }
        runs
    }
}
