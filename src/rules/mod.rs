//! The rules: what each looks for, and what it reports.
//!
//! One file per rule lies under `/rules/<group>/`; this module mounts them and gives them what they see.

mod documentation;
mod meta;
mod sink;

pub use documentation::{Documentation, Example, HEADINGS};
pub use meta::{Activation, BUILDKIT_CHECKS, Meta};
pub use sink::{Report, Sink};
