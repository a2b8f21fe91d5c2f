//! From one stage that ships its compiler to two stages, of which the last ships the program.
//!
//! The instructions up to the last one that changes files become the stage `build`, byte for byte, so that its layers
//! are found in the cache as before. Behind it stands a new stage on a smaller image of the same distribution. It copies
//! what the program needs from the build stage, every path as it was, so that CMD, ENTRYPOINT and HEALTHCHECK stay as
//! they are; what they stand on is said again: variables, labels, ports, volumes, user, shell.
//!
//! Everything that the build does has to be understood: an unknown command may leave something behind that the program
//! needs. Where one is not, [`split`] gives the [`Refusal`] instead. An [`Assumption`] is what only the user can know.
//!
//! One file per ecosystem says which commands build, and what comes out of them.

mod application;
mod assumption;
mod c;
mod certainty;
mod chosen_base;
mod context_files;
mod copied_folder;
mod decision;
mod deeds;
mod dotnet;
mod ecosystem;
mod elixir;
mod emission;
mod entry_script;
mod fetched;
mod find;
mod folders;
mod go;
mod java;
mod later_uses;
mod metadata;
mod narrowed_copy;
mod native;
mod node;
mod operands;
mod overrides;
mod php;
mod program;
mod pruned_copy;
mod python;
mod refusal;
mod remark;
mod ruby;
mod runtime_base;
mod rust;
mod saving;
mod sed;
mod single_stage;
mod start;
mod static_site;
mod symbolic_links;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod users;

use crate::context::BuildContext;
use crate::edit::{Edit, NewStage};
use crate::ir::{Build, Commands};
use crate::knowledge::debian::Recommends;

pub use assumption::Assumption;
pub use chosen_base::BaseChoice;
pub use decision::{Decision, Subject};
pub use narrowed_copy::{NarrowedCopy, narrow};
pub use program::is_in_every_image;
pub use pruned_copy::{PrunedCopy, prune};
pub use refusal::Refusal;
pub use remark::Remark;

use deeds::Deeds;
use ecosystem::{Ecosystem, Maker, Runtime};
use single_stage::SingleStage;

/// How a file is split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The edits of the file.
    pub edits: Vec<Edit>,
    /// What the new last stage promises to hold.
    pub new_stage: NewStage,
    /// What was decided, and why, in the order of the new last stage. The first is the image that it starts from.
    pub decisions: Vec<Decision>,
    /// What only the user can know. Where there is nothing, the program runs as before.
    pub assumptions: Vec<Assumption>,
    /// What else is worth knowing.
    pub remarks: Vec<Remark>,
}

/// Splits the one stage of a file; `choice` says what the new stage starts from. `None` where there is nothing to split: several stages, or no build that is known.
///
/// # Errors
/// Why the stage stays one.
pub fn split<'b>(
    build: &'b Build<'b>,
    commands: &'b Commands<'b>,
    context: Option<&'b BuildContext>,
    choice: &BaseChoice,
) -> Option<Result<Split, Refusal>> {
    let [stage] = build.stages.as_slice() else { return None };
    let ecosystem = ecosystem::of(build, commands, stage)?;
    let single = SingleStage::of(build, commands, context, stage);
    Some(single.and_then(|single| {
        let split = split_stage(&single, ecosystem, choice);
        static_site::instead(&single, ecosystem, choice, split)
    }))
}

/// Of a program that is copied with its folders, what the context brings last need not go through the build stage.
fn split_stage(single: &SingleStage<'_>, ecosystem: &Ecosystem, choice: &BaseChoice) -> Result<Split, Refusal> {
    let whole = split_behind_build(single, ecosystem, choice)?;
    let shorter = match ecosystem.product {
        Maker::OfFolders(_) => single.without_late_copies(),
        Maker::OfProgram(_) => None,
    };
    let shorter = shorter.and_then(|single| {
        let split = split_behind_build(&single, ecosystem, choice).ok()?;
        // What was taken away must not come back.
        let is_pruned = split.new_stage.pruning.is_some();
        (!is_pruned || !single.late_copies_may_bring("node_modules")).then_some(split)
    });
    Ok(shorter.unwrap_or(whole))
}

fn split_behind_build(single: &SingleStage<'_>, ecosystem: &Ecosystem, choice: &BaseChoice) -> Result<Split, Refusal> {
    let (mut deeds, product) = match ecosystem.product {
        Maker::OfProgram(product) => {
            let program = match ecosystem.runtime {
                Runtime::Distribution | Runtime::Counterpart(_) => program::find(single)?,
                Runtime::Interpreter => start::find(single)?,
            };
            let deeds = Deeds::of(single, ecosystem)?;
            entry_script::check_written(single, &program)?;
            let mut product = product(single, &program, &deeds)?;
            // The script may read and call what the program does not.
            product.has_all_files &= program.script.is_none();
            product.starts_nothing &= program.script.is_none();
            product.artifacts.extend(program.script.clone());
            (deeds, product)
        }
        Maker::OfFolders(product) => {
            start::check(single)?;
            let deeds = Deeds::of(single, ecosystem)?;
            let product = product(single, &deeds)?;
            (deeds, product)
        }
    };
    deeds.add_packages(&product.packages);
    deeds.leave_behind(&product.tools_of_build);
    deeds.leave_projects(single, &product.folders_of_build);
    if product.starts_nothing {
        deeds.leave_tools(&program::called_tools(single)?);
    }
    let base = runtime_base::choose(single, ecosystem, &product, choice)?;
    if base.is_build_image && product.pruning.is_none() && !is_worth_a_stage(single, &deeds) {
        return Err(Refusal::NothingToSplit);
    }
    start::check_server(single, &base)?;
    if base.is_of_interpreter {
        start::check_files(single, &product, &deeds)?;
    }
    program::bring_tools(single, &product, &mut deeds, &base)?;
    runtime_base::check_packages(single, &deeds, &base)?;
    metadata::check(single, &deeds, &base)?;
    let files = context_files::needed(single, ecosystem, &product)?;
    let mut assumptions = product.assumptions.clone();
    assumptions.extend(base.assumption.clone());
    assumptions.extend(files.assumption.clone());
    assumptions.extend(users::same_number(single, &deeds, &base));
    if let Maker::OfProgram(_) = ecosystem.product {
        assumptions.extend(Assumption::of_generators(single));
    }
    let artifacts: Vec<&String> = product.artifacts.iter().chain(&deeds.brought).chain(&files.paths).collect();
    let is_pruned = product.pruning.is_some();
    let left = overrides::Left { artifacts: &artifacts, base: Some((&base, &deeds)), is_pruned };
    assumptions.extend(overrides::check(single, left)?);
    emission::emit(single, &deeds, &product, &base, &files.paths, assumptions)
}

/// The least that a second stage on the same image has to spare, in megabytes: the folder of the interpreter, which lies
/// in it twice, takes nearly as much.
const LEAST: u64 = 50;

/// Packages that are larger than that on every distribution.
const LARGE: &[&str] = &["alpine-sdk", "build-base", "build-essential", "cargo", "clang", "g++", "gcc", "go", "rust"];

/// Whether packages that only the build needs are large enough.
fn is_worth_a_stage(single: &SingleStage<'_>, deeds: &Deeds<'_>) -> bool {
    match single.build.debian_base(single.stage.index) {
        Some(base) => base.added_megabytes(Recommends::LeftOut, deeds.left_out.iter().copied()) >= LEAST,
        None => deeds.left_out.iter().any(|package| LARGE.contains(package)),
    }
}
