//! `dfx config`

mod show;

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::config;

use super::failure::Failure;

/// Show, describe or start the configuration
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print the settings for a file or folder, each with where it comes from
    Show(Box<show::Arguments>),
    /// Print the JSON Schema of dfx.toml
    Schema,
    /// Write a dfx.toml that explains every setting; never overwrites one
    Init {
        /// Its folder
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
}

pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::Show(arguments) => show::run(arguments),
        Command::Schema => super::print(&format!("{:#}\n", config::json_schema())),
        Command::Init { folder } => init(folder),
    }
}

fn init(folder: &Path) -> Result<ExitCode, Failure> {
    if let Some(existing) = config::FILE_NAMES.iter().map(|name| folder.join(name)).find(|path| path.exists()) {
        return Err(Failure::new(format!("{} exists", existing.display()), "`dfx config show` prints what it sets"));
    }
    let path = folder.join(config::FILE_NAMES[0]);
    let mut file = File::create_new(&path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::new(format!("{} exists", path.display()), ""),
        _ => Failure::at("write", &path, &error),
    })?;
    file.write_all(config::template().as_bytes()).map_err(|error| Failure::at("write", &path, &error))?;
    super::print(&format!("Wrote {}\n", path.display()))
}
