//! The documents that are made from the rules. `DFX_UPDATE_DOCS=1 cargo test --test docs` writes them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod coverage;
mod rules;

use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Whether the documents are to be written anew.
fn is_update() -> bool {
    std::env::var_os("DFX_UPDATE_DOCS").is_some()
}

/// What to say where a document is not what the rules ask for.
const OUT_OF_DATE: &str = "is out of date: run `DFX_UPDATE_DOCS=1 cargo test --test docs`";
