//! `dfx lint --statistics`: how often each rule has something to say.

use std::collections::BTreeMap;

use serde_json::json;

use crate::finding::Finding;

/// Findings counted by rule.
#[derive(Debug, Default)]
pub struct Statistics {
    by_rule: BTreeMap<&'static str, Count>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    findings: usize,
    with_fix: usize,
}

impl Statistics {
    /// Count the findings of one file.
    pub fn add(&mut self, findings: &[Finding]) {
        for finding in findings {
            let count = self.by_rule.entry(finding.rule).or_default();
            count.findings += 1;
            count.with_fix += usize::from(finding.fix.is_some());
        }
    }

    /// One line a rule, the most frequent first; `[*]` marks those with a fix.
    pub fn text(&self) -> String {
        let width = self.by_rule.values().map(|count| count.findings).max().unwrap_or_default().to_string().len();
        let line = |(rule, count): (&str, Count)| {
            let mark = if count.with_fix > 0 { "[*]" } else { "[ ]" };
            format!("{:width$}  {mark}  {rule}\n", count.findings)
        };
        self.sorted().into_iter().map(line).collect()
    }

    /// The same for programs.
    pub fn json(&self) -> String {
        let rule = |(rule, count): (&str, Count)| json!({ "rule": rule, "findings": count.findings, "fixable": count.with_fix });
        let rules: Vec<_> = self.sorted().into_iter().map(rule).collect();
        format!("{:#}\n", json!(rules))
    }

    fn sorted(&self) -> Vec<(&'static str, Count)> {
        let mut rules: Vec<_> = self.by_rule.iter().map(|(rule, count)| (*rule, *count)).collect();
        rules.sort_by_key(|(rule, count)| (std::cmp::Reverse(count.findings), *rule));
        rules
    }
}
