//! The file that holds a baseline.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::cli::failure::Failure;
use crate::cli::settings::{real_folder, relative_to};
use crate::cli::{read, write};
use crate::finding::{Comparison, Finding, FingerprintsByRule, compare};
use crate::rules;
use crate::source::SourceFile;

/// The version of the format that this dfx writes, and the only one that it reads.
const VERSION: u32 = 1;

/// The known findings of files.
#[derive(Debug)]
pub struct Baseline {
    path: PathBuf,
    /// The folder that the names of files are relative to, without symbolic links.
    folder: PathBuf,
    /// By the name of the file, with `/` between folders.
    pub files: BTreeMap<String, FingerprintsByRule>,
}

/// The findings of a file against the baseline.
pub struct Compared {
    /// Those that the baseline does not know.
    pub new: Vec<Finding>,
    /// What the baseline should say of the file from now on: what still occurs, and what was not looked for.
    pub entry: FingerprintsByRule,
    /// How many findings of the baseline no longer occur.
    pub stale: usize,
}

/// What the file says. Maps are sorted, so that the same findings give the same bytes.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    version: u32,
    files: BTreeMap<String, FingerprintsByRule>,
}

impl Baseline {
    /// A baseline without findings, to be written to `path`.
    pub fn empty(path: &Path) -> Self {
        Self { path: path.to_owned(), folder: real_folder(path), files: BTreeMap::new() }
    }

    /// Reads a baseline.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = read::file(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Failure::new(
                format!("there is no baseline {}", path.display()),
                &format!("`dfx baseline create --baseline {}` writes one", path.display()),
            ),
            _ => Failure::at("read", path, &error),
        })?;
        let contents: Contents = serde_json::from_slice(&bytes).map_err(|error| malformed(path, &error))?;
        if contents.version != VERSION {
            let message = format!("the baseline {} has version {}", path.display(), contents.version);
            return Err(Failure::new(message, &format!("this dfx reads version {VERSION}")));
        }
        Ok(Self { files: contents.files, ..Self::empty(path) })
    }

    /// Writes the baseline: all of it or nothing.
    pub fn write(&self) -> Result<(), Failure> {
        let contents = Contents { version: VERSION, files: self.files.clone() };
        let save = || -> io::Result<()> {
            let (draft, mut file) = write::Draft::create(&self.path)?;
            writeln!(file, "{}", serde_json::to_string_pretty(&contents)?)?;
            draft.finish()
        };
        save().map_err(|error| Failure::at("write", &self.path, &error))
    }

    /// Where the baseline lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The name of a file in this baseline; `None` for one that lies outside of the baseline's folder.
    pub fn name_of(&self, file: &Path) -> Option<String> {
        relative_to(file, &self.folder)
    }

    /// Takes out of `findings` what is known of the file `name`, linted with `settings`.
    pub fn compare(&self, name: &str, source: &SourceFile, findings: Vec<Finding>, settings: &Settings) -> Compared {
        let nothing = FingerprintsByRule::new();
        let Comparison { new, matched: mut entry, unmatched } =
            compare(self.files.get(name).unwrap_or(&nothing), source, findings);
        let mut stale = 0;
        for (rule, mut fingerprints) in unmatched {
            // A rule that no longer exists finds nothing any more; one that is off in this run may find it all.
            if rules::find(&rule).is_none_or(|rule| settings.selection.is_on(rule.meta)) {
                stale += fingerprints.len();
            } else {
                entry.entry(rule).or_default().append(&mut fingerprints);
            }
        }
        Compared { new, entry, stale }
    }

    /// Takes out files without findings, and those that are no longer there.
    pub fn forget_empty_files(&mut self) {
        let folder = &self.folder;
        self.files.retain(|name, entry| !entry.is_empty() && folder.join(name).exists());
    }
}

fn malformed(path: &Path, error: &serde_json::Error) -> Failure {
    let text = error.to_string();
    let reason = text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]);
    let place = format!("{}:{}:{}", path.display(), error.line(), error.column().max(1));
    Failure::new(format!("{place}: this is not a baseline: {reason}"), "`dfx baseline create` writes a new one")
}
