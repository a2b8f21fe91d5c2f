//! The one command that a container starts with.

use crate::context::{BuildContext, Glob};
use crate::ir::{Breadth, Command, ContextCopy, clean_path, lies_in};
use crate::knowledge::file_name;

use super::super::single_stage::SingleStage;
use super::super::start;

/// The words of the one command that the container starts with; of `npm start` and the like, those of the script.
/// `None` where it starts with more.
pub fn words(single: &SingleStage<'_>) -> Option<Vec<String>> {
    let mut commands = start::commands(single);
    let (command, None) = (commands.next()?, commands.next()) else { return None };
    let is_wrapped =
        command.invoked.as_ref().is_some_and(|it| !it.wrappers().is_empty() || !it.redirections.is_empty());
    if is_wrapped || !command.wrapping.is_empty() || single.commands.of_step(command.step).len() > 1 {
        return None;
    }
    let written: Vec<&str> = command.words.iter().map(|word| word.value).collect::<Option<_>>()?;
    let mut words = of_package_manager(single, command, &written)?;
    let first = words.first_mut()?;
    *first = file_name(first).to_owned();
    Some(words)
}

/// What a package manager starts: a script of the project, or a program of one of its packages.
fn of_package_manager(single: &SingleStage<'_>, command: &Command<'_>, written: &[&str]) -> Option<Vec<String>> {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let Some(invocation) = &command.manager else { return Some(owned(written)) };
    let arguments = written.get(1..)?;
    if invocation.manager.name == "npx" {
        let behind = arguments.iter().position(|word| !matches!(*word, "-y" | "--yes" | "--no-install"))?;
        let mut words: Vec<String> = owned(arguments.get(behind..)?);
        let first = words.first_mut()?;
        first.truncate(first.find('@').unwrap_or(first.len()));
        return Some(words);
    }
    // Where another `package.json` lies in the folder, that one says what the script does.
    if manifest(single).as_deref() != Some("package.json") {
        return None;
    }
    let (name, rest) = match arguments {
        ["run" | "run-script", name, rest @ ..] => (*name, rest),
        [name, rest @ ..] => (*name, rest),
        [] => return None,
    };
    let script = |name: &str| single.context.and_then(|context| context.package_script(name));
    let Some(text) = script(name) else {
        // Yarn and pnpm look for a program by that name where there is no such script.
        let is_program =
            invocation.manager.name != "npm" && single.context.is_some() && arguments.first() == Some(&name);
        return is_program.then(|| owned(arguments));
    };
    let is_plain = !text.contains(['&', '|', ';', '<', '>', '$', '`', '\'', '"', '(', ')', '*', '=', '\\']);
    let has_hooks = script(&format!("pre{name}")).is_some() || script(&format!("post{name}")).is_some();
    let handed = handed_on(invocation.manager.name, rest)?;
    let words = text.split_whitespace().chain(handed.iter().copied()).map(str::to_owned).collect();
    (is_plain && !has_hooks).then(|| through_npx(words))
}

/// What of the words behind the name of a script it gets: with npm those behind `--`, with Yarn and pnpm all of them. `None`
/// where that is not plain.
fn handed_on<'w, 'r>(manager: &str, rest: &'r [&'w str]) -> Option<&'r [&'w str]> {
    match (manager, rest) {
        (_, []) => Some(rest),
        ("npm", ["--", handed @ ..]) => Some(handed),
        ("yarn" | "pnpm", [first, ..]) if *first != "--" => Some(rest),
        _ => None,
    }
}

/// A script may call `npx` itself.
fn through_npx(mut words: Vec<String>) -> Vec<String> {
    if words.first().is_some_and(|word| word == "npx") {
        words.remove(0);
    }
    words
}

/// The file of the build context that lies as `package.json` where the container starts. `None` where none is known to.
fn manifest(single: &SingleStage<'_>) -> Option<String> {
    let context = single.context?;
    let place = clean_path(&format!("{}/package.json", directory(single)?));
    let mut copies = single.stage.steps.iter().rev().flat_map(|step| single.build.context_copies(step));
    // Of several, the last one stays.
    copies.find_map(|copy| origin(single, context, &copy, &place))
}

/// The directory in which the container starts: that of the last WORKDIR, wherever CMD stands.
pub fn directory(single: &SingleStage<'_>) -> Option<String> {
    match &single.stage.last_state.workdir {
        Some(setting) => setting.is_certain.then(|| setting.value.clone()),
        None => single.directory_of_image().ok(),
    }
}

/// The file of the context that the copy puts at `place`.
fn origin(single: &SingleStage<'_>, context: &BuildContext, copy: &ContextCopy<'_>, place: &str) -> Option<String> {
    let target = single.build.absolute_path(copy.step, copy.step.certain_value(&copy.transfer.destination)?)?;
    let source = clean_path(&format!("/{}", copy.step.certain_value(copy.source)?));
    let source = if copy.breadth == Breadth::Whole { "" } else { source.trim_start_matches('/') };
    if !lies_in(place, &target) {
        return None;
    }
    let below = place.strip_prefix(target.trim_end_matches('/'))?.trim_start_matches('/');
    let is_file = |path: &String| context.exists(path) && !context.is_dir(path);
    if source.is_empty() || context.is_dir(source) {
        return Some(clean_path(&format!("/{source}/{below}")).trim_start_matches('/').to_owned()).filter(is_file);
    }
    // A file keeps its name below a folder, and may get another one without.
    let named = match Glob::new(source) {
        Ok(glob) if Glob::has_wildcard(source) => {
            context.glob(&glob).map(|entry| entry.path.clone()).find(|path| file_name(path) == below)
        }
        _ => Some(source.to_owned()).filter(|path| below.is_empty() || file_name(path) == below),
    };
    named.filter(is_file)
}
