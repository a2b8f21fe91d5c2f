//! .NET: a folder comes out of `dotnet publish`, and an image without the kit runs what is in it.
//!
//! The image of ASP.NET Core holds that of the plain runtime, so that it is the one to take where the project is not known.

use crate::ir::Command;
use crate::knowledge::images::{NamedImage, dotnet_runtime, lookup, past_distribution};

use super::deeds::Deeds;
use super::ecosystem::{Ecosystem, Maker, Product, Runtime};
use super::program::Program;
use super::single_stage::SingleStage;
use super::{Assumption, Refusal, application};

pub const DOTNET: Ecosystem = Ecosystem {
    images: &["mcr.microsoft.com/dotnet/core/sdk", "mcr.microsoft.com/dotnet/sdk"],
    builds,
    product: Maker::OfProgram(product),
    is_source,
    runtime: Runtime::Counterpart(runtime_image),
};

/// Whether all that the command leaves lies among the project's files or in a cache. Others write databases, certificates in
/// the home directory, tools.
fn builds(command: &Command<'_>) -> bool {
    const VERBS: &[&str] = &[
        "--info",
        "--list-sdks",
        "--version",
        "add",
        "build",
        "clean",
        "format",
        "list",
        "msbuild",
        "new",
        "nuget",
        "pack",
        "publish",
        "restore",
        "sln",
        "test",
        "tool",
        "vstest",
        "workload",
    ];
    let is_known = |verb: &str| VERBS.contains(&verb);
    command.manager.as_ref().is_some_and(|it| it.manager.name == "dotnet" && it.verb_name() != Some("tool install"))
        && command.arguments().first().and_then(|word| word.value).is_some_and(is_known)
}

fn is_source(name: &str) -> bool {
    const ENDINGS: &[&str] = &[
        ".cs", ".cshtml", ".csproj", ".fs", ".fsproj", ".props", ".razor", ".resx", ".slnx", ".sln", ".targets",
        ".user", ".vb", ".vbproj",
    ];
    const NAMES: &[&str] =
        &["launchSettings.json", "packages.lock.json", "global.json", "nuget.config", "stylecop.json"];
    ENDINGS.iter().any(|ending| name.ends_with(ending)) || NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn product(single: &SingleStage<'_>, program: &Program<'_>, deeds: &Deeds<'_>) -> Result<Product, Refusal> {
    let word = program.command.assembly().and_then(|word| word.value).unwrap_or(program.word);
    let not_built = || Refusal::NotBuilt(word.to_owned());
    let path = single.path_of(program.command, word)?;
    let (folder, _) = path.rsplit_once('/').ok_or_else(not_built)?;
    let outputs = single.build_commands().filter_map(|command| output_of(single, command).transpose());
    let outputs = outputs.collect::<Result<Vec<String>, Refusal>>()?;
    // Without `-o`, it is `bin/Release/VERSION/publish` below the project.
    let is_made = outputs.iter().any(|output| output == folder) || folder.contains("/bin/");
    let mut product = Product::default();
    match is_made {
        true if application::is_own(folder) => product.artifacts.push(folder.to_owned()),
        true => return Err(Refusal::AmongSystemFiles(folder.to_owned())),
        false if deeds.brought.contains(&path) => {}
        false => return Err(not_built()),
    }
    product.assumptions.extend(listens_as_before(single, program));
    if single.distribution.family == "alpine" {
        product.assumptions.push(Assumption::NeedsNoCultures);
    }
    if let Some(context) = single.context {
        let mut sources = context.texts(|path| path.ends_with(".cs"));
        let starts = sources.find(|(_, text)| text.contains("Process.Start"));
        product.assumptions.extend(starts.map(|(path, _)| Assumption::StartsNoProgram(path.to_owned())));
    }
    Ok(product)
}

/// The folder that a command publishes to, where it is told one.
fn output_of(single: &SingleStage<'_>, command: &Command<'_>) -> Result<Option<String>, Refusal> {
    let Some(invocation) = command.manager.as_ref().filter(|it| it.manager.name == "dotnet") else { return Ok(None) };
    if !matches!(invocation.verb_name(), Some("build" | "publish")) {
        return Ok(None);
    }
    let Some(flag) = invocation.flag("-o --output") else { return Ok(None) };
    let told = flag.value.and_then(|value| value.text).ok_or_else(|| Refusal::UnknownPath("-o".to_owned()))?;
    single.path_of(command, told).map(Some)
}

/// The smaller image sets a port for ASP.NET Core, which the kit's does not.
fn listens_as_before(single: &SingleStage<'_>, program: &Program<'_>) -> Option<Assumption> {
    const VARIABLES: &[&str] = &["ASPNETCORE_URLS", "URLS", "DOTNET_URLS"];
    let sets = |name: &str| {
        let last = single.build.visible_at_end(single.stage);
        last.variable(name).is_some()
    };
    let is_told = program.command.words.iter().any(|word| word.written.contains("--urls"));
    let is_set = VARIABLES.iter().any(|name| sets(name));
    let serves = runtime_of_project(single) != "runtime";
    (serves && !is_set && !is_told).then_some(Assumption::SetsItsPort)
}

/// The name of the smallest image that the project runs on.
fn runtime_of_project(single: &SingleStage<'_>) -> &'static str {
    let mut publishes = single.build_commands().filter(|command| publishes(command)).peekable();
    if publishes.peek().is_some() && publishes.all(brings_runtime) && !starts_host(single) {
        return "runtime-deps";
    }
    let Some(context) = single.context.filter(|context| !context.is_truncated()) else { return "aspnet" };
    let is_project = |path: &&str| [".csproj", ".fsproj", ".vbproj"].iter().any(|ending| path.ends_with(ending));
    let mut paths = context.entries().iter().map(|entry| entry.path.as_str()).filter(is_project).peekable();
    let is_plain =
        |path: &str| context.text(path).is_some_and(|text| !text.contains("Sdk.Web") && !text.contains("AspNetCore"));
    if paths.peek().is_some() && paths.all(is_plain) { "runtime" } else { "aspnet" }
}

/// Whether the command publishes programs.
fn publishes(command: &Command<'_>) -> bool {
    builds(command) && command.arguments().first().and_then(|word| word.value) == Some("publish")
}

/// Whether what is published has the runtime in it.
fn brings_runtime(command: &Command<'_>) -> bool {
    let words: Vec<&str> = command.arguments().iter().filter_map(|word| word.value).collect();
    let is_flag = |word: &&str| matches!(*word, "--self-contained" | "--sc");
    let is_told = |word: &&str| {
        matches!(*word, "--self-contained=true" | "--sc=true" | "-p:SelfContained=true" | "/p:SelfContained=true")
    };
    let value = words.iter().position(is_flag).map(|at| words.get(at + 1).copied().unwrap_or_default());
    value.is_some_and(|value| value != "false") || words.iter().any(is_told)
}

/// Whether the container starts with the host of .NET, which is no part of such a program.
fn starts_host(single: &SingleStage<'_>) -> bool {
    let mut commands = single.build.process(single.stage.index).commands(single.commands);
    commands.any(|command| command.name() == Some("dotnet"))
}

/// The image that runs programs, of the version and distribution that the kit's has.
fn runtime_image(single: &SingleStage<'_>) -> Result<NamedImage, Refusal> {
    let tag = single.image.tag_or_latest().unwrap_or_default();
    let image = dotnet_runtime(&single.image.familiar_name(), tag, runtime_of_project(single));
    let image = image.ok_or(Refusal::UnknownImage)?;
    // A program that is made for one C library does not start with the other.
    let listed = lookup(&image.repository, Some(&image.tag)).and_then(|facts| facts.distribution);
    let distribution = listed.or_else(|| past_distribution(&image.repository, &image.tag));
    let family = single.distribution.family;
    let is_other = distribution.is_some_and(|it| (it.family == "alpine") != (family == "alpine"));
    if is_other { Err(Refusal::UnknownDistribution(family.to_owned())) } else { Ok(image) }
}

#[cfg(test)]
mod tests;
