//! What a better order of the instructions would spare, in words and figures for all forms of the report.

use crate::cache::{Cost, Expense, Layers, Move, Score, StageOrder};

use super::seconds;

/// What a better order would spare.
pub(super) struct Order<'l> {
    /// What the figures stand for.
    pub(super) heading: &'static str,
    /// By class of steps that take long, how often they ran again: as it is, in the best order, and in none less than. Where
    /// all times were measured, also how long that took. Only commits are worth figures.
    pub(super) rows: Vec<(&'static str, [String; 3])>,
    /// The instructions that change their places.
    pub(super) moves: Vec<&'l Move>,
    /// How far the best order is to be trusted.
    pub(super) verdict: &'static str,
}

impl<'l> Order<'l> {
    /// `None` where nothing was put in order.
    pub(super) fn of(layers: &'l Layers) -> Option<Self> {
        if layers.orders.is_empty() {
            return None;
        }
        let total = |of: fn(&StageOrder) -> Expense| layers.orders.iter().map(of).sum::<Expense>();
        let [as_it_is, best, bound] = [total(|it| it.as_it_is), total(|it| it.best), total(|it| it.bound)];
        let rows = as_it_is.by_class().zip(best.by_class()).zip(bound.by_class());
        let rows = rows.map(|(((cost, as_it_is), (_, best)), (_, bound))| (cost, [as_it_is, best, bound]));
        let is_told = |(cost, runs): &(Cost, [u64; 3])| *cost > Cost::Instant && runs.iter().any(|runs| *runs > 0);
        let rows = rows.filter(is_told).map(|(cost, runs)| (cost.name(), runs.map(|runs| runs.to_string())));
        let times = [as_it_is, best, bound].map(|expense| expense.milliseconds);
        let times = (times[0] > 0).then(|| ("all together", times.map(seconds)));
        let heading = match layers.history {
            Some(_) => "The best order, with today's Dockerfile in all of these commits",
            None => "The best order, for changes as they are usual in projects",
        };
        let moves: Vec<&Move> = layers.orders.iter().flat_map(|order| &order.moves).collect();
        let verdict = match (layers.orders.iter().all(|order| order.is_best), moves.is_empty()) {
            (true, true) => "The instructions stand in it: no order costs less that keeps what each of them needs.",
            (true, false) => "No order costs less that keeps what each of them needs.",
            (false, true) => "None was found that costs less; there are too many orders to look at all.",
            (false, false) => "There are too many orders to look at all: another one may cost less.",
        };
        let rows = rows.chain(times).filter(|_| layers.history.is_some()).collect();
        Some(Self { heading, rows, moves, verdict })
    }
}

/// Where an instruction goes: "behind line 3".
pub(super) fn place(moved: &Move) -> String {
    format!("behind line {}", moved.behind_line)
}

/// What a score is: "Score: 55 of 100".
pub(super) fn score_sentence(score: &Score) -> String {
    match score.rows.iter().any(|row| row.runs != row.needed) {
        true => {
            format!("Score: {:.1} of 100: so many of a hundred runs of steps that take long are needed", score.points())
        }
        false => "Score: 100 of 100: no step that takes long runs again in vain, as far as dfx knows".to_owned(),
    }
}

/// The steps that cost points, or give some back: with the points.
pub(super) fn lost_points(score: &Score) -> impl Iterator<Item = (String, usize, &str)> {
    let rows = score.rows.iter().filter(|row| row.runs != row.needed);
    rows.map(|row| (format!("{:+.1}", -score.lost(row)), row.line, row.text.as_str()))
}
