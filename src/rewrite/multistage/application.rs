//! The files of an interpreted program: whole folders, since nobody knows which of its files it reads.

use crate::ir::{Breadth, Command, ContextCopy, lies_in};

use super::Refusal;
use super::single_stage::SingleStage;

/// The folders and files that COPY and ADD fill from the build context, absolute.
///
/// # Errors
/// Where a path is only known when the build runs, and where the program lies among files of the distribution.
pub fn of_context(single: &SingleStage<'_>) -> Result<Vec<String>, Refusal> {
    let paths = copied(single)?.into_iter().map(|copied| copied.path).collect();
    let directory = single.directory_after_build()?;
    if lies_in(&directory, TEMPORARY) { Err(Refusal::AmongSystemFiles(directory)) } else { Ok(paths) }
}

/// What COPY or ADD brings from the build context.
pub struct FromContext<'b> {
    /// Where it lies there, as written.
    pub source: &'b str,
    /// The folder or file that it fills, absolute.
    pub path: String,
    /// Whether it is one file, as far as names tell.
    pub is_file: bool,
}

/// All that COPY and ADD bring from the build context.
///
/// # Errors
/// As [`of_context`].
pub fn copied<'b>(single: &SingleStage<'b>) -> Result<Vec<FromContext<'b>>, Refusal> {
    let copies = single.steps_of_build().flat_map(|step| single.build.context_copies(step));
    copies.collect::<Vec<_>>().iter().map(|copy| filled_by(single, copy)).collect()
}

/// What lies below is not copied: builds leave there what nobody needs.
pub const TEMPORARY: &str = "/tmp";

/// The folder in which a command works and leaves what it makes; none for what is only there while the image is built.
///
/// # Errors
/// Where it is only known when the build runs, and where it is one of the distribution.
pub fn working_folder(single: &SingleStage<'_>, command: &Command<'_>) -> Result<Option<String>, Refusal> {
    let folder = single.path_of(command, ".")?;
    match folder {
        folder if lies_in(&folder, TEMPORARY) => Ok(None),
        folder if is_own(&folder) => Ok(Some(folder)),
        folder => Err(Refusal::AmongSystemFiles(folder)),
    }
}

/// Whether the folder holds nothing but what this file puts there.
pub fn is_own(folder: &str) -> bool {
    const SHARED: &[&str] =
        &["bin", "etc", "home", "lib", "lib64", "mnt", "opt", "root", "run", "sbin", "tmp", "usr", "var"];
    const PARTS_OF_USR: &[&str] = &["bin", "games", "include", "lib", "libexec", "local", "sbin", "share", "src"];
    let parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => false,
        [first] => !SHARED.contains(first),
        ["bin" | "etc" | "lib" | "lib64" | "sbin", ..] => false,
        ["usr", "local" | "share", _] => !PARTS_OF_USR.contains(&parts[2]),
        ["usr", second] => !PARTS_OF_USR.contains(second),
        ["usr", "bin" | "lib" | "sbin" | "include" | "libexec", ..] => false,
        ["usr", "local", third, ..] => !PARTS_OF_USR.contains(third),
        ["var", "lib" | "cache" | "log" | "run" | "spool" | "tmp"] => false,
        _ => true,
    }
}

fn filled_by<'b>(single: &SingleStage<'b>, copy: &ContextCopy<'b>) -> Result<FromContext<'b>, Refusal> {
    let (source, target) = ends(single, copy)?;
    let is_file = copy.breadth == Breadth::Part && is_file(single, source);
    if !is_file && !is_own(&target) {
        return Err(Refusal::AmongSystemFiles(target));
    }
    let name = source.trim_end_matches('/').rsplit('/').next().unwrap_or(source);
    let path = match is_file && is_folder(copy) && !is_own(&target) {
        true => format!("{}/{name}", target.trim_end_matches('/')),
        false => target,
    };
    Ok(FromContext { source, path, is_file })
}

/// The source, and the absolute path of the destination.
fn ends<'b>(single: &SingleStage<'b>, copy: &ContextCopy<'b>) -> Result<(&'b str, String), Refusal> {
    let source = copy.step.certain_value(copy.source);
    let source = source.ok_or_else(|| Refusal::UnknownPath(copy.source.text().to_owned()))?;
    let written = &copy.transfer.destination;
    let target = copy.step.certain_value(written).and_then(|path| single.build.absolute_path(copy.step, path));
    Ok((source, target.ok_or_else(|| Refusal::UnknownPath(written.text().to_owned()))?))
}

/// Whether the destination is a folder by the way it is written.
fn is_folder(copy: &ContextCopy<'_>) -> bool {
    let destination = copy.step.value(&copy.transfer.destination);
    destination.ends_with('/') || destination.ends_with('.') || copy.transfer.sources.len() > 1
}

/// Whether the source is one file: the context knows, else the name has to tell.
fn is_file(single: &SingleStage<'_>, source: &str) -> bool {
    const WITHOUT_ENDING: &[&str] = &["Gemfile", "Pipfile", "Procfile", "Rakefile", "Makefile", "artisan", "LICENSE"];
    let path = source.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
    if path.contains(['*', '?', '[']) {
        return false;
    }
    match single.context {
        Some(context) if context.exists(path) => !context.is_dir(path),
        _ => {
            let name = path.rsplit('/').next().unwrap_or(path);
            !source.ends_with('/') && (WITHOUT_ENDING.contains(&name) || name.trim_start_matches('.').contains('.'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_the_distribution_are_not_the_programs_own() {
        for folder in
            ["/app", "/srv", "/usr/src/app", "/home/node/app", "/opt/x", "/var/www", "/var/www/html", "/root/app"]
        {
            assert!(is_own(folder), "{folder}");
        }
        for folder in ["/", "/usr", "/usr/bin", "/usr/src", "/usr/local/bin", "/etc/x", "/home", "/opt", "/root"] {
            assert!(!is_own(folder), "{folder}");
        }
    }
}
