//! What it costs to run steps again and again.

use std::ops::Add;

use crate::cache::Cost;

/// How often steps of each class ran again. The greater expense has more steps of the longest class in which they
/// differ: nobody knows how many downloads a compilation is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Expense {
    /// From the longest class to the shortest.
    runs: [u64; 4],
}

/// The classes, from the longest to the shortest.
const CLASSES: [Cost; 4] = [Cost::Minutes, Cost::TensOfSeconds, Cost::Seconds, Cost::Instant];

impl Expense {
    /// That of running a step of one class so many times.
    pub fn of(cost: Cost, runs: u64) -> Self {
        Self { runs: CLASSES.map(|class| if class == cost { runs } else { 0 }) }
    }

    /// How often a step of each class ran again, from the longest class to the shortest.
    pub fn by_class(self) -> impl Iterator<Item = (Cost, u64)> {
        CLASSES.into_iter().zip(self.runs)
    }
}

impl Add for Expense {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.runs.iter_mut().zip(other.runs).for_each(|(own, others)| *own += others);
        self
    }
}

impl std::iter::Sum for Expense {
    fn sum<I: Iterator<Item = Self>>(expenses: I) -> Self {
        expenses.fold(Self::default(), Self::add)
    }
}
