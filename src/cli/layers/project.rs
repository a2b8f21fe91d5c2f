//! What the Dockerfiles of one report have in common: as it is, repaired, and in earlier commits.

use std::collections::BTreeMap;

use crate::cache::{
    ContextFiles, Costs, Layers, NO_IMAGES, Proposal, Samples, StageOrder, State, Timing, best_orders, replay_today,
};
use crate::ir::{Build, Commands};
use crate::plan::Plan;
use crate::syntax::Dockerfile;

use super::history::Commits;

/// What a Dockerfile is built with.
pub struct Project<'p> {
    /// The build arguments.
    pub arguments: &'p BTreeMap<String, String>,
    /// What the builder is sent today.
    pub files: &'p ContextFiles,
    /// The path of the Dockerfile in the build context, if it lies there.
    pub dockerfile: Option<&'p str>,
    /// What was measured.
    pub timings: &'p [Timing],
    /// The commits, where they are asked for.
    pub history: Option<&'p Commits>,
}

impl Project<'_> {
    /// Today's build of a plan.
    pub fn state<'s>(&'s self, plan: &'s Plan) -> State<'s> {
        State { plan, files: self.files, images: NO_IMAGES, epoch: epoch(self.arguments) }
    }

    /// The steps of a Dockerfile.
    pub fn layers(&self, file: &Dockerfile) -> Layers {
        self.with(file, |build, _, plan, costs| Layers::new(build, costs, &self.state(plan)))
    }

    /// The steps of a Dockerfile, with what single changes rebuild of them.
    pub fn layers_and_scenarios(&self, file: &Dockerfile) -> Layers {
        self.with(file, |build, _, plan, costs| {
            let state = self.state(plan);
            Layers::new(build, costs, &state).with_scenarios(&state, self.dockerfile)
        })
    }

    /// The best orders of a Dockerfile: in the commits of the history, else after the changes that are usual.
    pub fn orders(&self, file: &Dockerfile) -> Vec<StageOrder> {
        self.with(file, |build, commands, plan, costs| {
            let samples = match self.history {
                Some(history) => Samples::of_history(&history.timeline, plan),
                None => Samples::of_priors(plan, (!self.files.is_empty()).then_some(self.files)),
            };
            best_orders(build, commands, plan, costs, &samples)
        })
    }

    /// The instructions of a log that a Dockerfile does not have.
    pub fn unknown_timings(&self, file: &Dockerfile) -> Vec<String> {
        self.with(file, |_, _, _, costs| costs.unknown.clone())
    }

    /// A Dockerfile beside today's: what single changes would rebuild of it, and what the commits would have, had it been this
    /// one in all of them.
    pub fn proposal(&self, today: &Dockerfile, repaired: &Dockerfile) -> Proposal {
        let layers = self.layers_and_scenarios(repaired);
        let Some(history) = self.history else { return Proposal { layers: Box::new(layers), as_it_is: Vec::new() } };
        let in_all = |layers: Layers, file: &Dockerfile| layers.with_history(replay_today(&history.timeline, file));
        let as_it_is = in_all(self.layers(today), today).steps;
        Proposal { layers: Box::new(in_all(layers, repaired)), as_it_is }
    }

    fn with<T>(&self, file: &Dockerfile, ask: impl FnOnce(&Build<'_>, &Commands<'_>, &Plan, &Costs) -> T) -> T {
        let build = Build::with_arguments(file, self.arguments);
        let (commands, plan) = (Commands::new(&build), Plan::new(&build));
        ask(&build, &commands, &plan, &Costs::new(&build, &commands, &plan, self.timings))
    }
}

/// The build argument that is the time of what WORKDIR makes.
pub fn epoch(arguments: &BTreeMap<String, String>) -> Option<&str> {
    arguments.get("SOURCE_DATE_EPOCH").map(String::as_str)
}
