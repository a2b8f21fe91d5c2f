//! Every package that is installed may run a script of its own.
//!
//! ## Why
//! `npm install` runs the `preinstall` and `postinstall` scripts of all packages, also of those that others depend on.
//! That is how the worms of 2025 spread: one stolen account of a maintainer, and the next build hands over its tokens.
//! Few packages need their script; pnpm and Bun run none unless they are named.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24
//! COPY package.json package-lock.json ./
//! RUN npm ci
//! ```
//! ```dockerfile,good
//! FROM node:24
//! COPY package.json package-lock.json ./
//! RUN npm ci --ignore-scripts
//! ```
//!
//! ## Fix
//! Adds `--ignore-scripts`, as a suggestion: packages that compile something need `npm rebuild NAME` behind it. *Content*.
//!
//! ## Sources
//! npm, `ignore-scripts`; OWASP NPM Security Cheat Sheet; CISA, "Widespread supply chain compromise impacting npm
//! ecosystem" (September 2025); CWE-829; SonarQube S6505.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::knowledge::package_managers::Invocation;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "security/install-scripts",
    severity: Severity::Info,
    effect: Some(Effect::Content),
    aliases: &["S6505"],
    cwe: Some(829),
    security_severity: Some(40),
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (command, install) in cx.commands.package_managers().filter(|(command, _)| command.is_in_build()) {
        let tool = install.manager.name;
        let variables = ["npm_config_ignore_scripts", "NPM_CONFIG_IGNORE_SCRIPTS", "YARN_ENABLE_SCRIPTS"];
        let is_decided = install.has_flag("--ignore-scripts --mode")
            || variables.iter().any(|name| cx.build.environment(command, name).is_some());
        if !matches!(tool, "npm" | "yarn") || !install.installs() || is_decided || installs_managers(install) {
            continue;
        }
        let report = sink
            .report(command.verb_span(), format!("`{tool}` runs the scripts of every package that it installs"))
            .help("add `--ignore-scripts`, and run the scripts that are needed by name");
        if tool == "npm"
            && let Some(word) = install.verb.last().and_then(|&verb| command.words.get(verb))
            && word.is_contiguous
        {
            let edit = Edit::insert(word.span.end, " --ignore-scripts");
            report.suggest("add `--ignore-scripts`", Effect::Content, vec![edit]);
        }
    }
}

/// Whether nothing but package managers is installed, which come without dependencies.
fn installs_managers(install: &Invocation<'_>) -> bool {
    let mut packages = install.packages().peekable();
    packages.peek().is_some()
        && packages.all(|package| matches!(package.name, "npm" | "npx" | "yarn" | "pnpm" | "corepack"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn installs_that_run_scripts_are_reported() {
        fires!("RUN npm «ci» --omit=dev && npm «install» -g typescript && yarn «install»\n");
    }

    #[test]
    fn who_has_decided_or_runs_none_is_left_alone() {
        silent!("RUN npm ci --ignore-scripts && pnpm install && bun install && yarn install --mode=skip-build\n");
        silent!("ENV NPM_CONFIG_IGNORE_SCRIPTS=true\nRUN npm ci\n");
    }
}
