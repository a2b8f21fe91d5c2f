//! Why an image cannot be read.

use std::fmt;
use std::io;

/// Why an image cannot be read.
#[derive(Debug)]
pub enum ReadError {
    /// The system or the compression gives no more bytes.
    Io {
        /// What was being read.
        reading: String,
        /// Why it stopped.
        error: io::Error,
    },
    /// The bytes are not what they should be.
    Malformed(String),
}

impl ReadError {
    pub(super) fn malformed(message: impl fmt::Display) -> Self {
        ReadError::Malformed(message.to_string())
    }

    /// The same with words about where it happened before it.
    pub(super) fn within(self, place: &str) -> Self {
        match self {
            ReadError::Io { reading, error } => ReadError::Io { reading: format!("{place}: {reading}"), error },
            ReadError::Malformed(message) => ReadError::Malformed(format!("{place}: {message}")),
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        ReadError::Io { reading: "it cannot be read to its end".to_owned(), error }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Io { reading, error } => write!(f, "{reading}: {error}"),
            ReadError::Malformed(message) => f.write_str(message),
        }
    }
}
