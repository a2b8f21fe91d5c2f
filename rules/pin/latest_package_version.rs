//! A package that is installed as `@latest`.
//!
//! ## Why
//! `latest` is whatever was published last when the build ran, and the layer cache keeps it until something above
//! changes: two machines have two versions, and which one is in the image nobody can read from the file.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:26-trixie
//! RUN npm install -g pnpm@latest
//! ```
//! ```dockerfile,good
//! FROM node:26-trixie
//! RUN npm install -g pnpm@10.5.0
//! ```
//!
//! ## Fix
//! None: only the registry knows which version it was.
//!
//! ## Sources
//! hadolint DL3062 (`go install x@latest`); go.dev, "Go Modules Reference": version queries; docs.npmjs.com, `npm
//! dist-tag`.

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "pin/latest-package-version", severity: Severity::Info, aliases: &["DL3062"], ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (command, install) in cx.commands.package_managers().filter(|(_, install)| install.installs()) {
        for operand in &install.operands {
            let Some(version) = operand.version.filter(|version| moves(version.text, install.manager.name)) else {
                continue;
            };
            let is_go = install.manager.name == "go";
            let message = format!("`{}@{}` is whatever was published last", operand.name, version.text);
            sink.report(command.operand_span(operand), message)
                .help(format!("write `{}@{}`", operand.name, if is_go { "vVERSION" } else { "VERSION" }))
                .aliases(if is_go { &["DL3062"] } else { &[] });
        }
    }
}

/// Whether a version is the name of something that moves.
fn moves(version: &str, manager: &str) -> bool {
    match manager {
        "go" => matches!(version, "latest" | "upgrade" | "patch" | "main" | "master" | "HEAD"),
        "npm" | "yarn" | "pnpm" | "bun" | "deno" | "uv" => matches!(version, "latest" | "next" | "lts" | "*"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn go_and_npm_know_names_that_move() {
        fires!("RUN go install «github.com/a/b/cmd/c@latest»\n");
        fires!("RUN npm i -g a@1 «@scope/b@next»\n");
    }

    #[test]
    fn versions_are_left_alone() {
        silent!("RUN go install github.com/a/b@v1.2.3 && npm i -g a@1.0\n");
    }
}
