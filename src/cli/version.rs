//! `dfx version`

use std::process::ExitCode;

use serde_json::json;

use super::failure::Failure;

/// dfx's version, as Cargo.toml has it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Print the version
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    super::print(&match arguments.json {
        true => format!("{:#}\n", json!({ "name": "dfx", "version": VERSION })),
        false => format!("dfx {VERSION}\n"),
    })
}
