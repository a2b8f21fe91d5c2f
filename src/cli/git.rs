//! git, the program.

use std::path::Path;
use std::process::Command;

/// A call of git in a folder.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    command
}
