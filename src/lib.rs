//! dfx reads a Dockerfile, says what is wrong with it, and rewrites it.
//!
//! The modules follow the data: [`source`] holds the text, [`syntax`] the lossless tree, [`ir`] what the build means;
//! [`rules`] look at it and report [`finding`]s, which carry fixes made of [`edit`]s; [`report`] writes them down.
//! `ARCHITECTURE.md` says who may import whom.

pub mod cache;
mod check;
pub mod cli;
pub mod config;
pub mod context;
pub mod edit;
pub mod finding;
pub mod fix;
pub mod hadolint;
pub mod image;
pub mod ir;
pub mod knowledge;
mod links;
mod lint;
pub mod plan;
pub mod report;
pub mod rewrite;
pub mod rules;
pub mod shell;
pub mod source;
pub mod syntax;

pub use check::{Checked, Settings, check};
pub use fix::fix;
pub use lint::lint;
