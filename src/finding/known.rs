//! Findings that are known already, and what is new against them.

use std::collections::BTreeMap;

use crate::source::SourceFile;

use super::{Finding, fingerprints};

/// The fingerprints of a file's findings by the full name of their rule.
pub type FingerprintsByRule = BTreeMap<String, Vec<String>>;

/// The findings of a file against those that were known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Those that were not known, in their old order.
    pub new: Vec<Finding>,
    /// Those that were known, with the fingerprints that they have now.
    pub matched: FingerprintsByRule,
    /// What was known and no longer occurs.
    pub unmatched: FingerprintsByRule,
}

/// The fingerprints of `findings`, all of them about `source`.
pub fn fingerprints_by_rule(source: &SourceFile, findings: &[Finding]) -> FingerprintsByRule {
    let mut by_rule = FingerprintsByRule::new();
    for (finding, fingerprint) in findings.iter().zip(fingerprints(source, findings)) {
        by_rule.entry(finding.rule.to_owned()).or_default().push(fingerprint);
    }
    by_rule.values_mut().for_each(|fingerprints| fingerprints.sort_unstable());
    by_rule
}

/// Takes what is `known` out of `findings`, all of them about `source`.
///
/// A finding is known by its fingerprint. One whose line was edited has a new fingerprint; it takes the place of a known
/// finding of its rule that no longer occurs. So a file never has more findings of a rule than were known without one
/// of them being new.
pub fn compare(known: &FingerprintsByRule, source: &SourceFile, findings: Vec<Finding>) -> Comparison {
    let fingerprints = fingerprints(source, &findings);
    let mut unmatched = known.clone();
    let mut is_known: Vec<bool> = Vec::with_capacity(findings.len());
    for (finding, fingerprint) in findings.iter().zip(&fingerprints) {
        is_known.push(take(&mut unmatched, finding.rule, |known| known == fingerprint));
    }
    for (finding, is_known) in findings.iter().zip(&mut is_known) {
        *is_known = *is_known || take(&mut unmatched, finding.rule, |_| true);
    }
    let (mut new, mut matched) = (Vec::new(), FingerprintsByRule::new());
    for ((finding, fingerprint), is_known) in findings.into_iter().zip(fingerprints).zip(is_known) {
        if is_known {
            matched.entry(finding.rule.to_owned()).or_default().push(fingerprint);
        } else {
            new.push(finding);
        }
    }
    matched.values_mut().for_each(|fingerprints| fingerprints.sort_unstable());
    unmatched.retain(|_, fingerprints| !fingerprints.is_empty());
    Comparison { new, matched, unmatched }
}

/// Takes out the first fingerprint of a rule that is `wanted`.
fn take(known: &mut FingerprintsByRule, rule: &str, wanted: impl Fn(&String) -> bool) -> bool {
    let Some(fingerprints) = known.get_mut(rule) else { return false };
    fingerprints.iter().position(wanted).map(|index| fingerprints.remove(index)).is_some()
}
