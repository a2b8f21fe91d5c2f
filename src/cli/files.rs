//! The files of a run: what the command line names, each with its settings and its build context.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;

use crate::config::PathPatterns;
use crate::context::BuildContext;
use crate::source::SourceFile;
use crate::syntax::{self, Dockerfile};

use super::context::Contexts;
use super::discover::{self, Input};
use super::failure::{Failure, reason};
use super::read;
use super::settings::{self, Configurations, Prepared};

/// So many files are given to a thread at once.
const FILES_PER_BATCH: usize = 8;

/// So many batches a thread may be ahead of what was told: memory does not grow with the number of files.
const BATCHES_AHEAD: usize = 8;

/// More of what could not be read of build contexts is not told.
const MOST_NOTES: usize = 10;

/// As much as the main thread mostly has.
const STACK_SIZE: usize = 8 * 1024 * 1024;

/// Arguments that say which files are meant, and what they are built from.
#[derive(Debug, clap::Args)]
pub struct FileArguments {
    /// Files, folders to search for Dockerfiles, or `-` for standard input [default: .]
    paths: Vec<PathBuf>,
    /// Read paths from a file, or from standard input for `-`: one a line, or apart by NUL
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    files_from: Option<PathBuf>,
    /// The name of what comes on standard input
    #[arg(long, value_name = "PATH", help_heading = "Files")]
    stdin_filename: Option<PathBuf>,
    /// Leave out files and folders that match, as in a .gitignore in the working directory
    #[arg(long, value_name = "PATTERN", value_delimiter = ',', help_heading = "Files")]
    exclude: Vec<String>,
    /// Having no file to look at is fine
    #[arg(long, help_heading = "Files")]
    allow_no_files: bool,
    /// Print the files that would be looked at, and do no more
    #[arg(long, help_heading = "Files")]
    pub show_files: bool,
    /// The build context of all files [default: the folder that fits the COPY instructions]
    #[arg(long, value_name = "DIR", help_heading = "Files")]
    context: Option<PathBuf>,
    /// Look at no build context
    #[arg(long, conflicts_with = "context", help_heading = "Files")]
    no_context: bool,
}

/// A file with its settings.
pub struct Task {
    /// Where it comes from.
    pub input: Input,
    /// Its settings.
    pub prepared: Arc<Prepared>,
}

impl Task {
    /// The file's path on disk; `None` for standard input.
    pub fn path(&self) -> Option<&Path> {
        self.input.path(None)
    }
}

/// A file that was read.
pub struct Loaded<'t> {
    /// The file, parsed.
    pub file: Dockerfile,
    /// Its path; `None` for standard input without a name.
    pub path: Option<&'t Path>,
}

/// A file that could not be read.
#[derive(Debug, Clone)]
pub struct Unreadable {
    /// The path as the user gave it.
    pub path: String,
    /// Why not.
    pub error: String,
}

/// All files of a run.
pub struct Files {
    /// The files, in the order in which they are reported.
    pub tasks: Vec<Task>,
    contexts: Contexts,
    stdin_filename: Option<PathBuf>,
}

impl FileArguments {
    /// Finds the files. All configurations are read before the first file is.
    pub fn files(&self, configurations: &mut Configurations) -> Result<Files, Failure> {
        let inputs = self.inputs()?;
        if inputs.is_empty() && !self.allow_no_files {
            return Err(Failure::new("there is no Dockerfile here", "name files or folders, or use --allow-no-files"));
        }
        let tasks = self.tasks(inputs, configurations)?;
        Ok(Files { tasks, contexts: self.contexts()?, stdin_filename: self.stdin_filename.clone() })
    }

    fn inputs(&self) -> Result<Vec<Input>, Failure> {
        let mut paths = self.paths.clone();
        if let Some(list) = &self.files_from {
            if [list].into_iter().chain(&paths).filter(|path| path.as_os_str() == "-").count() > 1 {
                return Err(Failure::new("standard input cannot be both a Dockerfile and a list of files", ""));
            }
            paths.extend(discover::read_list(list)?);
        } else if paths.is_empty() {
            paths.push(PathBuf::from("."));
        }
        Ok(discover::discover(&paths, self.excluded()?.as_ref()))
    }

    fn excluded(&self) -> Result<Option<PathPatterns>, Failure> {
        if self.exclude.is_empty() {
            return Ok(None);
        }
        let patterns = PathPatterns::new(self.exclude.iter().map(String::as_str));
        patterns.map(Some).map_err(|(_, reason)| Failure::new(format!("--exclude: {reason}"), ""))
    }

    /// The inputs with their settings, less what is excluded.
    fn tasks(&self, inputs: Vec<Input>, configurations: &mut Configurations) -> Result<Vec<Task>, Failure> {
        let excluded = self.excluded()?;
        let mut tasks = Vec::new();
        for input in inputs {
            let path = input.path(self.stdin_filename.as_deref());
            let prepared = configurations.for_folder(path.map_or(Path::new("."), settings::folder_of))?;
            let is_left_out = path.is_some_and(|path| {
                excluded.as_ref().is_some_and(|patterns| discover::is_excluded(path, patterns))
                    || prepared.configuration.as_ref().is_some_and(|configuration| configuration.excludes(path))
            });
            if !is_left_out {
                tasks.push(Task { input, prepared });
            }
        }
        Ok(tasks)
    }

    fn contexts(&self) -> Result<Contexts, Failure> {
        match &self.context {
            None if self.no_context => Ok(Contexts::None),
            folder => Contexts::given_or_inferred(folder.as_deref()),
        }
    }
}

impl Files {
    /// The names of the files, one a line.
    pub fn listing(&self) -> String {
        let name = |task: &Task| match &task.input {
            Input::Unreachable(path, _) => path.display().to_string(),
            _ => shown(self.name_of(task)),
        };
        self.tasks.iter().map(|task| format!("{}\n", name(task))).collect()
    }

    /// The path of a file, or the name given to standard input.
    pub fn name_of<'t>(&'t self, task: &'t Task) -> Option<&'t Path> {
        task.input.path(self.stdin_filename.as_deref())
    }

    /// Reads and parses a file.
    pub fn load<'t>(&'t self, task: &'t Task) -> Result<Loaded<'t>, Unreadable> {
        if let Input::Unreachable(path, error) = &task.input {
            return Err(Unreadable { path: path.display().to_string(), error: error.clone() });
        }
        let path = self.name_of(task);
        let bytes = match &task.input {
            Input::File(path) => read::file(path),
            Input::Stdin | Input::Unreachable(..) => read::standard_input(),
        };
        match bytes {
            Ok(bytes) => Ok(Loaded { file: syntax::parse(SourceFile::new(shown(path), bytes)), path }),
            Err(error) => Err(Unreadable { path: shown(path), error: reason(&error) }),
        }
    }

    /// Asks `ask` with the build context of a file, where one is known.
    pub fn with_context<T>(&self, loaded: &Loaded<'_>, ask: impl FnOnce(Option<&BuildContext>) -> T) -> T {
        // A context that is given holds for a file without a name too.
        let place = loaded.path.or(matches!(self.contexts, Contexts::Folder(..)).then_some(Path::new("-")));
        let context = place.and_then(|place| self.contexts.of(place, &loaded.file));
        ask(context.as_ref().and_then(|loan| loan.get()))
    }

    /// Does `work` for every file, on several threads, and tells what came of it in the order of the files.
    pub fn for_each<O: Send>(
        &self,
        threads: Option<usize>,
        work: impl Fn(&Task) -> O + Sync,
        mut tell: impl FnMut(O) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let batches = self.tasks.chunks(FILES_PER_BATCH);
        let threads = threads_for(batches.len(), threads);
        if threads < 2 {
            return self.tasks.iter().try_for_each(|task| tell(work(task)));
        }
        // Each thread takes every so many-th batch, this one the first, so that asking them in turn gives the order of the files.
        let lane = |first: usize| batches.clone().skip(first).step_by(threads);
        thread::scope(|scope| {
            let mut others = Vec::new();
            for first in 1..threads {
                let (sender, receiver) = mpsc::sync_channel::<Vec<O>>(BATCHES_AHEAD);
                let (work, mut batches) = (&work, lane(first));
                let run = move || {
                    // Nobody listens any more where telling has failed.
                    batches.try_for_each(|batch| sender.send(batch.iter().map(work).collect()))
                };
                let started = thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, run);
                started.map_err(|error| {
                    Failure::new(format!("cannot start {threads} threads: {error}"), "use --threads 1")
                })?;
                others.push(receiver);
            }
            for batch in lane(0) {
                batch.iter().try_for_each(|task| tell(work(task)))?;
                // At the end some have no batch any more.
                let outcomes = others.iter().map_while(|other| other.recv().ok());
                outcomes.flatten().try_for_each(&mut tell)?;
            }
            Ok(())
        })
    }

    /// The folder that is the build context of a Dockerfile.
    pub fn context_folder(&self, path: &Path, file: &Dockerfile) -> PathBuf {
        self.contexts.folder_of(path, file).unwrap_or_else(|| settings::folder_of(path).to_owned())
    }

    /// Tells on standard error what could not be read of the build contexts.
    pub fn tell_notes(&self) {
        for note in self.contexts.notes().iter().take(MOST_NOTES) {
            tell(&format!("note: in the build context, {note}\n"));
        }
    }
}

/// Writes to standard error. Where that is closed, nobody is left to be told.
pub fn tell(text: &str) {
    let _ = io::Write::write_all(&mut io::stderr(), text.as_bytes());
}

/// A file's name for people; `-` for standard input.
fn shown(path: Option<&Path>) -> String {
    path.map_or_else(|| "-".to_owned(), |path| path.display().to_string())
}

/// How many threads so many batches are worth, where the user has asked for `threads`.
fn threads_for(batches: usize, threads: Option<usize>) -> usize {
    let available = || thread::available_parallelism().map_or(1, |number| number.get());
    threads.filter(|threads| *threads > 0).unwrap_or_else(available).min(batches)
}
