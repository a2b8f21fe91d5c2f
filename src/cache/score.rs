//! How much of what is run again has to be.

use super::cost::Cost;
use super::order::{StageOrder, StepRuns};

/// The score of a Dockerfile: of a hundred runs of steps that take long, how many the best order that dfx knows would
/// have needed. Where all of these steps are measured, their seconds count in the place of their runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// The steps that take long.
    pub rows: Vec<ScoreRow>,
}

/// What one step does to the score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreRow {
    /// 1-based line of its instruction, in the Dockerfile as it is.
    pub line: usize,
    /// The instruction, or the part of it that becomes one, on one line.
    pub text: String,
    /// How often it ran again.
    pub runs: u64,
    /// How often it would have.
    pub needed: u64,
    milliseconds: Option<u64>,
}

impl Score {
    /// The score of the orders of today's Dockerfile, given those of the proposed one, if there is one.
    pub fn new(today: &[StageOrder], proposed: Option<&[StageOrder]>) -> Self {
        let all = || today.iter().flat_map(|order| &order.runs);
        let takes_long = |runs: &&StepRuns| runs.cost.class > Cost::Instant;
        let rows =
            proposed.unwrap_or(today).iter().flat_map(|order| &order.runs).filter(takes_long).filter_map(|runs| {
                let whole = all()
                    .find(|it| it.text == runs.text)
                    .or_else(|| all().find(|it| is_cut_from(&runs.text, &it.text)));
                let whole = whole?;
                let milliseconds = runs.cost.milliseconds;
                Some(ScoreRow {
                    line: whole.line,
                    text: runs.text.clone(),
                    runs: whole.as_it_is,
                    needed: runs.best,
                    milliseconds,
                })
            });
        Self { rows: rows.collect() }
    }

    /// From 0 to 100; 100 where nothing that takes long runs again.
    pub fn points(&self) -> f64 {
        let lost: f64 = self.rows.iter().map(|row| self.lost(row)).sum();
        (100.0 - lost).clamp(0.0, 100.0)
    }

    /// How many of the hundred points a step costs; less than none where the best order runs it more often.
    #[expect(clippy::cast_precision_loss, reason = "the figures are small")]
    pub fn lost(&self, row: &ScoreRow) -> f64 {
        let lost = self.weight(row) as f64 * (row.runs as f64 - row.needed as f64);
        let all: u64 = self.rows.iter().map(|row| self.weight(row) * row.runs).sum();
        100.0 * lost / (all.max(1) as f64)
    }

    fn weight(&self, row: &ScoreRow) -> u64 {
        let is_measured = self.rows.iter().all(|row| row.milliseconds.is_some());
        row.milliseconds.filter(|_| is_measured).unwrap_or(1)
    }
}

/// Whether an instruction is the first or the last part of another one, which was cut in two.
fn is_cut_from(part: &str, whole: &str) -> bool {
    let body = part.split_once(' ').map_or(part, |(_, body)| body);
    whole.starts_with(part) || whole.ends_with(body)
}
