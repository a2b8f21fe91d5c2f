//! A repaired Dockerfile beside the one that there is.

use super::comparison::{Fate, Judged};
use super::cost::Cost;
use super::layers::{Layer, Layers};
use super::scenario::Scenario;

/// A repaired Dockerfile.
#[derive(Debug)]
pub struct Proposal {
    /// Its steps, with what single changes rebuild of them, and what the commits of the history would have.
    pub layers: Box<Layers>,
    /// With a history, the steps of the Dockerfile as it is, had it been that in all commits.
    pub as_it_is: Vec<Layer>,
}

impl Proposal {
    /// The steps that take long, each with the number of times that the same instruction would have run as it stands
    /// today.
    pub fn costly_steps(&self) -> impl Iterator<Item = (&Layer, Option<usize>)> {
        let costly = self.layers.steps.iter().filter(|layer| layer.cost > Cost::Instant);
        costly.map(|layer| (layer, self.before(&layer.text)))
    }

    /// The step that the proposal spares most often, with the number of times that it runs as it is.
    pub fn most_spared(&self) -> Option<(&Layer, usize)> {
        let spared = |(layer, before): &(&Layer, usize)| {
            before.saturating_sub(layer.tally.as_ref().map_or(0, |tally| tally.rebuilt))
        };
        let known = self.costly_steps().filter_map(|(layer, before)| Some((layer, before?)));
        known.filter(|it| spared(it) > 0).max_by_key(spared)
    }

    /// The count of the same instruction, or of the one that was cut behind it.
    fn before(&self, text: &str) -> Option<usize> {
        let count = |layer: &Layer| Some(layer.tally.as_ref()?.rebuilt);
        same_step(&self.as_it_is, text).and_then(count)
    }
}

impl Layers {
    /// The steps that take long and that the change of a scenario runs again, but would no longer run again with the
    /// proposal.
    pub fn kept_when_repaired(&self, scenario: &Scenario) -> Vec<&Layer> {
        let Some(proposal) = &self.proposal else { return Vec::new() };
        let repaired = &proposal.layers;
        let is_same = |other: &&Scenario| other.kind == scenario.kind && other.subject == scenario.subject;
        let Some(other) = repaired.scenarios.iter().find(is_same) else { return Vec::new() };
        let costly = repaired.steps.iter().filter(|layer| layer.cost > Cost::Instant);
        let is_spared = |layer: &&Layer| {
            let today = same_step(&self.steps, &layer.text);
            today.is_some_and(|today| !is_kept(&scenario.judged, today)) && is_kept(&other.judged, layer)
        };
        costly.filter(is_spared).collect()
    }
}

fn is_kept(judged: &[Judged], layer: &Layer) -> bool {
    let mut own = judged.iter().filter(|step| (step.stage, step.vertex) == (layer.stage, layer.vertex));
    own.any(|step| step.fate == Fate::Kept)
}

/// The step with the same instruction, or with the one that was cut behind it.
fn same_step<'l>(steps: &'l [Layer], text: &str) -> Option<&'l Layer> {
    let cut = || steps.iter().find(|layer| layer.text.starts_with(text));
    steps.iter().find(|layer| layer.text == text).or_else(cut)
}
