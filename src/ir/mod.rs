//! What the Dockerfile means to BuildKit: stages, scopes, users, shells, commands.
//!
//! [`Build::new`] goes through the instructions once, as BuildKit's `dockerfile2llb` does, and works out what every
//! rule would otherwise have to ask again.

mod account;
mod build;
mod build_readers;
mod c_library;
mod chain_end;
mod commands;
mod context_copies;
mod context_secrets;
mod copy_source;
mod debian_base;
mod defeated_mounts;
mod docker_clean;
mod downloads;
mod environment;
mod filled_caches;
mod footprint;
mod image_reference;
mod image_use;
mod images;
mod inherited;
mod kept_caches;
mod linked_copies;
mod lowering;
mod mount_faults;
mod mounts;
mod needless_files;
mod places;
mod platform_args;
mod port;
mod problem;
mod process;
mod refusals;
mod reruns;
mod scope;
mod scripts;
mod spare_commands;
mod spare_words;
mod stage;
mod suggest;
mod system_caches;
#[cfg(test)]
mod tests;
mod tools;
mod users;
mod windows;

pub use account::{Account, is_root, is_root_in_own_group};
pub use build::{Build, GlobalArg};
pub use build_readers::{Reader, SecretReaders};
pub use c_library::CLibrary;
pub use chain_end::{ChainEnd, is_joint};
pub use commands::{Command, CommandWord, Commands};
pub use context_copies::{Breadth, ContextCopy};
pub use context_secrets::{is_known_harmless, is_mostly_settings, secret_in_context};
pub use copy_source::LocalSource;
pub use debian_base::DebianBase;
pub use defeated_mounts::{Defeat, Means, MountedCache};
pub use docker_clean::DOCKER_CLEAN;
pub use downloads::Fetch;
pub use footprint::{Footprint, Trees, is_behind_link};
pub use image_reference::{ImageReference, ImageReferenceError, ImageReferenceErrorKind, ImageReferenceSpans};
pub use image_use::{ImageRole, ImageUse};
pub use kept_caches::KeptCache;
pub use lowering::{clean_path, is_absolute};
pub use mount_faults::MountFault;
pub use mounts::{Mount, lies_in};
pub use needless_files::{KeptFile, NeedlessFiles, SpareFiles};
pub use places::{CopiedTo, is_large_by_name, is_small_by_name, is_system_directory};
pub use platform_args::{Platform, PlatformError, PredefinedArg, platform_arg};
pub use port::{PortError, PortSpec};
pub use problem::{BuildProblem, BuildProblemKind};
pub use process::Process;
pub use scope::{DEFAULT_PATH, Origin, Scope, Variable, Visible};
pub use scripts::command_of;
pub use spare_words::NeedlessSudo;
pub use stage::{
    Base, ExpandedWord, Setting, ShellSetting, Stage, StageSource, State, Step, Triggers, UndefinedReference,
};
pub use suggest::closest;
pub use tools::ToolPresence;
pub use users::{CreatedUser, Users};
