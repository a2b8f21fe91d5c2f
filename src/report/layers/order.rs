//! What a better order of the instructions would spare, in words and figures for all forms of the report.

use crate::cache::{Cost, Expense, Layers, Move, StageOrder};

/// What a better order would spare.
pub(super) struct Order<'l> {
    /// By class of steps that take long, how often they ran again: as it is, in the best order, and in none less than.
    pub(super) rows: Vec<(Cost, [u64; 3])>,
    /// The instructions that change their places.
    pub(super) moves: Vec<&'l Move>,
    /// How far the best order is to be trusted.
    pub(super) verdict: &'static str,
}

/// What the figures stand for.
pub(super) const HEADING: &str = "The best order, with today's Dockerfile in all of these commits";

impl<'l> Order<'l> {
    /// `None` where no history is known.
    pub(super) fn of(layers: &'l Layers) -> Option<Self> {
        if layers.orders.is_empty() {
            return None;
        }
        let total = |of: fn(&StageOrder) -> Expense| layers.orders.iter().map(of).sum::<Expense>();
        let [as_it_is, best, bound] = [total(|it| it.as_it_is), total(|it| it.best), total(|it| it.bound)];
        let rows = as_it_is.by_class().zip(best.by_class()).zip(bound.by_class());
        let rows = rows.map(|(((cost, as_it_is), (_, best)), (_, bound))| (cost, [as_it_is, best, bound]));
        let is_told = |(cost, runs): &(Cost, [u64; 3])| *cost > Cost::Instant && runs.iter().any(|runs| *runs > 0);
        let moves: Vec<&Move> = layers.orders.iter().flat_map(|order| &order.moves).collect();
        let verdict = match (layers.orders.iter().all(|order| order.is_best), moves.is_empty()) {
            (true, true) => "The instructions stand in it: no order costs less that keeps what each of them needs.",
            (true, false) => "No order costs less that keeps what each of them needs.",
            (false, true) => "None was found that costs less; there are too many orders to look at all.",
            (false, false) => "There are too many orders to look at all: another one may cost less.",
        };
        Some(Self { rows: rows.filter(is_told).collect(), moves, verdict })
    }
}

/// Where an instruction goes: "behind line 3".
pub(super) fn place(moved: &Move) -> String {
    format!("behind line {}", moved.behind_line)
}
