//! What users set: `dfx.toml`, and which rules are on.
//!
//! Everything here is a value made from text. Where the text comes from is the command line's matter.

mod code;
mod fault;
mod hadolint;
mod hadolint_settings;
mod keys;
mod path_patterns;
mod profile;
mod read;
mod schema;
mod selection;
mod template;
mod threshold;

pub use code::{Catalogue, Selector, UnknownCode};
pub use fault::Fault;
pub use hadolint::{HADOLINT_FILE_NAMES, Imported, import_hadolint};
pub use hadolint_settings::{HadolintSettings, label_format};
pub use keys::{KEYS, Key, Kind, RULE_KEYS, label_format_name};
pub use path_patterns::PathPatterns;
pub use profile::Profile;
pub use read::Config;
pub use schema::json_schema;
pub use selection::{Choice, Level, Selection};
pub use template::template;
pub use threshold::FailOn;

/// The names under which a folder may hold its configuration; the first that exists counts.
pub const FILE_NAMES: [&str; 2] = ["dfx.toml", ".dfx.toml"];
