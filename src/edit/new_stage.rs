//! What a fix promises of a stage that it adds.

/// What the last stage holds that a fix adds to a file of one stage. The guard holds the fix to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewStage {
    /// Files and folders that it copies from the build stage, absolute, each to where it was.
    pub artifacts: Vec<String>,
    /// Packages that it installs.
    pub packages: Vec<String>,
    /// The command that is added at the end of the build stage, to take away what only the build needs.
    pub pruning: Option<String>,
    /// The command that the last stage runs when everything is in its place.
    pub finish: Option<String>,
    /// The least that the image gets smaller, in megabytes of 1,000,000 bytes, where package lists tell: an estimate.
    pub least_megabytes: Option<u64>,
}
