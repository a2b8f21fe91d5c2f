//! `dfx layers --compare`: what runs again after another build.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cache::{Cache, Keys, State};
use crate::ir::Build;
use crate::plan::Plan;
use crate::report::layers::Compared;

use super::super::build_context::load;
use super::super::failure::Failure;
use super::super::read;
use super::project::epoch;
use super::{Arguments, files, refusal};

/// What becomes of the build if that of `other` came before: another Dockerfile with the same context, or the same
/// Dockerfile with another context, where a Dockerfile of the same path counts if it lies there.
pub fn compare(
    other: &Path,
    arguments: &Arguments,
    folder: Option<&Path>,
    after: &State<'_>,
) -> Result<Compared, Failure> {
    let is_folder = other.is_dir();
    let in_other = folder.and_then(|folder| files::path_in(folder, &arguments.path)).map(|path| other.join(path));
    let dockerfile = match (is_folder, in_other.filter(|path| path.is_file())) {
        (false, _) => other.to_owned(),
        (true, Some(path)) => path,
        (true, None) => arguments.path.clone(),
    };
    let file = read::dockerfile(&dockerfile)?;
    refusal::of_buildkit(&file)?;
    let given = arguments.build_arguments.iter().chain(&arguments.compare_build_arguments);
    let given: BTreeMap<String, String> = given.cloned().collect();
    let build = Build::with_arguments(&file, &given);
    let plan = Plan::new(&build);
    let loaded = is_folder.then(|| load(other, &dockerfile));
    let files = match &loaded {
        Some(loaded) => files::sent(&loaded.context, other, true)?,
        None => after.files.clone(),
    };
    let before = State { plan: &plan, files: &files, epoch: epoch(&given), ..*after };
    let (old, new) = (Keys::new(&before), Keys::new(after));
    let mut cache = Cache::default();
    cache.remember(&old);
    Ok(Compared { other: other.display().to_string(), judged: cache.judge((&before, &old), (after, &new)) })
}
