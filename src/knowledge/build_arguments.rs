//! Build arguments that tell one build from another.

/// Whether the value of a build argument of this name differs from build to build.
pub fn is_volatile(name: &str) -> bool {
    VOLATILE.binary_search(&name.replace('_', "").to_ascii_uppercase().as_str()).is_ok()
}

/// Names without underscores, in upper case. Sorted.
const VOLATILE: &[&str] = &[
    "BUILDDATE",
    "BUILDID",
    "BUILDNUMBER",
    "BUILDTIME",
    "BUILDTIMESTAMP",
    "CICOMMITSHA",
    "CIPIPELINEID",
    "COMMIT",
    "COMMITHASH",
    "COMMITID",
    "COMMITSHA",
    "GITCOMMIT",
    "GITCOMMITHASH",
    "GITCOMMITSHA",
    "GITHASH",
    "GITHUBRUNID",
    "GITHUBSHA",
    "GITREV",
    "GITREVISION",
    "GITSHA",
    "REVISION",
    "SOURCECOMMIT",
    "VCSREF",
    "VCSREVISION",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_case_and_with_any_underscores() {
        assert!(VOLATILE.is_sorted());
        assert!(is_volatile("GIT_COMMIT") && is_volatile("vcs_ref") && !is_volatile("NODE_VERSION"));
    }
}
