//! Rewrites that reach over several instructions. Each gives edits, or says why it does not.

mod beside;
mod cache_mounts;
mod common_base;
mod dependencies_first;
mod joined_runs;
mod joined_words;
pub mod multistage;
mod reordered;
mod split_run;
mod spring_layers;
mod unused_stage;
mod whole_lines;

pub use cache_mounts::{
    Refusal as MountRefusal, archives_flag, downloads_archives, keep_archives, mount_archives, mount_caches,
    mount_flags,
};
pub use common_base::{CommonBase, common_base};
pub use dependencies_first::{LateSources, dependencies_first, flag_without_project, words_of_local_parts};
pub use joined_runs::{Refusal, join_runs};
pub use joined_words::{Layout, join_pairs, join_words};
pub use reordered::reordered;
pub use split_run::{PackagesFirst, SplitRefusal};
pub use spring_layers::{WholeArchive, whole_archive};
pub use unused_stage::{StageRemover, StageStays, unused_stages};
