//! Editors and tools for looking around are installed into the final image.
//!
//! ## Why
//! `vim`, `telnet` or `strace` help a person at a terminal, and a container mostly has none. They make the image larger
//! and bring flaws of their own to be patched. `docker debug`, or a container that shares the other's namespaces, has
//! the tools when they are wanted.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13-slim
//! RUN apt-get update && apt-get install -y vim ca-certificates && rm -rf /var/lib/apt/lists/*
//! ```
//! ```dockerfile,good
//! FROM debian:13-slim
//! RUN apt-get update && apt-get install -y ca-certificates && rm -rf /var/lib/apt/lists/*
//! ```
//!
//! ## Fix
//! None: a script in the image may use the tool.
//!
//! ## Sources
//! Docker's best practices, "Don't install unnecessary packages"; KICS; CIS Docker Benchmark 4.3.

use crate::finding::Severity;
use crate::knowledge::debian::{Class, class};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "size/debug-tools", severity: Severity::Info, ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (command, invocation) in cx.commands.package_managers() {
        if !invocation.manager.is_system() || !invocation.installs() || !cx.shapes_final_image(command.step) {
            continue;
        }
        for package in invocation.packages() {
            // A rule on names and sections is not sure enough.
            if class(package.name) == Some((Class::Debug, true)) {
                sink.report(command.operand_span(package), format!("`{}` is for people who look around", package.name))
                    .help("leave it out, and use `docker debug` when you have to look");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn each_tool_is_reported() {
        fires!("FROM alpine\nRUN apk add «vim» curl «strace»\n");
    }

    #[test]
    fn build_stages_may_have_them() {
        silent!("FROM a AS b\nRUN apt-get install -y vim\nFROM a\nCOPY --from=b /x /x\n");
    }
}
