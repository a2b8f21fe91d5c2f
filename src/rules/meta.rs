//! What is known of a rule before it has looked at any file.

use crate::edit::Effect;
use crate::finding::Severity;

/// A rule's identity card. It feeds selection, `dfx explain`, SARIF, the README's table and the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meta {
    /// `group/what-is-wrong`; reads well after "allow".
    pub name: &'static str,
    /// How grave a finding is, where the rule does not say otherwise for the case at hand.
    pub severity: Severity,
    /// Which profiles have it on.
    pub activation: Activation,
    /// The greatest effect that a fix of this rule states; `None` for a rule without fixes.
    pub effect: Option<Effect>,
    /// Codes of other tools for the same matter: they select, ignore, suppress and explain.
    pub aliases: &'static [&'static str],
    /// The weakness in MITRE's list that the rule is about, where one truly fits.
    pub cwe: Option<u16>,
    /// For a rule about security: how bad, in tenths of the CVSS scale (75 is 7.5). `None` for all others.
    pub security_severity: Option<u8>,
    /// The rules whose fixes make a fix of this one needless, would have to take it out again, or change what it has to be,
    /// where both are made in the same instruction.
    pub gives_way_to: &'static [&'static str],
    /// Whether a finding of severity error means that BuildKit refuses the file, before it runs anything.
    pub is_refusal: bool,
    /// The version of dfx that had it first.
    pub since: &'static str,
}

/// When a rule is on without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activation {
    /// In every profile: a finding is worth a reviewer's minute.
    Default,
    /// In `--profile strict`, or selected by name: style, pinning, advice.
    Strict,
}

impl Meta {
    /// A rule that is on by default, warns, and has neither fix nor alias.
    pub const fn on_by_default() -> Self {
        Self {
            name: "",
            severity: Severity::Warning,
            activation: Activation::Default,
            effect: None,
            aliases: &[],
            cwe: None,
            security_severity: None,
            gives_way_to: &[],
            is_refusal: false,
            since: "0.1.0",
        }
    }

    /// A rule that has to be asked for, and is otherwise as [`on_by_default`](Self::on_by_default).
    pub const fn opt_in() -> Self {
        Self { activation: Activation::Strict, ..Self::on_by_default() }
    }

    /// The part of the name before the slash.
    pub fn group(&self) -> &'static str {
        self.name.split_once('/').map_or(self.name, |(group, _)| group)
    }

    /// Whether `code` names this rule: its name or one of its aliases, in any case.
    pub fn answers_to(&self, code: &str) -> bool {
        std::iter::once(&self.name).chain(self.aliases).any(|name| name.eq_ignore_ascii_case(code))
    }
}

/// The checks of `docker build --check`, as Docker's reference lists them.
pub const BUILDKIT_CHECKS: [&str; 22] = [
    "ConsistentInstructionCasing",
    "CopyIgnoredFile",
    "DuplicateStageName",
    "ExposeInvalidFormat",
    "ExposeProtoCasing",
    "FromAsCasing",
    "FromPlatformFlagConstDisallowed",
    "InvalidBaseImagePlatform",
    "InvalidDefaultArgInFrom",
    "InvalidDefinitionDescription",
    "JSONArgsRecommended",
    "LegacyKeyValueFormat",
    "MaintainerDeprecated",
    "MultipleInstructionsDisallowed",
    "NoEmptyContinuation",
    "RedundantTargetPlatform",
    "ReservedStageName",
    "SecretsUsedInArgOrEnv",
    "StageNameCasing",
    "UndefinedArgInFrom",
    "UndefinedVar",
    "WorkdirRelativePath",
];
