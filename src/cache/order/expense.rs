//! What it costs to run steps again and again.

use std::ops::Add;

use crate::cache::Cost;

/// What it takes to run steps again. Where all times are measured, the greater expense takes longer. Else it has more steps
/// of the longest class in which they differ: nobody knows how many downloads a compilation is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Expense {
    /// How long it takes, where all times are measured.
    pub milliseconds: u64,
    /// How often steps of each class ran again, from the longest class to the shortest.
    runs: [u64; 4],
}

/// The classes, from the longest to the shortest.
const CLASSES: [Cost; 4] = [Cost::Minutes, Cost::TensOfSeconds, Cost::Seconds, Cost::Instant];

impl Expense {
    /// That of running a step of one class so many times.
    pub fn of(cost: Cost, runs: u64) -> Self {
        Self { milliseconds: 0, runs: CLASSES.map(|class| if class == cost { runs } else { 0 }) }
    }

    /// With the time that so many runs take.
    pub fn taking(self, milliseconds: u64) -> Self {
        Self { milliseconds, ..self }
    }

    /// How often a step of each class ran again, from the longest class to the shortest.
    pub fn by_class(self) -> impl Iterator<Item = (Cost, u64)> {
        CLASSES.into_iter().zip(self.runs)
    }
}

impl Add for Expense {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.milliseconds += other.milliseconds;
        self.runs.iter_mut().zip(other.runs).for_each(|(own, others)| *own += others);
        self
    }
}

impl std::iter::Sum for Expense {
    fn sum<I: Iterator<Item = Self>>(expenses: I) -> Self {
        expenses.fold(Self::default(), Self::add)
    }
}
