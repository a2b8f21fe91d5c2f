//! Dated tables of facts, each with a typed look-up.
//!
//! The data files under `data/` are written by `scripts/make-knowledge.py tables FACTS` from a folder of collected facts
//! (its docstring says what that holds) and committed; [`made_on`] says which days they describe. They are sorted text,
//! searched where they lie in the program (2.7 MB): nothing is parsed at start-up. To refresh them, collect the
//! facts anew, run `make-knowledge.py sizes FACTS` (asks apt for the sizes of Debian packages), then `tables`, then
//! `cargo test knowledge`, and read the diff.

pub mod alpine;
pub mod archives;
pub mod base_environment;
pub mod build_arguments;
pub mod build_readers;
pub mod commands;
pub mod dead_addresses;
pub mod debian;
pub mod end_of_life;
pub mod front_ends;
pub mod images;
pub mod made_on;
pub mod needless_files;
pub mod options;
pub mod package_managers;
pub mod secrets;
pub mod static_servers;

mod date;
mod dockerfile_name;
mod file_name;
mod table;
mod tag;

pub use date::{Date, NotADate};
pub use dockerfile_name::is_dockerfile_name;
pub use file_name::file_name;
pub use table::List;
