//! What BuildKit would be asked to do: for each stage the steps that can be cached, with all that enters their cache
//! keys, and the image configuration that comes out.
//!
//! [`Plan::new`] does for every stage what BuildKit's `dockerfile2llb` does for the one that is built. Two plans that
//! are equal mean the same build, whatever their files look like; [`differences`] says where two are not.

mod added_stages;
mod configuration;
mod difference;
mod digest;
mod environment;
mod lowering;
mod normal_form;
mod operation;
mod paths;

use crate::ir::{Build, Platform};
use crate::source::Span;

pub use added_stages::differences_but_for_added_stages;
pub use configuration::{Healthcheck, ImageConfiguration};
pub use difference::{Difference, Field, Part, differences, differing_fields};
pub use digest::Digest;
pub use environment::Environment;
pub use normal_form::{Tolerance, differences_beyond};
pub use operation::{
    Cache, Copied, Copy, Exec, Files, MakeDirectory, Mount, MountKind, Operation, Secret, Sharing, Source,
};

/// The build of every stage of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The stages, in the order of the file.
    pub stages: Vec<PlannedStage>,
}

/// The build of one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStage {
    /// What the stage starts from.
    pub base: Source,
    /// The platform, where it is not the one that the builder runs on.
    pub platform: Option<Platform>,
    /// The steps that make a vertex of the build graph, in order. Each starts from what the one before has left.
    pub vertices: Vec<Vertex>,
    /// The configuration of the image that the stage would be.
    pub configuration: ImageConfiguration,
}

/// A step that BuildKit runs, or takes from its cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vertex {
    /// What is done.
    pub operation: Operation,
    /// The instruction that asks for it.
    pub maker: Maker,
}

/// The instruction behind a vertex. All makers are equal, since a plan does not depend on where its file says what.
#[derive(Debug, Clone, Copy, Default)]
pub struct Maker {
    /// 0-based place among the steps of its stage; `None` for what an ONBUILD of its base stage asks for.
    pub step: Option<usize>,
    /// The instruction.
    pub span: Span,
}

impl PartialEq for Maker {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Maker {}

impl Plan {
    /// The plan of a build, without build arguments and with base images that set nothing. Never fails: what cannot be
    /// known is [`Source::Unknown`].
    pub fn new(build: &Build<'_>) -> Self {
        lowering::plan(build)
    }
}
