//! A folder of a build that the last stage copies whole: what of it the container needs.
//!
//! The last stage stays on its image, and the build stage as it is. What the ecosystem knows to come out of the build is copied
//! alone, every path to where it lies now, with the files of the build context that the program may read.

use crate::context::BuildContext;
use crate::edit::Edit;
use crate::ir::{Build, Commands, Step, is_root_in_own_group, lies_in};
use crate::knowledge::images::Known;
use crate::source::Span;
use crate::syntax::{InstructionKind, Word};

use super::copied_folder::{CopiedFolder, is_plain};
use super::deeds::Deeds;
use super::ecosystem::{self, Ecosystem, Maker, Product};
use super::folders::Ownership;
use super::later_uses::LaterUses;
use super::single_stage::SingleStage;
use super::{Assumption, Refusal, context_files, node, overrides, program};

/// What is copied in the place of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NarrowedCopy {
    /// The paths in the build stage, absolute.
    pub paths: Vec<String>,
    /// The edits of the file.
    pub edits: Vec<Edit>,
    /// What only the user can know.
    pub assumptions: Vec<Assumption>,
}

/// Narrows a COPY of the last stage that takes a whole folder from the stage that builds.
///
/// # Errors
/// Why it stays as it is; [`Refusal::NothingToSplit`] where the folder is what comes out of the build.
pub fn narrow<'b>(
    build: &'b Build<'b>,
    commands: &'b Commands<'b>,
    context: Option<&'b BuildContext>,
    step: &'b Step<'b>,
) -> Result<NarrowedCopy, Refusal> {
    let (single, folder) = SingleStage::behind(build, commands, context, step).map_err(|refusal| match refusal {
        // A stage that stands on the one that builds has all of the folder already.
        Refusal::NeededByStage(_) => Refusal::NothingToSplit,
        refusal => refusal,
    })?;
    if folder.to == "/" {
        return Err(Refusal::AmongSystemFiles(folder.to));
    }
    let ecosystem = ecosystem::of(build, commands, single.stage).ok_or(Refusal::UnknownImage)?;
    let deeds = Deeds::of(&single, ecosystem)?;
    let (ecosystem, product) = product(&single, ecosystem, &deeds)?;
    check_owner(&single, &deeds, &folder, step)?;
    let (paths, mut assumptions) = needed(&single, ecosystem, &product, &deeds, &folder)?;
    if paths.is_empty() {
        return Err(Refusal::NothingToSplit);
    }
    LaterUses { single: &single, folder: &folder, step, kept: &paths }.check()?;
    assumptions.extend(Assumption::of_generators(&single));
    let artifacts: Vec<&String> = paths.iter().collect();
    let left = overrides::Left { artifacts: &artifacts, base: None, is_pruned: false };
    assumptions.extend(overrides::check(&single, left)?);
    assumptions.retain(Assumption::is_about_files);
    assumptions.dedup();
    let edits = edits(build, step, &folder, &paths)?;
    Ok(NarrowedCopy { paths, edits, assumptions })
}

/// What comes out of the build, and which files are sources. Of interpreted programs, only those of TypeScript have some.
fn product<'e>(
    single: &SingleStage<'_>,
    ecosystem: &'e Ecosystem,
    deeds: &Deeds<'_>,
) -> Result<(&'e Ecosystem, Product), Refusal> {
    match ecosystem.product {
        Maker::OfProgram(product) => Ok((ecosystem, product(single, &program::find(single)?, deeds)?)),
        Maker::OfFolders(_) if ecosystem.images == node::NODE.images => {
            Ok((&node::compiled::COMPILED, node::compiled::product(single)?))
        }
        Maker::OfFolders(_) => Err(Refusal::NothingToSplit),
    }
}

/// The paths of the build stage that have to be copied, none of which lies in another.
fn needed(
    single: &SingleStage<'_>,
    ecosystem: &Ecosystem,
    product: &Product,
    deeds: &Deeds<'_>,
    folder: &CopiedFolder,
) -> Result<(Vec<String>, Vec<Assumption>), Refusal> {
    let files = context_files::needed(single, ecosystem, product)?;
    // A folder that is made for the whole project is no reason to copy all of it.
    let directories = deeds.directories().filter(|directory| !lies_in(&folder.from, directory));
    let made = product.artifacts.iter().chain(&deeds.brought).chain(directories).chain(&files.paths);
    let made: Vec<&String> = made.collect();
    if made.iter().any(|path| lies_in(&folder.from, path)) {
        return Err(Refusal::NothingToSplit);
    }
    let mut paths: Vec<String> = Vec::new();
    for path in made.iter().filter(|path| lies_in(path, &folder.from)) {
        let is_in_another = made.iter().any(|other| other != path && lies_in(path, other));
        if !is_in_another && !paths.contains(path) {
            paths.push((*path).clone());
        }
    }
    match paths.iter().find(|path| !is_plain(path)) {
        Some(path) => Err(Refusal::UnknownPath(path.clone())),
        None => Ok((paths, product.assumptions.iter().cloned().chain(files.assumption).collect())),
    }
}

/// COPY takes owners and modes over. The folders above what is copied are made by it, for root or for whom `--chown` says.
fn check_owner(
    single: &SingleStage<'_>,
    deeds: &Deeds<'_>,
    folder: &CopiedFolder,
    step: &Step<'_>,
) -> Result<(), Refusal> {
    let is_told = step.instruction.flag("chown").is_some();
    if let Some(user) = user_of_build(single).filter(|_| !is_told) {
        return Err(Refusal::OwnedFolders(format!("USER {user}")));
    }
    let is_about = |path: &String| lies_in(path, &folder.from) || lies_in(&folder.from, path);
    let changes = |ownership: &&Ownership<'_>| {
        let is_overruled = is_told && ownership.program == "chown";
        !is_overruled && ownership.paths.iter().any(|path| is_about(path) && !is_one_file(path, deeds))
    };
    match deeds.ownership().find(changes) {
        Some(ownership) => Err(Refusal::OwnedFolders(ownership.written())),
        None => Ok(()),
    }
}

/// A user other than root in the build stage.
fn user_of_build<'b>(single: &SingleStage<'b>) -> Option<&'b str> {
    let set = single.steps_of_build().find_map(|step| match &step.instruction.kind {
        InstructionKind::User(word) if !is_root_in_own_group(word.text()) => Some(word.text()),
        _ => None,
    });
    set.or(match single.configuration.user {
        Known::Nothing => None,
        Known::Is(user) => Some(user).filter(|user| !is_root_in_own_group(user)),
        Known::Unknown => Some("of the image"),
    })
}

/// Whether a command has brought that very file: its own mode goes with it.
fn is_one_file(path: &String, deeds: &Deeds<'_>) -> bool {
    deeds.brought.contains(path) && !deeds.directories().any(|made| made == path)
}

/// The first path takes the place of the folder in its COPY; each of the others gets a COPY of its own with the same flags.
fn edits(build: &Build<'_>, step: &Step<'_>, folder: &CopiedFolder, paths: &[String]) -> Result<Vec<Edit>, Refusal> {
    let source = &build.file.source;
    let instruction = step.instruction;
    let InstructionKind::Copy(transfer) = &instruction.kind else { return Err(Refusal::StageBetween) };
    let ([written], Some((first, others))) = (transfer.sources.as_slice(), paths.split_first()) else {
        return Err(Refusal::NothingToSplit);
    };
    let target = |path: &String| folder.in_image(path).unwrap_or_default();
    let mut edits = vec![
        Edit::replace(written.span(), in_place_of(build, written, first)),
        Edit::replace(transfer.destination.span(), in_place_of(build, &transfer.destination, &target(first))),
    ];
    let line_ending = Some(source.line_ending(instruction.first_line)).filter(|ending| !ending.is_empty());
    let line_start = source.line_span(source.line_at(instruction.span.start)).start;
    let indentation = source.slice(Span::new(line_start, instruction.span.start));
    let keyword = source.slice(instruction.keyword_span());
    let flags: String = instruction.flags.iter().map(|flag| format!(" {}", source.slice(flag.span))).collect();
    let more = others.iter().map(|path| {
        let line_ending = line_ending.unwrap_or("\n");
        format!("{line_ending}{indentation}{keyword}{flags} {path} {}", target(path))
    });
    let more: String = more.collect();
    if !more.is_empty() {
        edits.push(Edit::insert(instruction.span.end, more));
    }
    Ok(edits)
}

/// The path as it is written in the place of a word: quoted where the word is.
fn in_place_of(build: &Build<'_>, word: &Word, path: &str) -> String {
    let is_quoted = build.file.source.slice(word.span()).starts_with('"');
    if is_quoted { format!("\"{path}\"") } else { path.to_owned() }
}

#[cfg(test)]
mod tests;
