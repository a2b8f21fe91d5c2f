//! C, C++ and Fortran: programs come out of a compiler, `make`, CMake, Meson or the scripts of Autotools.
//!
//! What is installed lies below a prefix, which is copied whole: a library beside the program may belong to it. A program
//! that stays in the folder of its build is copied alone where the files of the build say that it stands for itself, else
//! with that folder.

mod libraries;
mod outputs;
mod sources;

use crate::ir::{Command, lies_in};

use super::application::TEMPORARY;
use super::deeds::Deeds;
use super::ecosystem::{Ecosystem, Maker, Product, Runtime};
use super::program::{Program, is_searched_by_default};
use super::single_stage::SingleStage;
use super::{Assumption, Refusal, application, fetched};

use outputs::{Output, made_by};
use sources::Sources;

pub const C: Ecosystem = Ecosystem {
    images: &["alpine", "buildpack-deps", "debian", "gcc", "ubuntu"],
    builds,
    product: Maker::OfProgram(product),
    is_source: sources::is_source,
    runtime: Runtime::Distribution,
};

/// The image whose compilers lie below `/usr/local`, with libraries that are newer than the distribution's.
const IMAGE_OF_GCC: &str = "gcc";

fn builds(command: &Command<'_>) -> bool {
    let Some(name) = command.name() else { return false };
    outputs::is_tool(name) || fetched::is_tool(command) || matches!(name, "ldconfig" | "patch" | "pkg-config")
}

fn product(single: &SingleStage<'_>, program: &Program<'_>, deeds: &Deeds<'_>) -> Result<Product, Refusal> {
    let made: Vec<Output> = made_by(single)?;
    if made.is_empty() {
        return Err(Refusal::NotBuilt(program.word.to_owned()));
    }
    let sources = Sources::of(single);
    let mut product = Product::default();
    for output in &made {
        if let Output::Prefix(prefix) = output {
            product.artifacts.push(installed_below(single, prefix)?);
        }
    }
    product.artifacts.extend(program_in_its_folder(single, program, deeds, &made, &sources)?);
    product.artifacts.extend(fetched_data(single, &made)?);
    product.has_all_files = has_all_files(single, &product);
    product.assumptions = assumptions(single, &made, &sources);
    product.starts_nothing = sources.are_known() && sources.that_start_programs().next().is_none();
    product.folders_of_build = made.into_iter().filter_map(Output::folder).collect();
    if single.runs_itself() {
        libraries::add(single, &sources, &mut product)?;
    }
    Ok(product)
}

/// The folder that holds all that was installed below a prefix.
fn installed_below(single: &SingleStage<'_>, prefix: &str) -> Result<String, Refusal> {
    // On the image of a bare distribution, nothing else lies in `/usr/local`.
    let is_empty_at_first = prefix == "/usr/local" && single.image.familiar_name() != IMAGE_OF_GCC;
    if is_empty_at_first || application::is_own(prefix) {
        Ok(prefix.to_owned())
    } else {
        Err(Refusal::AmongSystemFiles(prefix.to_owned()))
    }
}

/// What has to be copied for a program that is not installed below a prefix.
fn program_in_its_folder(
    single: &SingleStage<'_>,
    program: &Program<'_>,
    deeds: &Deeds<'_>,
    made: &[Output],
    sources: &Sources<'_>,
) -> Result<Option<String>, Refusal> {
    let not_built = || Refusal::NotBuilt(program.word.to_owned());
    let Some(path) = program.path(single)? else {
        let is_found = |folder: &str| is_searched_by_default(folder);
        let is_installed =
            made.iter().any(|it| matches!(it, Output::Prefix(prefix) if is_found(&format!("{prefix}/bin"))));
        let is_named =
            |path: &str| path.rsplit_once('/').is_some_and(|(folder, name)| name == program.word && is_found(folder));
        let is_brought = || deeds.brought.iter().any(|path| is_named(path));
        let of_compiler = made.iter().find_map(|it| match it {
            Output::File(file) if is_named(file) => Some(file.clone()),
            _ => None,
        });
        return if is_installed || is_brought() || of_compiler.is_some() { Ok(of_compiler) } else { Err(not_built()) };
    };
    if deeds.brought.contains(&path)
        || made.iter().any(|it| matches!(it, Output::Prefix(prefix) if lies_in(&path, prefix)))
    {
        return Ok(None);
    }
    if made.contains(&Output::File(path.clone())) {
        return Ok(Some(path));
    }
    let folders = made.iter().filter_map(|it| match it {
        Output::Folder(folder) if lies_in(&path, folder) => Some(folder),
        _ => None,
    });
    let folder = folders.max_by_key(|folder| folder.len()).ok_or_else(not_built)?;
    match sources.program_stands_for_itself() {
        true => Ok(Some(path)),
        false if application::is_own(folder) => Ok(Some(folder.clone())),
        false => Err(Refusal::AmongSystemFiles(folder.clone())),
    }
}

/// What is fetched and lies elsewhere than the folders of the build: data that the program may read.
///
/// # Errors
/// Where it lies among files of the distribution, and where a path is only known when the build runs.
fn fetched_data(single: &SingleStage<'_>, made: &[Output]) -> Result<Vec<String>, Refusal> {
    let mut paths = Vec::new();
    for command in single.build_commands().filter(|command| fetched::is_tool(command)) {
        let Some(path) = fetched::place(single, command)? else { continue };
        let is_beside = |output: &Output| match output {
            Output::File(file) => lies_in(file, parent(&path)),
            Output::Folder(folder) => {
                lies_in(folder, &path) || lies_in(&path, folder) || lies_in(folder, parent(&path))
            }
            Output::Prefix(_) => false,
        };
        if lies_in(&path, TEMPORARY) || made.iter().any(is_beside) {
            continue;
        }
        if !application::is_own(&path) {
            return Err(Refusal::AmongSystemFiles(path));
        }
        paths.push(path);
    }
    Ok(paths)
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("/", |(folder, _)| if folder.is_empty() { "/" } else { folder })
}

/// Whether all that COPY brings lies in a folder that is copied.
fn has_all_files(single: &SingleStage<'_>, product: &Product) -> bool {
    let holds = |path: &String| product.artifacts.iter().any(|artifact| lies_in(path, artifact));
    application::of_context(single).is_ok_and(|paths| paths.iter().all(holds))
}

fn assumptions(single: &SingleStage<'_>, made: &[Output], sources: &Sources<'_>) -> Vec<Assumption> {
    let mut assumptions = Vec::new();
    let runs = |name: &str| single.build_commands().any(|command| command.name() == Some(name));
    let installs = made.iter().any(|it| matches!(it, Output::Prefix(_)));
    if (!sources.are_known() && !installs || sources.do_more_than_build()) && runs("make") {
        assumptions.push(Assumption::WritesBesideItself("make".to_owned()));
    }
    let is_unclear =
        |output: &&Output| matches!(output, Output::Prefix(prefix) if !sources.install_below_prefix(prefix));
    if let Some(Output::Prefix(prefix)) = made.iter().find(is_unclear) {
        assumptions.push(Assumption::InstallsBelow(prefix.clone()));
    }
    assumptions.extend(sources.that_start_programs().map(|path| Assumption::StartsNoProgram(path.to_owned())));
    assumptions
}

#[cfg(test)]
mod tests;
