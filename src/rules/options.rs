//! What users can set for rules.

use std::collections::BTreeMap;

use crate::knowledge::Date;

/// Options of rules, from `dfx.toml` or the command line. The default is what a file without configuration gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The day for which ends of life are judged.
    pub today: Date,
    /// Registries from which base images may come; empty for all. Entries may hold `*`.
    pub allowed_registries: Vec<String>,
    /// Labels that the final image must have, each with the form of its value.
    pub required_labels: BTreeMap<String, LabelFormat>,
    /// Whether labels that are not required are reported.
    pub strict_labels: bool,
    /// Whether rules that are also checks of `docker build --check` report exactly what BuildKit does, even where dfx
    /// knows that nothing is wrong. True for `--profile buildkit`.
    pub exactly_buildkit: bool,
}

/// The form that a label's value must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LabelFormat {
    /// Any text.
    Text,
    /// An absolute `http` or `https` URL.
    Url,
    /// A date and time of RFC 3339.
    Rfc3339,
    /// A version of Semantic Versioning 2.0.
    SemVer,
    /// An SPDX licence expression.
    Spdx,
    /// A git commit, short or long.
    GitHash,
    /// An email address.
    Email,
}

impl Options {
    /// No restrictions, judged for the day `today`.
    pub fn new(today: Date) -> Self {
        Self {
            today,
            allowed_registries: Vec::new(),
            required_labels: BTreeMap::new(),
            strict_labels: false,
            exactly_buildkit: false,
        }
    }
}
