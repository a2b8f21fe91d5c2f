//! The report of `dfx verify`: what two builds differ in.

mod full;
mod json;
mod markdown;
mod words;

use crate::edit::Effect;
use crate::image::Comparison;

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VerifyFormat {
    /// For terminals.
    #[default]
    Full,
    /// For programs, described by `docs/schema/verify-v1.schema.json`.
    Json,
    /// For pull requests.
    Markdown,
}

impl VerifyFormat {
    /// All forms, in the order in which help lists them.
    pub const ALL: [VerifyFormat; 3] = [VerifyFormat::Full, VerifyFormat::Json, VerifyFormat::Markdown];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            VerifyFormat::Full => "full",
            VerifyFormat::Json => "json",
            VerifyFormat::Markdown => "markdown",
        }
    }

    /// The form with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// What came of two builds.
#[derive(Debug, Clone, Copy)]
pub struct VerifyReport<'r> {
    /// What was built first, or read, as the user named it.
    pub before: &'r str,
    /// What was built second, or read, as the user named it.
    pub after: &'r str,
    /// In what the images differ.
    pub comparison: &'r Comparison,
    /// The rung that the difference may have.
    pub expected: Option<Effect>,
    /// What both images were asked.
    pub trials: &'r [Trial],
}

/// A question to both images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// What was asked, as a title.
    pub question: String,
    /// What the image before answered.
    pub before: Answer,
    /// What the image after answered.
    pub after: Answer,
}

impl Trial {
    /// Whether both answered the same.
    pub fn is_same(&self) -> bool {
        self.before == self.after
    }
}

/// An answer of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether it went well: "exit code 0", "HTTP 200".
    pub status: String,
    /// What was printed or served.
    pub text: String,
}

impl VerifyReport<'_> {
    /// Whether the images differ no more than they may, and answer the same.
    pub fn is_as_expected(&self) -> bool {
        let is_within = self.expected.is_none_or(|expected| self.comparison.rung <= expected);
        is_within && self.trials.iter().all(Trial::is_same)
    }

    /// The report in a form, with its line ends.
    pub fn render(&self, format: VerifyFormat) -> String {
        match format {
            VerifyFormat::Full => full::render(self),
            VerifyFormat::Json => json::render(self),
            VerifyFormat::Markdown => markdown::render(self),
        }
    }
}
