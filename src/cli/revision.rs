//! Findings that files had in a revision of git.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::files::Files;
use super::git;
use super::settings::folder_of;

/// A revision, in every repository that the files of a run lie in.
pub struct Revision {
    /// The object name of the commit, by the folder of files.
    commits: HashMap<PathBuf, String>,
}

impl Revision {
    /// Looks the revision up for all files.
    pub fn resolve(name: &str, files: &Files) -> Result<Self, Failure> {
        let mut commits = HashMap::new();
        for task in &files.tasks {
            let path = files.name_of(task).ok_or_else(|| {
                Failure::new("--new-from-rev needs the name of what comes on standard input", "use --stdin-filename")
            })?;
            let folder = folder_of(path);
            // What does not exist is reported when it is read.
            if folder.is_dir() && !commits.contains_key(folder) {
                commits.insert(folder.to_owned(), commit(name, folder)?);
            }
        }
        Ok(Self { commits })
    }

    /// The bytes that a file had; `None` where it did not exist.
    pub fn content(&self, path: &Path) -> Option<Vec<u8>> {
        let folder = folder_of(path);
        let object = format!("{}:./{}", self.commits.get(folder)?, path.file_name()?.to_str()?);
        let output = git::command(folder, &["cat-file", "blob", &object]).output().ok()?;
        output.status.success().then_some(output.stdout)
    }
}

fn commit(name: &str, folder: &Path) -> Result<String, Failure> {
    let commit = format!("{name}^{{commit}}");
    let output = git::command(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])
        .output()
        .map_err(|error| Failure::new(format!("cannot run git: {error}"), "--new-from-rev needs git"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let reason = said.trim().replacen("fatal", "", 1);
    let help = "a shallow clone may lack the revision: `git fetch --depth 1 origin REV`";
    Err(Failure::new(format!("--new-from-rev: git has no revision {name} in {}{reason}", folder.display()), help))
}
