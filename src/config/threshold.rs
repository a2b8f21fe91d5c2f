//! From which severity on findings make the run fail.

use crate::finding::Severity;

/// Which findings make `dfx lint` exit with 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Those at least so grave.
    AtLeast(Severity),
    /// None.
    Never,
}

impl FailOn {
    /// The values' names, as users write them.
    pub const NAMES: [&str; 5] = ["error", "warning", "info", "style", "never"];

    /// The value called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        let severity = Severity::ALL.into_iter().find(|severity| severity.name() == name);
        severity.map(FailOn::AtLeast).or((name == "never").then_some(FailOn::Never))
    }

    /// The value's name, as users write it.
    pub fn name(self) -> &'static str {
        match self {
            FailOn::AtLeast(severity) => severity.name(),
            FailOn::Never => "never",
        }
    }

    /// Whether a finding of this severity makes the run fail.
    pub fn fails(self, severity: Severity) -> bool {
        matches!(self, FailOn::AtLeast(least) if severity >= least)
    }
}

impl Default for FailOn {
    fn default() -> Self {
        FailOn::AtLeast(Severity::Warning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_for_its_value() {
        for name in FailOn::NAMES {
            assert_eq!(FailOn::from_name(name).map(FailOn::name), Some(name));
        }
        assert_eq!(FailOn::from_name("none"), None);
    }

    #[test]
    fn graver_findings_fail_too() {
        assert!(FailOn::default().fails(Severity::Error));
        assert!(!FailOn::default().fails(Severity::Info));
        assert!(!FailOn::Never.fails(Severity::Error));
    }
}
