//! Leaving nothing behind, however dfx ends.
//!
//! A process that is told by Ctrl-C to end, or killed, cannot tidy up. So a second one waits for the first to go: it is
//! told what there will be to remove before that is made, and removes it when its standard input ends.

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::failure::{Failure, reason};
use super::super::files::tell;
use super::processes::AtWork;

/// The name of the command that sweeps.
pub const SWEEP: &str = "verify-sweep";

/// Something to be done when dfx has ended, on one line of standard input.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Duty {
    /// Remove a folder with all that is in it.
    Remove(PathBuf),
    /// Run the words as a command.
    Run(Vec<String>),
    /// End what is still at work on what is to be removed, first of all.
    End(AtWork),
    /// It has ended by itself.
    Ended,
    /// Dfx has come to its own end: there is no need to tell of the rest.
    Done,
}

/// The process that sweeps, as seen by the one that makes the dirt.
#[derive(Debug)]
pub struct Sweeper {
    child: Child,
    /// Taken when it shall begin.
    orders: Option<ChildStdin>,
    folder: PathBuf,
}

impl Sweeper {
    /// Starts it, and makes a folder for temporary files that it will remove.
    ///
    /// # Errors
    ///
    /// If the system gives no process or no folder.
    pub fn start() -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("dfx-verify-{}", std::process::id()));
        let failed = |error: io::Error| Failure::at("make", &folder, &error);
        fs::create_dir(&folder).map_err(failed)?;
        let program = std::env::current_exe().map_err(failed)?;
        let mut command = Command::new(program);
        command.arg(SWEEP).stdin(Stdio::piped()).stdout(Stdio::null());
        outside_of_this_group(&mut command);
        let mut child = command.spawn().map_err(failed)?;
        let orders = child.stdin.take();
        let mut sweeper = Self { child, orders, folder };
        sweeper.add(&Duty::Remove(sweeper.folder.clone()));
        Ok(sweeper)
    }

    /// A folder for temporary files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Has a command run at the end. The last one that was added runs first.
    pub fn add_command(&mut self, words: &[String]) {
        self.add(&Duty::Run(words.to_vec()));
    }

    /// Has processes ended, should dfx go before they do.
    pub fn started(&mut self, at_work: AtWork) {
        self.add(&Duty::End(at_work));
    }

    /// They have ended by themselves.
    pub fn ended(&mut self) {
        self.add(&Duty::Ended);
    }

    fn add(&mut self, duty: &Duty) {
        let line = serde_json::to_string(duty).unwrap_or_default();
        if let Some(orders) = &mut self.orders {
            // Where the sweeper is gone there is nobody to tell it.
            let _ = writeln!(orders, "{line}").and_then(|()| orders.flush());
        }
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        self.add(&Duty::Done);
        self.orders = None;
        let _ = self.child.wait();
    }
}

/// Has a command run in a group of its own: Ctrl-C ends all processes of the group that the terminal is talking to.
pub fn outside_of_this_group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(windows)]
    {
        const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
        std::os::windows::process::CommandExt::creation_flags(command, CREATE_NEW_PROCESS_GROUP);
    }
}

/// Waits until dfx has ended, and removes what it left.
///
/// # Errors
///
/// None: what cannot be removed is told.
pub fn sweep() -> Result<ExitCode, Failure> {
    let lines = io::stdin().lock().lines().map_while(Result::ok);
    let duties: Vec<Duty> = lines.filter_map(|line| serde_json::from_str(&line).ok()).collect();
    if !matches!(duties.last(), Some(Duty::Done)) {
        tell("interrupted: removing what was built\n");
    }
    let is_at_work = duties.iter().rev().find_map(|duty| match duty {
        Duty::End(at_work) => Some(Some(*at_work)),
        Duty::Ended => Some(None),
        _ => None,
    });
    if let Some(Some(at_work)) = is_at_work {
        at_work.end(|| ());
    }
    duties.into_iter().rev().for_each(fulfil);
    Ok(ExitCode::SUCCESS)
}

fn fulfil(duty: Duty) {
    match duty {
        Duty::Remove(folder) => {
            if let Err(error) = fs::remove_dir_all(&folder) {
                tell(&format!("warning: cannot remove {}: {}\n", folder.display(), reason(&error)));
            }
        }
        // An image that was never made cannot be removed, and the engine says so to nobody. One that was may be in use a
        // moment longer: Podman cleans up behind a container after that has ended.
        Duty::Run(words) => {
            if !run(&words) {
                thread::sleep(PAUSE);
                run(&words);
            }
        }
        Duty::End(_) | Duty::Ended | Duty::Done => {}
    }
}

/// Whether the words, run as a command, succeed.
pub fn run(words: &[String]) -> bool {
    let Some((program, arguments)) = words.split_first() else { return false };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The pause before a command that has failed is tried once more.
const PAUSE: Duration = Duration::from_millis(500);
