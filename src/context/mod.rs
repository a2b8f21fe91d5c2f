//! The build context as a value: which files there are, which of them `.dockerignore` leaves out.
//!
//! Nothing here touches a file system. The command line walks a folder and hands its entries to
//! [`BuildContext::new`]; tests and browsers make theirs by hand.
//!
//! Paths are relative to the root of the context, have `/` between their parts and no `.` or `..` in them.

mod bake;
mod build_context;
mod clean;
mod containers;
mod copy_source;
mod devcontainer;
mod document;
mod extent;
mod glob;
mod ignore_file;
mod ignore_pattern;
mod json_with_comments;
mod manifest;
mod package_json;
mod pipeline;
mod spring;
mod tsconfig;
mod workspace;
mod yarn;

pub use bake::{BuildTarget, bake_targets, is_bake_file};
pub use build_context::{BuildContext, Entry, EntryKind};
pub use containers::{Container, ContainerFile};
pub use copy_source::CopySourceMatch;
pub use devcontainer::workplace_of_devcontainer;
pub use document::words_of_line;
pub use extent::Extent;
pub use glob::{BadPattern, Glob};
pub use ignore_file::{IgnoreFile, PathState, Problem, ProblemKind};
pub use ignore_pattern::Pattern;
pub use manifest::{LARGEST_MANIFEST, is_folder_of_tools, is_manifest};
pub use package_json::scripts_of_package;
pub use pipeline::{Pipeline, is_pipeline_file, pipeline};
pub use spring::{Archives, SpringBoot};
pub use workspace::UnknownMembers;
pub use yarn::Yarn;
