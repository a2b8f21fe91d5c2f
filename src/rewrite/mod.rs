//! Rewrites that reach over several instructions. Each gives edits, or says why it does not.

mod joined_runs;

pub use joined_runs::{Refusal, join_runs};
