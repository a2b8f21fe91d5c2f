//! Steps that can stand in either order, brought into one.
//!
//! Two neighbouring steps whose footprints do not meet ([`Footprint`]) leave the same files whichever comes first. Builds
//! that differ in nothing but exchanges of such neighbours get the same form: of the steps that may come next, the one
//! with the smallest digest comes first.

use crate::ir::Footprint;
use crate::plan::{Digest, Operation};

/// A step, and where it works.
pub(super) struct Placed<T> {
    pub(super) step: T,
    pub(super) footprint: Footprint,
}

/// More steps than this between two that may work anywhere keep their order.
const MOST_STEPS: usize = 200;

/// The steps in the order that stands for all orders with the same outcome.
pub(super) fn in_one_order<T>(steps: Vec<Placed<T>>, operation: impl Fn(&T) -> &Operation) -> Vec<T> {
    let mut ordered = Vec::with_capacity(steps.len());
    let mut open: Vec<(Digest, Placed<T>)> = Vec::new();
    for placed in steps {
        // Nothing is exchanged with what may work anywhere.
        if placed.footprint == Footprint::Anywhere {
            ordered.extend(smallest_first(std::mem::take(&mut open)));
            ordered.push(placed.step);
        } else {
            open.push((operation(&placed.step).digest(), placed));
        }
    }
    ordered.extend(smallest_first(open));
    ordered
}

fn smallest_first<T>(mut open: Vec<(Digest, Placed<T>)>) -> Vec<T> {
    if open.len() > MOST_STEPS {
        return open.into_iter().map(|(_, placed)| placed.step).collect();
    }
    let mut ordered = Vec::with_capacity(open.len());
    while !open.is_empty() {
        let is_free =
            |at: &usize| open[..*at].iter().all(|(_, earlier)| !earlier.footprint.meets(&open[*at].1.footprint));
        let next = (0..open.len()).filter(is_free).min_by_key(|at| open[*at].0).unwrap_or(0);
        ordered.push(open.remove(next).1.step);
    }
    ordered
}
