//! Whether a program is inside the image that a stage makes.

use crate::knowledge::images::{Known, Presence};
use crate::knowledge::package_managers::OperandKind;
use crate::syntax::InstructionKind;

use super::{Base, Build, Command, Commands, Step};

/// Whether a program is in an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolPresence {
    /// It is.
    Present,
    /// The base image does not have it, and nothing in the build brings it.
    Absent,
    /// The file alone does not tell.
    Unknown,
}

impl Commands<'_> {
    /// Whether `tool`, a program that `wget`, `curl` and the like name, is there when `stage` ends. Only programs that
    /// no other package is likely to bring along are ever called absent.
    pub fn tool_presence(&self, build: &Build<'_>, stage: usize, tool: &str) -> ToolPresence {
        let base = tool_of_base(build, stage, tool);
        if base != ToolPresence::Absent {
            return base;
        }
        let mut presence = base;
        for step in build.lineage(stage).flat_map(|stage| &stage.steps) {
            match &step.instruction.kind {
                InstructionKind::Run(_) => match self.tool_after_run(build, step, tool) {
                    ToolPresence::Present => return ToolPresence::Present,
                    ToolPresence::Unknown => presence = ToolPresence::Unknown,
                    ToolPresence::Absent => {}
                },
                InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) => {
                    let written = step.value(&transfer.destination);
                    let destination = build.absolute_path(step, written).unwrap_or_else(|| written.to_owned());
                    let destination = destination.trim_end_matches('/');
                    if names_program(destination, tool) {
                        return ToolPresence::Present;
                    }
                    if may_hold_programs(destination) {
                        presence = ToolPresence::Unknown;
                    }
                }
                InstructionKind::Malformed => presence = ToolPresence::Unknown,
                _ => {}
            }
        }
        presence
    }

    fn tool_after_run(&self, build: &Build<'_>, step: &Step<'_>, tool: &str) -> ToolPresence {
        let scripts = build.scripts(step);
        if scripts.iter().any(|script| !script.is_clean()) {
            return ToolPresence::Unknown;
        }
        let mut presence = ToolPresence::Absent;
        for command in self.of_step(step) {
            if installs(command, tool) {
                return ToolPresence::Present;
            }
            if may_bring(command, tool) {
                presence = ToolPresence::Unknown;
            }
        }
        presence
    }
}

fn tool_of_base(build: &Build<'_>, stage: usize, tool: &str) -> ToolPresence {
    /// Programs that the lists of packages speak for, because hardly a package depends on theirs.
    const LISTED: &[&str] = &["curl", "wget", "jq", "nc", "netcat", "http", "grpc_health_probe"];
    /// Those that BusyBox has in Alpine and in its own image.
    const BUSYBOX: &[&str] = &["wget", "nc", "ps", "pgrep", "pidof", "grep", "test", "cat", "sh", "netstat", "kill"];
    if build.root(stage).is_some_and(|root| root.base == Base::Scratch) {
        return if LISTED.contains(&tool) { ToolPresence::Absent } else { ToolPresence::Unknown };
    }
    let Some(image) = build.image_configuration(stage).filter(|image| !image.partial) else {
        return ToolPresence::Unknown;
    };
    let has_busybox = image.sh == Known::Is("busybox");
    // The lists of servers' images are not long enough to speak for absence (`nginx` has curl).
    let is_listed = LISTED.contains(&tool) && build.stands_on_plain_image(stage);
    match image.has(tool) {
        Presence::Present => ToolPresence::Present,
        _ if has_busybox && BUSYBOX.contains(&tool) => ToolPresence::Present,
        Presence::NotListed if is_listed && matches!(image.package_manager, Known::Is("apt-get" | "apk")) => {
            ToolPresence::Absent
        }
        // Distroless images hold one program, or none.
        _ if image.shell == Known::Nothing && LISTED.contains(&tool) => ToolPresence::Absent,
        _ => ToolPresence::Unknown,
    }
}

/// Whether the command installs the package that is called like the program, or puts a file of its name in place.
fn installs(command: &Command<'_>, tool: &str) -> bool {
    let Some(manager) = &command.manager else { return false };
    let is_package = |name: &str| {
        let name = name.split(':').next().unwrap_or(name);
        name == tool || tool == "nc" && name.starts_with("netcat") || name == "curl-minimal" && tool == "curl"
    };
    manager.installs() && manager.manager.is_system() && manager.packages().any(|package| is_package(package.name))
}

/// Whether the program may be there after the command, though nothing says so.
fn may_bring(command: &Command<'_>, tool: &str) -> bool {
    if let Some(manager) = &command.manager {
        let is_plain = |kind| matches!(kind, OperandKind::Named | OperandKind::Argument);
        let names_it = |text: &str| text.contains(tool);
        return manager.manager.is_system()
            && manager.installs()
            && manager.operands.iter().any(|operand| !is_plain(operand.kind) || names_it(operand.name));
    }
    let Some(name) = command.name() else { return !command.words.is_empty() };
    let path = command.words.first().and_then(|word| word.value).unwrap_or(name);
    let is_script = name.ends_with(".sh") || path.starts_with("./") || path.starts_with("/tmp/");
    is_script
        // A command that uses the program would fail without it.
        || command.words.iter().any(|word| word.value.is_some_and(|value| names_program(value, tool)))
        || matches!(name, "bash" | "sh" | "ash" | "dash" | "source" | "." | "eval" | "make" | "dpkg" | "nix-env" | "brew")
        || matches!(name, "ansible-playbook" | "puppet" | "rpm" | "busybox" | "install_packages" | "clean-install")
}

/// Whether the path is the program's, wherever it lies.
fn names_program(path: &str, tool: &str) -> bool {
    path.rsplit('/').next() == Some(tool)
}

/// Whether a copy to this place may bring programs whose names the Dockerfile does not say.
fn may_hold_programs(destination: &str) -> bool {
    matches!(destination, "" | "." | "/usr" | "/usr/local") || destination.ends_with("bin")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    fn presence(text: &str, tool: &str) -> ToolPresence {
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        Commands::new(&build).tool_presence(&build, build.stages.len() - 1, tool)
    }

    #[test]
    fn slim_images_have_no_curl_and_alpine_has_wget() {
        assert_eq!(presence("FROM debian:12-slim", "curl"), ToolPresence::Absent);
        assert_eq!(presence("FROM node:22-slim", "curl"), ToolPresence::Absent);
        assert_eq!(presence("FROM node:22", "curl"), ToolPresence::Present);
        assert_eq!(presence("FROM node:22-alpine", "wget"), ToolPresence::Present);
        assert_eq!(presence("FROM node:22-alpine", "curl"), ToolPresence::Absent);
        assert_eq!(presence("FROM scratch", "curl"), ToolPresence::Absent);
        assert_eq!(presence("FROM example.com/own", "curl"), ToolPresence::Unknown);
        assert_eq!(presence("FROM fedora:41", "curl"), ToolPresence::Unknown);
    }

    #[test]
    fn what_the_build_brings_counts() {
        let with = |run: &str| presence(&format!("FROM debian:12-slim\n{run}"), "curl");
        assert_eq!(with("RUN apt-get update && apt-get install -y git curl=7.88.1"), ToolPresence::Present);
        assert_eq!(with("RUN apt-get update && apt-get install -y git"), ToolPresence::Absent);
        assert_eq!(with("RUN apt-get install -y $PACKAGES"), ToolPresence::Unknown);
        assert_eq!(with("COPY --from=x /curl /usr/bin/curl"), ToolPresence::Present);
        assert_eq!(with("COPY --from=x /out/ /usr/bin/"), ToolPresence::Unknown);
        assert_eq!(with("RUN ./setup.sh"), ToolPresence::Unknown);
        assert_eq!(with("RUN curl -o x y"), ToolPresence::Unknown);
    }
}
