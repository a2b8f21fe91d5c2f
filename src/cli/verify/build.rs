//! Builds, and what is told of one that fails.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::image::Image;

use super::super::failure::{Failure, reason};
use super::engine::Engine;
use super::processes::AtWork;
use super::side::{self, Side};
use super::sweeper::{self, Sweeper};

/// What is to be built.
#[derive(Debug, Clone)]
pub struct BuildOrder<'a> {
    /// The Dockerfile.
    pub dockerfile: &'a Path,
    /// What it is called in messages.
    pub name: String,
    /// The build context.
    pub context: &'a Path,
    /// Build arguments, by name.
    pub build_arguments: &'a [(String, String)],
    /// The stage to build; the last one where none is named.
    pub target: Option<&'a str>,
    /// Further options for the engine.
    pub options: &'a [String],
    /// Whether nothing is to be taken from the cache.
    pub is_fresh: bool,
}

/// An image that was built.
#[derive(Debug)]
pub struct Built {
    /// The image.
    pub image: Image,
    /// Its name in the engine.
    pub tag: String,
    /// What tells it from the others of this run: `before`.
    pub name: String,
    /// What its Dockerfile is called in messages.
    pub dockerfile: String,
}

/// An engine, and a folder for what it hands out. Nothing of it outlives dfx.
#[derive(Debug)]
pub struct Workshop {
    pub(super) engine: Engine,
    pub(super) sweeper: Sweeper,
}

impl Workshop {
    /// Makes room for builds.
    ///
    /// # Errors
    ///
    /// If there is no room for temporary files.
    pub fn open(engine: Engine) -> Result<Self, Failure> {
        Ok(Self { engine, sweeper: Sweeper::start()? })
    }

    /// The engine.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The path of a Dockerfile, written down for the engine if it is a draft.
    ///
    /// # Errors
    ///
    /// If there is no room for it.
    pub fn dockerfile(&self, side: &Side, name: &str) -> Result<PathBuf, Failure> {
        let (path, bytes) = match side {
            Side::Draft { path, bytes } => (path, bytes),
            Side::Dockerfile(path) | Side::Archive(path) | Side::Layout(path) => return Ok(path.clone()),
        };
        let draft = self.sweeper.folder().join(format!("{name}.Dockerfile"));
        fs::write(&draft, bytes).map_err(|error| Failure::at("write", &draft, &error))?;
        // A Dockerfile's own list of ignored files goes by its name.
        let (ignored, copy) = (ignore_file(path), ignore_file(&draft));
        if ignored.exists() {
            fs::copy(&ignored, &copy).map_err(|error| Failure::at("copy", &ignored, &error))?;
        }
        Ok(draft)
    }

    /// Builds an image and reads it; `name` tells it from the others of this run.
    ///
    /// # Errors
    ///
    /// If it cannot be built or exported; the end of the engine's log is told.
    pub fn build(&mut self, order: &BuildOrder<'_>, name: &str) -> Result<Built, Failure> {
        let tag = format!("dfx-verify:{}-{name}", std::process::id());
        let log = self.sweeper.folder().join(format!("{name}.log"));
        self.sweeper.add_command(&self.engine.removal(&tag));
        let failed = |what: &str, error: &str| failure(&format!("{what} {}", order.name), error, &log);
        self.run(self.engine.build(order, &tag), &log).map_err(|error| failed("cannot build", &error))?;
        let export = self.sweeper.folder().join(format!("{name}.tar"));
        let exported = self.run(self.engine.export(&tag, &export), &log);
        exported.map_err(|error| failed("cannot export the image of", &error))?;
        let image = side::archive(&export).map_err(|error| side::unreadable(&export, &error))?;
        // Two archives at once would need twice the room.
        let _ = fs::remove_file(&export);
        Ok(Built { image, tag, name: name.to_owned(), dockerfile: order.name.clone() })
    }

    /// Runs a call of the engine, its words going to a log.
    pub(super) fn run(&mut self, mut command: Command, log: &Path) -> Result<(), String> {
        let told = |error: io::Error| reason(&error);
        let out = File::create(log).map_err(told)?;
        let error = out.try_clone().map_err(told)?;
        // Ctrl-C is for dfx: the engine is ended by the process that sweeps, which knows how.
        sweeper::outside_of_this_group(&mut command);
        let mut child = command.stdout(Stdio::from(out)).stderr(Stdio::from(error)).spawn().map_err(told)?;
        self.sweeper.started(AtWork::Engine(child.id()));
        let status = child.wait().map_err(told)?;
        self.sweeper.ended();
        if status.success() { Ok(()) } else { Err(status.to_string()) }
    }
}

/// Lines of the log that are told.
const MOST_LINES: usize = 20;

fn ignore_file(dockerfile: &Path) -> PathBuf {
    let mut name = dockerfile.as_os_str().to_owned();
    name.push(".dockerignore");
    PathBuf::from(name)
}

/// What is told of a call that failed: the step, and the end of the log.
pub(super) fn failure(what: &str, error: &str, log: &Path) -> Failure {
    let log = fs::read(log).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = log.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let step = failed_step(&lines).map_or(String::new(), |step| format!(" at {step}"));
    let tail: Vec<String> =
        lines[lines.len().saturating_sub(MOST_LINES)..].iter().map(|line| format!("  | {line}")).collect();
    let is_full = log.contains("no space left on device");
    let help = if is_full { "the disk is full: the engine needs room for both images, and TMPDIR for one" } else { "" };
    Failure::new(format!("{what}{step}: {error}\n{}", tail.join("\n")), help)
}

/// The step that a build was at when it failed, in the words of its engine: Buildah and Podman write `STEP 2/3: RUN x`,
/// Docker's old builder `Step 2/3 : RUN x`, BuildKit ` > [2/3] RUN x:`.
fn failed_step<'l>(lines: &[&'l str]) -> Option<&'l str> {
    lines.iter().rev().find_map(|line| {
        let line = line.trim_start();
        let by_buildkit =
            line.strip_prefix("> ").filter(|rest| rest.starts_with('[')).map(|rest| rest.trim_end_matches(':'));
        let is_step = line.starts_with("STEP ") || line.starts_with("Step ");
        by_buildkit.or_else(|| is_step.then_some(line))
    })
}

#[cfg(test)]
mod tests {
    use super::failed_step;

    #[test]
    fn the_failed_step_is_found_in_the_log_of_each_engine() {
        assert_eq!(failed_step(&["STEP 1/2: FROM a", "STEP 2/2: RUN b", "b: not found"]), Some("STEP 2/2: RUN b"));
        assert_eq!(failed_step(&["Step 2/2 : RUN b", " ---> Running in 1", "x"]), Some("Step 2/2 : RUN b"));
        assert_eq!(failed_step(&["#5 ERROR: x", "------", " > [2/2] RUN b:", "0.1 b: not found"]), Some("[2/2] RUN b"));
        assert_eq!(failed_step(&["Cannot connect"]), None);
    }
}
