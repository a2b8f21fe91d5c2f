//! What a fix promises of a stage that it adds.

/// The folder of a site that the container served before, and that another program serves from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedFolder {
    /// The folder, absolute: it stays where it was.
    pub folder: String,
    /// The port, which stays as well.
    pub port: u16,
    /// The command that takes the place of CMD or ENTRYPOINT.
    pub command: Vec<String>,
}

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
    /// What is served in another way than before. All else that the container starts stays as it was.
    pub served: Option<ServedFolder>,
    /// The least that the image gets smaller, in megabytes of 1,000,000 bytes, where package lists tell: an estimate.
    pub least_megabytes: Option<u64>,
}
