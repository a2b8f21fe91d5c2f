//! The command line: alone in using files, environment, process and terminal. One file per command.

pub mod build_context;
