//! What a user of the command line sees: output, error messages, exit codes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod baseline;
mod commands;
mod config;
mod files;
mod fix;
mod hadolint;
mod layers;
mod layers_git;
mod lint;
mod output;
#[cfg(unix)]
mod shellcheck;
#[cfg(unix)]
mod verify;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder to run dfx in.
struct Folder {
    folder: TempDir,
}

/// What came of a run.
struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Folder {
    /// A folder with files, by path and text. It is a repository of its own: no configuration above it is found.
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        let folder = Self { folder };
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Runs dfx with arguments apart by blanks.
    fn run(&self, arguments: &str) -> Run {
        self.run_with(arguments, "", &[])
    }

    /// Runs dfx with something on standard input and in its environment.
    fn run_with(&self, arguments: &str, input: &str, environment: &[(&str, &str)]) -> Run {
        let mut command = self.command(arguments);
        command.envs(environment.iter().copied());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dfx"));
        command.args(arguments.split_whitespace()).current_dir(self.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "SOURCE_DATE_EPOCH"] {
            command.env_remove(name);
        }
        command
    }
}

impl Run {
    /// Everything that a user sees.
    fn text(&self) -> String {
        let mut text = format!("exit {}\n", self.code);
        for (name, stream) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !stream.is_empty() {
                text += &format!("--- {name}\n{stream}");
            }
        }
        text
    }
}

/// Holds what a user sees against `/snapshots/cli__NAME.snap`.
fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("cli__{name}"), text));
}

/// A Dockerfile in which the one rule that these tests rely on finds one error.
const BAD: &str = "FROM debian:13\nRUNN true\n";

/// Arguments that leave no other rule on.
const ONE_RULE: &str = "--select build/unknown-instruction";
