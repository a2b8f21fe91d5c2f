//! Which instructions change their place.

use crate::ir::Build;

use crate::cache::layers::one_line;

/// An instruction that changes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Its place among the steps of its stage.
    pub step: usize,
    /// 1-based line on which it stands.
    pub line: usize,
    /// The instruction, on one line.
    pub text: String,
    /// The step behind which it comes; `None` for FROM.
    pub behind: Option<usize>,
    /// 1-based line on which that one stands.
    pub behind_line: usize,
}

/// The fewest instructions that have to change their places to come into `order`, in that order.
pub(super) fn moves(build: &Build<'_>, stage: usize, order: &[usize]) -> Vec<Move> {
    let Some(stage) = build.stages.get(stage) else { return Vec::new() };
    let staying = longest_ascent(order);
    let moved = order.iter().enumerate().filter(|(_, step)| !staying.contains(step)).filter_map(|(at, step)| {
        let behind = at.checked_sub(1).map(|before| order[before]);
        let instruction = stage.steps.get(*step)?.instruction;
        let before = behind.map_or(Some(stage.instruction), |step| Some(stage.steps.get(step)?.instruction))?;
        Some(Move {
            step: *step,
            line: build.file.source.line_at(instruction.span.start),
            text: one_line(instruction.text.text()),
            behind,
            behind_line: build.file.source.line_at(before.span.start),
        })
    });
    moved.collect()
}

/// The longest row of numbers, among those of `order` from left to right, in which each is greater than the one before.
fn longest_ascent(order: &[usize]) -> Vec<usize> {
    // For each place the length of the longest row that ends there, and the place before it in that row.
    let mut rows: Vec<(usize, Option<usize>)> = Vec::with_capacity(order.len());
    for (at, step) in order.iter().enumerate() {
        let before = (0..at).filter(|earlier| order[*earlier] < *step).max_by_key(|earlier| rows[*earlier].0);
        rows.push((before.map_or(1, |before| rows[before].0 + 1), before));
    }
    let last = (0..rows.len()).max_by_key(|at| rows[*at].0);
    std::iter::successors(last, |at| rows[*at].1).map(|at| order[at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_few_as_possible_change_their_places() {
        let staying = |order: &[usize]| {
            let mut staying = longest_ascent(order);
            staying.reverse();
            staying
        };
        assert_eq!(staying(&[0, 1, 2]), [0, 1, 2]);
        assert_eq!(staying(&[1, 2, 3, 0]), [1, 2, 3]);
        assert_eq!(staying(&[4, 0, 2, 1, 3]), [0, 1, 3]);
        assert!(staying(&[]).is_empty());
    }
}
