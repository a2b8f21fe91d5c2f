//! Processes that are at work on what is to be removed, and how they are ended.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::sweeper;

/// The pause between two questions whether processes still are there.
const PAUSE: Duration = Duration::from_millis(100);

/// So often that is asked, before they are ended without being asked.
const MOST_QUESTIONS: u32 = 50;

/// Who is at work, by number; each is asked to end in its own way.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtWork {
    /// An engine that builds or exports.
    Engine(u32),
    /// A group of processes that hold a container.
    Group(u32),
    /// A group that holds one of Buildah's, which sees the file system in a way that no other process does. (Rootless, all
    /// processes of Podman's see it in one and the same way.)
    BuildahGroup(u32),
}

impl AtWork {
    /// Ends all of them and waits for that. `before_each_question` may reap those that have ended: they count until then.
    pub fn end(self, mut before_each_question: impl FnMut()) {
        let namespaces = self.mount_namespaces();
        let mut is_there = self.signal(self.request());
        for _ in 0..MOST_QUESTIONS {
            before_each_question();
            is_there = is_there && self.signal("0") && !self.has_ended();
            if !is_there {
                break;
            }
            thread::sleep(PAUSE);
        }
        if is_there {
            self.signal("KILL");
        }
        // Told to isolate by chroot, Buildah lets live what has left the group: Erlang's port mapper, say.
        let left =
            processes().filter(|process| process.mount_namespace().is_some_and(|of| namespaces.contains_key(&of)));
        let left: Vec<String> = left.map(|process| process.number.to_string()).collect();
        if !left.is_empty() {
            signal("KILL", &left.join(" "));
        }
    }

    /// The signal that has all of it end in order. A build of Podman's that gets SIGTERM or SIGINT is gone at once, and leaves
    /// the container and the files of its step; SIGHUP goes to the step, the build fails, and Podman tidies up.
    fn request(self) -> &'static str {
        match self {
            AtWork::Engine(_) => "HUP",
            AtWork::Group(_) | AtWork::BuildahGroup(_) => "TERM",
        }
    }

    /// Whether somebody gets the signal.
    fn signal(self, name: &str) -> bool {
        match self {
            AtWork::Engine(number) => signal(name, &number.to_string()),
            AtWork::Group(number) | AtWork::BuildahGroup(number) => signal(name, &format!("-{number}")),
        }
    }

    /// Whether those that are left have ended, and only wait for somebody to ask how: whose parent has gone may wait long.
    fn has_ended(self) -> bool {
        let is_own = |process: &Process| match self {
            AtWork::Engine(number) => process.number == number,
            AtWork::Group(number) | AtWork::BuildahGroup(number) => process.group() == Some(number),
        };
        let mut states = processes().filter(is_own).filter_map(|process| process.state()).peekable();
        states.peek().is_some() && states.all(|state| matches!(state.as_str(), "X" | "Z"))
    }

    /// How the processes of a container see the file system, where that is how no other process does. As long as the files are
    /// open, the system gives these names to nothing else, such as to the next container of another engine.
    fn mount_namespaces(self) -> BTreeMap<PathBuf, File> {
        let AtWork::BuildahGroup(group) = self else { return BTreeMap::new() };
        let own = Process { number: std::process::id() }.mount_namespace();
        let of_group = processes().filter(|process| process.group() == Some(group));
        let others = of_group.filter_map(|process| process.held_mount_namespace());
        others.filter(|(of, _)| Some(of) != own.as_ref()).collect()
    }
}

/// A process as Linux tells of it; other systems tell nothing.
struct Process {
    number: u32,
}

impl Process {
    fn mount_namespace(&self) -> Option<PathBuf> {
        fs::read_link(format!("/proc/{}/ns/mnt", self.number)).ok()
    }

    fn held_mount_namespace(&self) -> Option<(PathBuf, File)> {
        let namespace = self.mount_namespace()?;
        let file = File::open(format!("/proc/{}/ns/mnt", self.number)).ok()?;
        (self.mount_namespace() == Some(namespace.clone())).then_some((namespace, file))
    }

    fn group(&self) -> Option<u32> {
        self.field(2)?.parse().ok()
    }

    fn state(&self) -> Option<String> {
        self.field(0)
    }

    /// Number, name in parentheses, and then the fields: state, parent, group (proc_pid_stat(5)). A name may hold spaces and
    /// parentheses.
    fn field(&self, behind_name: usize) -> Option<String> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.number)).ok()?;
        let (_, fields) = stat.rsplit_once(')')?;
        fields.split_whitespace().nth(behind_name).map(str::to_owned)
    }
}

fn processes() -> impl Iterator<Item = Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| Some(Process { number: entry.file_name().to_str()?.parse().ok()? }))
}

/// Whether processes get a signal. Where there is no shell they end, or do not, by themselves.
fn signal(name: &str, targets: &str) -> bool {
    sweeper::run(&["sh", "-c", &format!("kill -s {name} -- {targets}")].map(str::to_owned))
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command};

    use super::*;

    fn group_of(script: &str) -> Child {
        Command::new("sh").args(["-c", script]).process_group(0).spawn().expect("a shell")
    }

    #[test]
    fn a_process_tells_its_group() {
        let mut child = group_of("exec sleep 60");
        assert_eq!(Process { number: child.id() }.group(), Some(child.id()));
        AtWork::Group(child.id()).end(|| {
            let _ = child.try_wait();
        });
        assert!(child.try_wait().unwrap().is_some());
    }

    #[test]
    fn the_next_container_waits_until_the_last_process_of_this_one_has_ended() {
        let folder = std::env::temp_dir().join(format!("dfx-processes-{}", std::process::id()));
        let last = folder.display().to_string();
        // The first process, as Buildah, is gone at once; what it has started takes its time.
        let mut child = group_of(&format!(
            "(trap 'sleep 1; echo ended > {last}; exit' TERM; while :; do sleep 0.1; done) & exec sleep 60"
        ));
        thread::sleep(Duration::from_millis(300));
        AtWork::Group(child.id()).end(|| {
            let _ = child.try_wait();
        });
        let told = fs::read_to_string(&folder);
        let _ = fs::remove_file(&folder);
        assert_eq!(told.unwrap(), "ended\n");
    }
}
