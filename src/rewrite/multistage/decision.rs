//! What was decided on the way to two stages, and why.

use std::fmt;

use crate::knowledge::images::{Configuration, Presence};

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
        decisions.push(decide(Subject::Installed, package, reason_for_package(single, deeds, product, package)));
    }
    for artifact in artifacts {
        decisions.push(decide(Subject::Copied, artifact, reason_for_path(deeds, product, artifact)));
    }
    let is_for_people = |package: &&&str| {
        TOOLS.contains(package) && !single.build_commands().any(|command| command.name() == Some(**package))
    };
    let (for_people, for_the_build): (Vec<&str>, Vec<&str>) =
        deeds.left_out.iter().partition(|package| is_for_people(package));
    if !for_the_build.is_empty() {
        let reason = "only the build needs them";
        decisions.push(decide(Subject::LeftBehind, &for_the_build.join(" "), reason));
    }
    let mut tools = tools_of_people(single, deeds, base);
    tools.extend(for_people);
    if !tools.is_empty() {
        let reason = "nothing that is known calls them: whoever looks into a running container will miss them";
        decisions.push(decide(Subject::LeftBehind, &tools.join(" "), reason));
    }
    if base.is_bare {
        let reason = "the image has no shell: `docker exec` starts nothing but the program";
        decisions.push(decide(Subject::LeftBehind, "sh", reason));
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

const TOOLS: &[&str] = &["bash", "curl", "git", "less", "nano", "openssl", "procps", "unzip", "vim", "wget"];

/// Programs of the image of the build with which people look for faults, and which the new stage lacks.
fn tools_of_people<'b>(single: &SingleStage<'_>, deeds: &Deeds<'b>, base: &RuntimeBase) -> Vec<&'b str> {
    let has = |image: &Configuration, tool: &str| image.has(tool) == Presence::Present;
    let is_there = |tool: &str| {
        deeds.packages.contains(&tool) || base.configuration.as_ref().is_some_and(|image| has(image, tool))
    };
    let was_there = |tool: &str| has(&single.configuration, tool) && !deeds.left_out.contains(&tool);
    TOOLS.iter().copied().filter(|tool| was_there(tool) && !is_there(tool)).collect()
}

fn reason_for_path(deeds: &Deeds<'_>, product: &Product, path: &String) -> &'static str {
    match path {
        _ if product.artifacts.contains(path) => "the program, or what it loads",
        _ if deeds.brought.contains(path) => "the build puts it there, and the program may need it",
        _ => "a file of the build context that is no source: the program may read it",
    }
}

fn reason_for_package(single: &SingleStage<'_>, deeds: &Deeds<'_>, product: &Product, package: &str) -> &'static str {
    let is_named = single
        .build_commands()
        .filter_map(|command| command.manager.as_ref())
        .any(|invocation| invocation.installs() && invocation.packages().any(|operand| operand.name == package));
    match package {
        _ if product.packages.contains(&package) => "a library that the program may be linked with",
        _ if deeds.called.contains(&package) => "the container calls it, and the image of the build has it",
        _ if is_named => "the build installs it, and nothing says that only the build needs it",
        _ => "the library behind a package of headers that the build installs",
    }
}

#[cfg(test)]
mod tests;
