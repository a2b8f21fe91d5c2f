//! What was decided on the way to two stages, and why.

use std::fmt;

use super::deeds::Deeds;
use super::ecosystem::Product;
use super::runtime_base::RuntimeBase;
use super::single_stage::SingleStage;

/// One decision on the way to two stages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What it is about.
    pub about: Subject,
    /// What was chosen: an image, a path, packages, a command.
    pub chosen: String,
    /// Why.
    pub reason: &'static str,
}

/// What a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The image that the new stage starts from.
    Base,
    /// What is copied from the build stage.
    Copied,
    /// What the new stage installs.
    Installed,
    /// Packages that stay in the build stage.
    LeftBehind,
    /// A command that is added.
    Added,
    /// What the container starts with, where that is replaced or could not be.
    Started,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base => "base",
            Self::Copied => "copied",
            Self::Installed => "installed",
            Self::LeftBehind => "left behind",
            Self::Added => "added",
            Self::Started => "started",
        })
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}`: {}", self.about, self.chosen, self.reason)
    }
}

/// All decisions, in the order in which the new stage is written.
pub fn decisions(
    single: &SingleStage<'_>,
    deeds: &Deeds<'_>,
    product: &Product,
    base: &RuntimeBase,
    artifacts: &[String],
) -> Vec<Decision> {
    let decide = |about, chosen: &str, reason| Decision { about, chosen: chosen.to_owned(), reason };
    let mut decisions = vec![decide(Subject::Base, &base.reference, base.reason)];
    for package in &deeds.packages {
        decisions.push(decide(Subject::Installed, package, reason_for_package(single, product, package)));
    }
    for artifact in artifacts {
        decisions.push(decide(Subject::Copied, artifact, reason_for_path(deeds, product, artifact)));
    }
    if !deeds.left_out.is_empty() {
        let reason = "only the build needs them";
        decisions.push(decide(Subject::LeftBehind, &deeds.left_out.join(" "), reason));
    }
    if let Some(command) = &product.pruning {
        let reason = "the program loads nothing that is for development";
        decisions.push(decide(Subject::Added, command, reason));
    }
    if let Some(finish) = &product.finish {
        decisions.push(decide(Subject::Added, &finish.command, finish.reason));
    }
    decisions
}

fn reason_for_path(deeds: &Deeds<'_>, product: &Product, path: &String) -> &'static str {
    match path {
        _ if product.artifacts.contains(path) => "the program, or what it loads",
        _ if deeds.brought.contains(path) => "the build puts it there, and the program may need it",
        _ => "a file of the build context that is no source: the program may read it",
    }
}

fn reason_for_package(single: &SingleStage<'_>, product: &Product, package: &str) -> &'static str {
    let is_named = single
        .build_commands()
        .filter_map(|command| command.manager.as_ref())
        .any(|invocation| invocation.installs() && invocation.packages().any(|operand| operand.name == package));
    match package {
        _ if product.packages.contains(&package) => "a library that the program may be linked with",
        _ if is_named => "the build installs it, and nothing says that only the build needs it",
        _ => "the library behind a package of headers that the build installs",
    }
}

#[cfg(test)]
mod tests;
