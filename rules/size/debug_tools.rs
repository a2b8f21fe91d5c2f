//! Editors and tools for looking around are installed into the final image.
//!
//! ## Why
//! `vim`, `telnet` or `strace` help a person at a terminal, and a container mostly has none. They make the image larger
//! and bring flaws of their own to be patched. `docker debug`, or a container that shares the other's namespaces, has
//! the tools when they are wanted. An image without a command of its own, or whose command is a shell, an editor or a
//! terminal, is for a person, and may have them; so may one whose name says that it is for development or tests. Tools
//! that programs call, too, such as `lsof` and `ping`, are left alone.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13-slim
//! RUN apt-get update && apt-get install -y vim ca-certificates && rm -rf /var/lib/apt/lists/*
//! CMD ["/app/server"]
//! ```
//! ```dockerfile,good
//! FROM debian:13-slim
//! RUN apt-get update && apt-get install -y ca-certificates && rm -rf /var/lib/apt/lists/*
//! CMD ["/app/server"]
//! ```
//!
//! ## Fix
//! None: a script in the image may use the tool.
//!
//! ## Sources
//! Docker's best practices, "Don't install unnecessary packages"; KICS; CIS Docker Benchmark 4.3.

use crate::finding::Severity;
use crate::ir::Command;
use crate::knowledge::debian::{Class, class};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "size/debug-tools", severity: Severity::Info, ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    if is_for_a_person(cx) || cx.is_meant_for_development() {
        return;
    }
    for (command, invocation) in cx.commands.package_managers() {
        if !invocation.manager.is_system()
            || !invocation.installs()
            || !cx.shapes_final_image(command.step)
            || cx.commands.removes_packages(command.step)
        {
            continue;
        }
        for package in invocation.packages() {
            if is_tool(package.name) && !FOR_PROGRAMS_TOO.contains(&package.name) {
                sink.report(command.operand_span(package), format!("`{}` is for people who look around", package.name))
                    .help("leave it out, and use `docker debug` when you have to look");
            }
        }
    }
}

/// Whether the container starts a shell, an editor or a terminal, or what the base image starts: mostly a shell, too.
fn is_for_a_person(cx: &Context<'_>) -> bool {
    let is_for_one = |command: &Command<'_>| command.is_interactive_shell() || command.name().is_some_and(is_tool);
    cx.process().steps().next().is_none() || cx.process_commands().any(is_for_one)
}

/// Whether the name is that of a tool for looking around.
fn is_tool(name: &str) -> bool {
    // A rule on names and sections is not sure enough.
    class(name) == Some((Class::Debug, true))
}

/// Of Debian's tools for looking around, those that builds, tests and programs call, sorted: `vim-common` and `xxd` make C
/// of any file, `man` checks manuals, `lsof` and `ping` find out what a script has to know.
const FOR_PROGRAMS_TOO: [&str; 38] = [
    "ack",
    "ack-grep",
    "arping",
    "bind9-host",
    "bsdmainutils",
    "dnsutils",
    "elinks",
    "fio",
    "fping",
    "inetutils-ping",
    "iperf",
    "iputils-ping",
    "iputils-tracepath",
    "libc6-dbg",
    "lsof",
    "lynx",
    "man",
    "man-db",
    "manpages",
    "mesa-utils",
    "mutt",
    "net-tools",
    "nmap",
    "ripgrep",
    "rxvt-unicode",
    "silversearcher-ag",
    "ssh-askpass",
    "sysstat",
    "tcpdump",
    "traceroute",
    "tshark",
    "valgrind",
    "vim-common",
    "w3m",
    "xclip",
    "xfce4-terminal",
    "xterm",
    "xxd",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn each_tool_is_reported() {
        fires!("FROM alpine\nRUN apk add «vim» curl «strace»\nCMD a\n");
    }

    #[test]
    fn a_container_for_a_person_may_have_them() {
        silent!("RUN apt-get install -y vim\n");
        silent!("RUN apt-get install -y vim\nCMD [\"bash\", \"--login\", \"-i\"]\n");
        silent!("RUN apt-get install -y vim xterm\nCMD xterm -e vim\n");
        fires!("RUN apt-get install -y «vim»\nCMD [\"bash\", \"/start.sh\"]\n");
    }

    #[test]
    fn tools_that_programs_call_are_left_alone() {
        silent!("RUN apt-get install -y vim-common xxd man-db lsof\nCMD diffoscope\n");
        assert!(FOR_PROGRAMS_TOO.is_sorted());
    }

    #[test]
    fn images_for_development_may_have_them() {
        silent!("FROM a AS ci\nRUN apt-get install -y less\nCMD a\n");
    }

    #[test]
    fn tools_that_the_same_run_removes_are_gone() {
        silent!("FROM alpine\nRUN apk add -t .deps less htop && make && apk del .deps\nCMD a\n");
    }

    #[test]
    fn build_stages_may_have_them() {
        silent!("FROM a AS b\nRUN apt-get install -y vim\nFROM a\nCOPY --from=b /x /x\nCMD x\n");
    }
}
