//! What must hold for every real Dockerfile.
//!
//! The files are not part of this repository. `DFX_CORPUS` names their folder; BuildKit's verdicts lie beside it. A
//! test that finds no corpus says so loudly and passes: `.ci/run` sets the variable and fails if one is skipped.

#![allow(clippy::unwrap_used, clippy::panic)]

mod checks;
mod corpus;
mod fixes;
mod invariants;
mod multistage;
mod mutation;
mod plan;
#[path = "../promises/mod.rs"]
mod promises;
mod random;
mod second_opinion;
mod syntax;
