//! Which steps of a build BuildKit takes from its cache, and why it does not take the others.
//!
//! A build is a [`State`]: a plan, the files of its context, and what the builder is told. [`Keys::new`] gives each step
//! of the state its cache key; [`Cache`] remembers the keys of builds that were run, and says what would become of the
//! next one. Nothing is run and nothing is read.
//!
//! What enters a key was read in BuildKit's source and observed on a running builder; `tests/cache_truth.rs` holds the
//! observations.

mod comparison;
mod cost;
mod files;
mod graph;
mod history;
mod inputs;
mod keys;
mod layers;
mod order;
mod path_kind;
mod proposal;
mod scenario;
mod score;
mod timeline;
mod timing;
mod unneeded;
mod worktree;

pub use comparison::{Cache, Fate, Judged, Reason};
pub use cost::{Cost, Costs, StepCost};
pub use files::{ContextFiles, Node};
pub use graph::{EdgeKind, GraphEdge, GraphNode, NodeKind, StageGraph};
pub use history::{History, Tally, replay, replay_today};
pub use keys::{Keys, State, StepKey};
pub use layers::{Layer, LayerStage, Layers, NO_IMAGES, Read};
pub use order::{Expense, Move, Samples, StageOrder, StepRuns, best_orders};
pub use path_kind::PathKind;
pub use proposal::Proposal;
pub use scenario::{Scenario, ScenarioKind};
pub use score::{Score, ScoreRow};
pub use timeline::{Revision, Timeline};
pub use timing::Timing;
pub use unneeded::{Unneeded, UnneededFiles};
