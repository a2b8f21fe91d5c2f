//! Whether a fix that adds a stage keeps what it promises.
//!
//! No other fix may add a stage. Of this one it is shown that the build stage is built as before, that the image is
//! configured as before, and that the new stage holds what was promised and the programs that it starts.

use crate::edit::{NewStage, ServedFolder};
use crate::ir::{DEFAULT_PATH, lies_in};
use crate::plan::{
    Copied, Copy, Field, ImageConfiguration, Operation, Plan, PlannedStage, Source, Vertex, differing_fields,
};

/// What is wrong with a split of one stage into two; nothing where it keeps the promise.
pub fn faults(before: &Plan, after: &Plan, promised: &NewStage) -> Vec<String> {
    let ([single], [build, last]) = (before.stages.as_slice(), after.stages.as_slice()) else {
        return vec![format!("there are {} stages instead of 2", after.stages.len())];
    };
    let mut faults = Vec::new();
    let left = left_by_build(single, build, promised.pruning.as_deref());
    let late = late_copies(left.unwrap_or_default());
    if !left.is_some_and(|left| is_done_in(last, left)) {
        faults.push("the build stage is built in another way than before".to_owned());
    }
    faults.extend(configuration(&single.configuration, &last.configuration, promised.served.as_ref()));
    faults.extend(promised.served.iter().flat_map(|served| faults_of_server(served, last, promised)));
    faults.extend(foreign_copies(last, &late));
    let copied = copied(last);
    let is_copied = |path: &str| copied.iter().any(|copied| lies_in(path, copied));
    let missing = promised.artifacts.iter().filter(|path| !is_copied(path));
    faults.extend(missing.map(|path| format!("`{path}` is not in the last stage")));
    let missing = promised.packages.iter().filter(|package| !installs(last, package));
    faults.extend(missing.map(|package| format!("the package `{package}` is not in the last stage")));
    let is_finished = promised.finish.as_ref().is_none_or(|command| last.vertices.iter().any(|it| runs(it, command)));
    if !is_finished {
        faults.push("the last stage does not run the command that was announced".to_owned());
    }
    let started = if promised.served.is_some() { &last.configuration } else { &single.configuration };
    let is_late = |path: &str| late.iter().flat_map(|vertex| copies(vertex)).any(|copy| lies_in(path, folder(copy)));
    let missing = paths_of_container(started).into_iter().filter(|path| !is_copied(path) && !is_late(path));
    faults.extend(missing.map(|path| format!("the container calls `{path}`, which is not in the last stage")));
    faults
}

/// The steps that the build stage leaves to the last one: it takes those from the first on, and may end with the one command
/// that was announced. `None` where it is built otherwise.
fn left_by_build<'p>(single: &'p PlannedStage, build: &PlannedStage, pruning: Option<&str>) -> Option<&'p [Vertex]> {
    let steps = match (pruning, build.vertices.split_last()) {
        (None, _) => build.vertices.as_slice(),
        (Some(command), Some((end, steps))) if runs(end, command) => steps,
        (Some(_), _) => return None,
    };
    let left = single.vertices.strip_prefix(steps)?;
    ((&single.base, &single.platform) == (&build.base, &build.platform)).then_some(left)
}

/// Whether the last stage does what is left: it makes the directories of WORKDIR, and when all else is done, it copies from
/// the build context in the same order.
fn is_done_in(last: &PlannedStage, left: &[Vertex]) -> bool {
    let late = late_copies(left);
    let is_made = |vertex: &Vertex| last.vertices.contains(vertex);
    let others = left.iter().filter(|vertex| !late.contains(vertex));
    let is_directory = |vertex: &Vertex| matches!(vertex.operation, Operation::MakeDirectory(_));
    let at_the_end: Vec<&Vertex> = last.vertices.iter().rev().filter(|it| !is_directory(it)).take(late.len()).collect();
    others.into_iter().all(|vertex| is_directory(vertex) && is_made(vertex))
        && at_the_end.into_iter().rev().eq(late.iter().copied())
}

/// The steps that copy from nothing but the build context.
fn late_copies(left: &[Vertex]) -> Vec<&Vertex> {
    let is_of_context = |vertex: &&Vertex| {
        matches!(vertex.operation, Operation::Files(_))
            && copies(vertex).iter().all(|copy| copy.from == Source::Context)
    };
    left.iter().filter(is_of_context).collect()
}

/// What a step copies.
fn copies(vertex: &Vertex) -> &[Copy] {
    match &vertex.operation {
        Operation::Files(files) => &files.copies,
        _ => &[],
    }
}

/// Where a copy puts its files.
fn folder(copy: &Copy) -> &str {
    let folder = copy.destination.strip_suffix("/.").unwrap_or(&copy.destination).trim_end_matches('/');
    if folder.is_empty() { "/" } else { folder }
}

/// Whether the step runs this very command.
fn runs(vertex: &Vertex, command: &str) -> bool {
    matches!(&vertex.operation, Operation::Exec(exec) if exec.arguments.last().is_some_and(|last| last == command))
}

/// The configuration stays, but for a working directory that the image of the build has set until now, and folders
/// that are added to `PATH` for the same reason; and for what the container starts, where another server was announced.
fn configuration(
    before: &ImageConfiguration,
    after: &ImageConfiguration,
    served: Option<&ServedFolder>,
) -> Vec<String> {
    let mut differing = differing_fields(before, after);
    differing.retain(|field| match field {
        Field::WorkingDir => !before.working_directory.is_empty(),
        Field::StopSignal => !before.stop_signal.is_empty(),
        Field::Env => !only_adds_to_path(before, after),
        Field::Cmd | Field::Entrypoint => served.is_none(),
        _ => true,
    });
    differing.iter().map(|field| format!("`{}` in the configuration of the image is another", field.name())).collect()
}

/// The container starts with the command that was announced, the last stage runs nothing but the one command that writes the
/// settings, and these name the folder and the port. That the folder is copied, and that this command is run, is held of all
/// splits.
fn faults_of_server(served: &ServedFolder, last: &PlannedStage, promised: &NewStage) -> Vec<String> {
    let configuration = &last.configuration;
    let settings = promised.finish.as_deref().unwrap_or_default();
    let listens = format!("listen {};", served.port);
    let serves = format!("root {};", served.folder);
    let is_promised = promised.artifacts.contains(&served.folder);
    let mut faults = Vec::new();
    if configuration.cmd != served.command || !configuration.entrypoint.is_empty() {
        faults.push("the container starts with another command than was announced".to_owned());
    }
    let is_other = |vertex: &Vertex| matches!(vertex.operation, Operation::Exec(_)) && !runs(vertex, settings);
    if last.vertices.iter().any(is_other) {
        faults.push("the last stage runs a command that was not announced".to_owned());
    }
    if !is_promised || !settings.contains(&serves) {
        faults.push(format!("`{}` is not served", served.folder));
    }
    if !settings.contains(&listens) {
        faults.push(format!("nothing listens on port {}", served.port));
    }
    faults
}

fn only_adds_to_path(before: &ImageConfiguration, after: &ImageConfiguration) -> bool {
    let others = |configuration: &ImageConfiguration| -> Vec<(String, String)> {
        let variables = configuration.environment.iter().filter(|(name, _)| *name != "PATH");
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let path = |configuration: &ImageConfiguration| -> String {
        let found = configuration.environment.iter().find(|(name, _)| *name == "PATH");
        found.map_or(DEFAULT_PATH, |(_, value)| value).to_owned()
    };
    others(before) == others(after) && path(after).ends_with(&path(before))
}

/// Copies of anything but the build stage, and copies that change a path; what comes `late` from the context is held already.
fn foreign_copies(last: &PlannedStage, late: &[&Vertex]) -> Vec<String> {
    let mut faults = Vec::new();
    for copy in last.vertices.iter().filter(|vertex| !late.contains(vertex)).flat_map(copies) {
        match (&copy.from, &copy.copied) {
            (Source::Stage(0), Copied::Paths { path, .. }) if same_path(path, &copy.destination) => {}
            (Source::Stage(0), Copied::Paths { path, .. }) => faults.push(format!("`{path}` moves")),
            _ => faults.push(format!("`{}` does not come from the build stage", copy.destination)),
        }
    }
    faults
}

fn same_path(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

/// The paths that the stage takes from the build stage.
fn copied(last: &PlannedStage) -> Vec<&str> {
    let copies = last.vertices.iter().flat_map(copies);
    copies.filter(|copy| copy.from == Source::Stage(0)).map(|copy| copy.destination.as_str()).collect()
}

/// Whether a RUN of the stage names the package among its words.
fn installs(last: &PlannedStage, package: &str) -> bool {
    last.vertices.iter().any(|vertex| match &vertex.operation {
        Operation::Exec(exec) => exec.arguments.iter().any(|text| text.split_whitespace().any(|word| word == package)),
        _ => false,
    })
}

/// The programs that the container starts, and files that it hands to them, where these are written as paths. Those in
/// the folders of the distribution itself are left out.
fn paths_of_container(configuration: &ImageConfiguration) -> Vec<String> {
    const ENDINGS: &[&str] = &[".cjs", ".dll", ".exs", ".jar", ".js", ".mjs", ".php", ".py", ".rb", ".sh", ".war"];
    let health = configuration.healthcheck.as_ref().map_or(&[][..], |check| &check.test);
    let mut paths = Vec::new();
    for words in [&configuration.entrypoint[..], &configuration.cmd, health] {
        for (place, word) in words_of(words).into_iter().enumerate() {
            let is_program = place == 0 && word.contains('/');
            let is_file = place > 0 && ENDINGS.iter().any(|ending| word.ends_with(ending)) && !word.contains("://");
            if (is_program || is_file) && !word.contains(['$', '*', '=', ':']) {
                paths.push(absolute(&configuration.working_directory, word));
            }
        }
    }
    paths.retain(|path| !["/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/"].iter().any(|folder| path.starts_with(folder)));
    paths
}

/// The words of a command, without the shell before a script, `exec` and assignments.
fn words_of(words: &[String]) -> Vec<&str> {
    let is_shell = |word: &str| matches!(word, "/bin/sh" | "/bin/bash" | "/bin/ash" | "sh" | "bash");
    let words: Vec<&str> = match words {
        [first, rest @ ..] if matches!(first.as_str(), "CMD" | "NONE") => rest.iter().map(String::as_str).collect(),
        [first, script] if first == "CMD-SHELL" => script.split_whitespace().collect(),
        [first, .., script] if is_shell(first) => script.split_whitespace().collect(),
        words => words.iter().map(String::as_str).collect(),
    };
    let is_before = |word: &&str| *word == "exec" || (word.contains('=') && !word.starts_with(['/', '.']));
    words.into_iter().skip_while(is_before).map(|word| word.trim_matches(['"', '\'', ';'])).collect()
}

fn absolute(directory: &str, word: &str) -> String {
    let directory = if directory.is_empty() { "/" } else { directory };
    crate::ir::clean_path(&if word.starts_with('/') { word.to_owned() } else { format!("{directory}/{word}") })
}

#[cfg(test)]
mod tests;
