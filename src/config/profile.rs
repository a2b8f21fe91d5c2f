//! Sets of rules to start from.

use crate::finding::Weight;
use crate::rules::{Activation, BUILDKIT_CHECKS, Meta};

/// A set of rules to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// What is worth a reviewer's minute.
    #[default]
    Default,
    /// All rules.
    Strict,
    /// What hadolint looks for: findings with a code of hadolint or ShellCheck.
    Hadolint,
    /// What `docker build --check` tells, and what makes BuildKit refuse the file.
    Buildkit,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Profile; 4] = [Profile::Default, Profile::Strict, Profile::Hadolint, Profile::Buildkit];

    /// The profile's name, as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Default => "default",
            Profile::Strict => "strict",
            Profile::Hadolint => "hadolint",
            Profile::Buildkit => "buildkit",
        }
    }

    /// The profile called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Profile::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// Whether a finding of the rule that answers to `aliases` is part of the profile.
    pub(super) fn admits(self, meta: &Meta, aliases: &[&str], weight: Weight) -> bool {
        match self {
            Profile::Default => meta.activation == Activation::Default && weight == Weight::Ordinary,
            Profile::Strict => true,
            Profile::Hadolint => aliases.iter().any(|alias| is_hadolint_code(alias)),
            Profile::Buildkit => aliases.iter().any(|alias| BUILDKIT_CHECKS.contains(alias)) || meta.is_refusal,
        }
    }
}

fn is_hadolint_code(alias: &str) -> bool {
    let digits = alias.strip_prefix("DL").or(alias.strip_prefix("SC"));
    digits.is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
