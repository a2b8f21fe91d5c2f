//! Why dfx could not do what was asked for.

use std::io;
use std::path::Path;

/// Why dfx could not do what was asked for.
#[derive(Debug)]
pub enum Failure {
    /// What is to be told, with its line end.
    Told(String),
    /// The reader of standard output has gone.
    BrokenPipe,
}

impl Failure {
    /// One sentence, and what to do about it; `help` may be empty.
    pub fn new(message: impl std::fmt::Display, help: &str) -> Self {
        let help = if help.is_empty() { String::new() } else { format!("  help: {help}\n") };
        Failure::Told(format!("error: {message}\n{help}"))
    }

    /// A file or folder that the system does not hand out: "cannot read x: no such file".
    pub fn at(verb: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(format!("cannot {verb} {}: {}", path.display(), reason(error)), "")
    }

    /// Standard output does not take what is written to it.
    pub fn standard_output(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
            _ => Self::new(format!("cannot write to standard output: {}", reason(&error)), ""),
        }
    }
}

/// The system's words without the number behind them.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" (os error ").unwrap_or(text.len());
    text[..end].to_owned()
}
