//! The folder of a site: where it lies, and whether nginx can serve it.

use crate::ir::{Step, clean_path, is_absolute, lies_in};
use crate::syntax::InstructionKind;

use super::super::single_stage::SingleStage;
use super::super::{application, node};
use super::started;

/// The home of root, which nobody else may enter: nginx's workers run as a user of their own.
const CLOSED: &str = "/root";

const UNKNOWN: &str = "its folder is only known when the build runs";

/// The folder that is served, absolute.
///
/// # Errors
/// Why nginx could not serve it.
pub fn of_site(single: &SingleStage<'_>, written: &str) -> Result<String, &'static str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    if !written.chars().all(is_plain) {
        return Err("the name of its folder holds signs with a meaning of their own");
    }
    let start = started::directory(single).ok_or(UNKNOWN)?;
    let folder = if is_absolute(written) { clean_path(written) } else { clean_path(&format!("{start}/{written}")) };
    let directory = single.directory_after_build().map_err(|_| UNKNOWN)?;
    if !folder.chars().all(is_plain) {
        Err("the name of its folder holds signs with a meaning of their own")
    } else if lies_in(&directory, &folder) || lies_in(&start, &folder) {
        Err("it serves the folder in which the project itself lies")
    } else if lies_in(&folder, CLOSED) {
        Err("its folder lies below `/root`, which nginx's workers cannot read")
    } else if single.stage.steps.iter().any(|step| is_volume(step, &folder)) {
        Err("its folder comes from a volume")
    } else if !is_made(single, &folder) {
        Err("no step is known to make its folder")
    } else {
        Ok(folder)
    }
}

/// Whether the step is a VOLUME at, above or below the folder, or one that only the build knows.
fn is_volume(step: &Step<'_>, folder: &str) -> bool {
    let InstructionKind::Volume(words) = &step.instruction.kind else { return false };
    let meets = |volume: &str| {
        let volume = clean_path(&format!("/{volume}"));
        lies_in(folder, &volume) || lies_in(&volume, folder)
    };
    words.iter().any(|word| step.certain_value(word).is_none_or(meets))
}

/// Whether the folder lies in one that a COPY fills, or in which a step builds.
fn is_made(single: &SingleStage<'_>, folder: &str) -> bool {
    let copied = single.stage.steps.iter().filter_map(|step| single.build.copied_to(step)).map(|it| it.destination);
    let built = single.build_commands().filter_map(|command| node::builds_in(single, command));
    copied.chain(built).any(|made| application::is_own(&made) && lies_in(folder, &made))
}
