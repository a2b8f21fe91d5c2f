//! What the Dockerfile means to BuildKit: stages, scopes, users, shells, commands.

mod platform_args;

pub use platform_args::{Platform, PlatformError, PredefinedArg, platform_arg};
