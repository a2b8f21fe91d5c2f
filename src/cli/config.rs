//! `dfx config`

mod show;

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::config;

use super::failure::Failure;
use super::files::tell;
use super::settings::{catalogue, folder_of, read_hadolint};

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
    /// Print hadolint's configuration as a dfx.toml, and tell what has no counterpart
    ImportHadolint {
        /// The file [default: .hadolint.yaml or .hadolint.yml]
        file: Option<PathBuf>,
        /// Write dfx.toml beside it; never overwrites one
        #[arg(long)]
        write: bool,
    },
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
        Command::ImportHadolint { file, write } => import_hadolint(file.as_deref(), *write),
        Command::Init { folder } => init(folder),
    }
}

fn init(folder: &Path) -> Result<ExitCode, Failure> {
    write_new(folder, &config::template())
}

fn import_hadolint(file: Option<&Path>, write: bool) -> Result<ExitCode, Failure> {
    let standard = config::HADOLINT_FILE_NAMES.iter().map(Path::new).find(|path| path.is_file());
    let path = file.or(standard).ok_or_else(|| {
        Failure::new("there is no .hadolint.yaml here", "name the file: `dfx config import-hadolint FILE`")
    })?;
    let imported = read_hadolint(path, &catalogue())?;
    for note in &imported.notes {
        tell(&format!("note: {note}\n"));
    }
    if write { write_new(folder_of(path), &imported.toml) } else { super::print(&imported.toml) }
}

fn write_new(folder: &Path, text: &str) -> Result<ExitCode, Failure> {
    if let Some(existing) = config::FILE_NAMES.iter().map(|name| folder.join(name)).find(|path| path.exists()) {
        return Err(Failure::new(format!("{} exists", existing.display()), "`dfx config show` prints what it sets"));
    }
    let path = folder.join(config::FILE_NAMES[0]);
    let mut file = File::create_new(&path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::new(format!("{} exists", path.display()), ""),
        _ => Failure::at("write", &path, &error),
    })?;
    file.write_all(text.as_bytes()).map_err(|error| Failure::at("write", &path, &error))?;
    super::print(&format!("Wrote {}\n", path.display()))
}
