//! The rules: what each looks for, and what it reports.
//!
//! One file per rule lies under `/rules/<group>/`; this module mounts them and gives them what they see.

mod buildkit_order;
mod cache_flow;
mod context;
mod documentation;
#[cfg(test)]
pub(crate) mod harness;
mod meta;
mod options;
mod registry;
mod sink;
#[cfg(test)]
mod tests;

#[path = "../../rules/build/mod.rs"]
mod build;
#[path = "../../rules/cache/mod.rs"]
mod cache;
#[path = "../../rules/pin/mod.rs"]
mod pin;
#[path = "../../rules/runtime/mod.rs"]
mod runtime;
#[path = "../../rules/security/mod.rs"]
mod security;
#[path = "../../rules/shell/mod.rs"]
mod shell;
#[path = "../../rules/size/mod.rs"]
mod size;
#[path = "../../rules/style/mod.rs"]
mod style;

pub(crate) use buildkit_order::keep_what_buildkit_reports;
pub use context::{Context, JudgedSuppressions, UnknownSuppression};
pub use documentation::{Documentation, Example, HEADINGS};
pub use meta::{Activation, BUILDKIT_CHECKS, Meta};
pub use options::{LabelFormat, Linter, Options};
pub(crate) use registry::group;
pub use registry::{Rule, all, find};
pub use sink::{Report, Sink};
