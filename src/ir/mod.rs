//! What the Dockerfile means to BuildKit: stages, scopes, users, shells, commands.

mod expansion;

pub use expansion::{
    Expander, Expansion, ExpansionError, ExpansionErrorKind, Modifier, Reference, SplitExpansion, Variables,
};
