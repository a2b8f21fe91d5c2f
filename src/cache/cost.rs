//! How long a step takes, roughly.

use crate::ir::Command;
use crate::knowledge::package_managers::Action;
use crate::plan::{Operation, Source};

/// A class of duration, *estimated* from what a step does: nobody has measured it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cost {
    /// Copies, links, settings: too short to matter.
    Instant,
    /// A download, a list of packages, an unpacked archive.
    Seconds,
    /// An installation of packages, or of what a project depends on; a build of an interpreted language.
    TensOfSeconds,
    /// A build by a compiler.
    Minutes,
}

impl Cost {
    /// The words for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Cost::Instant => "instant",
            Cost::Seconds => "seconds",
            Cost::TensOfSeconds => "tens of seconds",
            Cost::Minutes => "minutes",
        }
    }

    /// The class of a step: downloads take long, and of a RUN the longest of its commands tells.
    pub fn of_step(operation: &Operation, commands: &[Command<'_>]) -> Self {
        let is_fetched = |source: &Source| matches!(source, Source::Http { .. } | Source::Git { .. });
        match operation {
            Operation::Files(files) if files.copies.iter().any(|copy| is_fetched(&copy.from)) => Cost::Seconds,
            Operation::Exec(_) => Self::of_commands(commands),
            Operation::Files(_) | Operation::MakeDirectory(_) => Cost::Instant,
        }
    }

    /// The class of a RUN of these commands: that of the longest.
    fn of_commands(commands: &[Command<'_>]) -> Self {
        commands.iter().map(of_command).max().unwrap_or(Cost::Instant)
    }
}

/// What compiles whole programs.
const COMPILERS: &[&str] =
    &["make", "gmake", "ninja", "cmake", "meson", "bazel", "scons", "gcc", "g++", "clang", "rustc", "javac", "swift"];

/// Package managers whose builds call a compiler.
const COMPILING_MANAGERS: &[&str] = &["cargo", "go", "mvn", "gradle", "cabal", "stack", "dotnet", "mix"];

/// What fetches, unpacks or configures.
const FETCHERS: &[&str] = &["tar", "unzip", "configure", "wget", "curl", "git", "svn"];

fn of_command(command: &Command<'_>) -> Cost {
    if let Some(invocation) = &command.manager {
        let compiles = COMPILING_MANAGERS.contains(&invocation.manager.name);
        return match invocation.action {
            // `cargo install` and `go install` build what they install.
            Action::Install if matches!(invocation.manager.name, "cargo" | "go" | "cabal" | "stack") => Cost::Minutes,
            Action::Build if compiles => Cost::Minutes,
            Action::Install | Action::InstallProject | Action::Upgrade | Action::Build => Cost::TensOfSeconds,
            Action::UpdateLists => Cost::Seconds,
            Action::Remove | Action::Clean | Action::Run | Action::Other => Cost::Instant,
        };
    }
    match command.name() {
        Some(name) if COMPILERS.contains(&name) => Cost::Minutes,
        Some(name) if FETCHERS.contains(&name) || command.download().is_some() => Cost::Seconds,
        _ => Cost::Instant,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Build, Commands};
    use crate::source::SourceFile;
    use crate::syntax::parse;

    #[test]
    fn the_longest_command_tells_the_class_of_a_run() {
        for (run, cost) in [
            ("mkdir -p /x && chmod 755 /x", Cost::Instant),
            ("curl -fsSLo x.tgz https://example.com/x.tgz && tar xf x.tgz", Cost::Seconds),
            ("apt-get update && apt-get install -y git", Cost::TensOfSeconds),
            ("npm ci && npm run build", Cost::TensOfSeconds),
            ("./configure && make -j4 && make install", Cost::Minutes),
            ("cargo build --release", Cost::Minutes),
        ] {
            let file = parse(SourceFile::new("Dockerfile", format!("FROM a\nRUN {run}\n")));
            let build = Build::new(&file);
            assert_eq!(Cost::of_commands(Commands::new(&build).all()), cost, "{run}");
        }
    }
}
