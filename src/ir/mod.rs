//! What the Dockerfile means to BuildKit: stages, scopes, users, shells, commands.

mod image_reference;
mod platform_args;
mod suggest;

pub use image_reference::{ImageReference, ImageReferenceError, ImageReferenceErrorKind, ImageReferenceSpans};
pub use platform_args::{Platform, PlatformError, PredefinedArg, platform_arg};
pub use suggest::closest;
