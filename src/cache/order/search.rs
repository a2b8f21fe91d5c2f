//! The order that costs least, of all that keep the precedence.
//!
//! What it costs to put a step behind some others depends on which they are, not on their order: a step is run again
//! whenever it or one of them has changed. So of all orders of the same set of steps only the best has to be kept, and
//! the best order of a set is that of the set without its last step, for the best choice of that step: dynamic
//! programming over the sets that an order can begin with (the down-sets of the precedence).
//!
//! Of orders that cost the same, the one that exchanges the fewest pairs of steps is taken.

use std::collections::BTreeMap;

use super::expense::Expense;

/// A set of steps, one bit each.
pub type Set = u128;

/// More steps than this are not put in order.
pub const MOST_STEPS: usize = Set::BITS as usize;

/// Of more sets of one size than this, only the cheapest are kept: the order that is found may not be the best.
pub const MOST_SETS: usize = 20_000;

/// What is to be put in order: steps, in the order in which they stand, each with those that have to stand before it.
pub struct Task<'t> {
    /// For each step, those that have to stand before it; earlier ones only.
    pub before: &'t [Set],
    /// What it costs to run a step again and again, where it stands behind a set of others.
    pub expense: &'t dyn Fn(usize, Set) -> Expense,
}

/// The result.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// The steps in the order that is found.
    pub order: Vec<usize>,
    /// What it costs.
    pub expense: Expense,
    /// Whether no other order costs less.
    pub is_best: bool,
}

/// The cheapest order of a set, as far as it is needed to go on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Best {
    expense: Expense,
    /// How many pairs of steps stand in another order than they did.
    exchanged: u32,
    last: usize,
}

/// Puts steps in order.
pub fn search(task: &Task<'_>, most_sets: usize) -> Found {
    let as_it_is: Vec<usize> = (0..task.before.len()).collect();
    let today = expense_of(task, &as_it_is);
    if as_it_is.len() > MOST_STEPS {
        return Found { order: as_it_is, expense: today, is_best: false };
    }
    let start = Best { expense: Expense::default(), exchanged: 0, last: 0 };
    let mut levels: Vec<BTreeMap<Set, Best>> = vec![BTreeMap::from([(0, start)])];
    let mut is_best = true;
    for _ in &as_it_is {
        let mut next = BTreeMap::new();
        for (set, best) in levels.last().into_iter().flatten() {
            extend(task, *set, *best, &mut next);
        }
        is_best &= next.len() <= most_sets;
        levels.push(cheapest(next, most_sets));
    }
    let order = trace(&levels);
    let expense = expense_of(task, &order);
    match expense < today {
        true => Found { order, expense, is_best },
        false => Found { order: as_it_is, expense: today, is_best },
    }
}

/// Puts each step that can follow behind a set.
fn extend(task: &Task<'_>, set: Set, best: Best, next: &mut BTreeMap<Set, Best>) {
    let is_open = |step: &usize| set & bit(*step) == 0 && task.before[*step] & !set == 0;
    for step in (0..task.before.len()).filter(is_open) {
        let overtaken = (bit(step) - 1) & !set;
        let candidate = Best {
            expense: best.expense + (task.expense)(step, set),
            exchanged: best.exchanged + overtaken.count_ones(),
            last: step,
        };
        let known = next.entry(set | bit(step)).or_insert(candidate);
        *known = candidate.min(*known);
    }
}

fn cheapest(sets: BTreeMap<Set, Best>, most: usize) -> BTreeMap<Set, Best> {
    if sets.len() <= most {
        return sets;
    }
    let mut sets: Vec<(Set, Best)> = sets.into_iter().collect();
    sets.sort_by_key(|(set, best)| (*best, *set));
    sets.into_iter().take(most).collect()
}

/// The way to the set of all steps.
fn trace(levels: &[BTreeMap<Set, Best>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(levels.len());
    let mut set = levels.last().and_then(|level| level.keys().next()).copied().unwrap_or_default();
    for level in levels.iter().skip(1).rev() {
        let Some(best) = level.get(&set) else { break };
        order.push(best.last);
        set &= !bit(best.last);
    }
    order.reverse();
    order
}

/// What an order costs.
pub fn expense_of(task: &Task<'_>, order: &[usize]) -> Expense {
    let mut set = 0;
    let expenses = order.iter().map(|step| {
        let expense = (task.expense)(*step, set);
        set |= bit(*step);
        expense
    });
    expenses.sum()
}

/// What no order can cost less than: each step behind nothing but what has to stand before it.
pub fn bound(task: &Task<'_>) -> Expense {
    let mut behind: Vec<Set> = Vec::with_capacity(task.before.len());
    for before in task.before {
        let inherited = behind.iter().enumerate().filter(|(step, _)| before & bit(*step) != 0);
        behind.push(inherited.fold(*before, |all, (_, set)| all | set));
    }
    behind.iter().enumerate().map(|(step, set)| (task.expense)(step, *set)).sum()
}

/// The set of one step; of none where it has no bit.
pub fn bit(step: usize) -> Set {
    u32::try_from(step).ok().and_then(|step| Set::checked_shl(1, step)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::cache::Cost;

    use super::*;

    /// The cost of a set: how many different states its steps had together, less the first.
    fn distinct(states: &[Vec<u8>], set: Set) -> u64 {
        let commits = states.first().map_or(0, Vec::len);
        let of_commit = |at: usize| -> Vec<u8> {
            states
                .iter()
                .enumerate()
                .filter(|(step, _)| set & bit(*step) != 0)
                .map(|(_, of_step)| of_step[at])
                .collect()
        };
        let distinct: std::collections::BTreeSet<Vec<u8>> = (0..commits).map(of_commit).collect();
        distinct.len() as u64 - 1
    }

    /// All orders that keep the precedence.
    fn all_orders(before: &[Set]) -> Vec<Vec<usize>> {
        fn go(before: &[Set], placed: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
            if placed.len() == before.len() {
                found.push(placed.clone());
            }
            let set = placed.iter().fold(0, |set, step| set | bit(*step));
            for step in (0..before.len()).filter(|step| set & bit(*step) == 0 && before[*step] & !set == 0) {
                placed.push(step);
                go(before, placed, found);
                placed.pop();
            }
        }
        let mut found = Vec::new();
        go(before, &mut Vec::new(), &mut found);
        found
    }

    const COSTS: [Cost; 4] = [Cost::Instant, Cost::Seconds, Cost::TensOfSeconds, Cost::Minutes];

    /// Up to six steps: those that have to stand before each, their classes, their states in six commits.
    fn tasks() -> impl Strategy<Value = (Vec<Set>, Vec<Cost>, Vec<Vec<u8>>)> {
        (1_usize..7).prop_flat_map(|steps| {
            let before = proptest::collection::vec(any::<u128>(), steps).prop_map(|sets| {
                sets.into_iter().enumerate().map(|(step, set)| set & (set >> 7) & (bit(step) - 1)).collect()
            });
            let costs = proptest::collection::vec((0_usize..4).prop_map(|at| COSTS[at]), steps);
            let states = proptest::collection::vec(proptest::collection::vec(0_u8..3, 6), steps);
            (before, costs, states)
        })
    }

    proptest! {
        #[test]
        fn the_order_is_the_best_of_all((before, costs, states) in tasks()) {
            let expense = |step: usize, set: Set| Expense::of(costs[step], distinct(&states, set | bit(step)));
            let task = Task { before: &before, expense: &expense };
            let found = search(&task, MOST_SETS);
            let best = all_orders(&before).iter().map(|order| expense_of(&task, order)).min().unwrap();
            prop_assert!(found.is_best);
            prop_assert_eq!(found.expense, best);
            prop_assert_eq!(expense_of(&task, &found.order), best);
            prop_assert!(bound(&task) <= best);
        }

        #[test]
        fn a_bounded_search_finds_nothing_worse_than_what_there_is((before, costs, states) in tasks()) {
            let expense = |step: usize, set: Set| Expense::of(costs[step], distinct(&states, set | bit(step)));
            let task = Task { before: &before, expense: &expense };
            let as_it_is: Vec<usize> = (0..before.len()).collect();
            let found = search(&task, 1);
            prop_assert!(found.expense <= expense_of(&task, &as_it_is));
            prop_assert!(all_orders(&before).contains(&found.order));
        }
    }

    #[test]
    fn of_orders_that_cost_the_same_the_nearest_is_taken() {
        let expense = |_: usize, _: Set| Expense::of(Cost::Instant, 1);
        let found = search(&Task { before: &[0, 0, 0], expense: &expense }, MOST_SETS);
        assert_eq!(found.order, [0, 1, 2]);
    }
}
