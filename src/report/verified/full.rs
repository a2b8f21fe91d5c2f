//! The report for terminals.

use crate::report::plain;

use super::{VerifyReport, words};

/// Files, and packages, that are shown.
const MOST: usize = 20;

pub(super) fn render(report: &VerifyReport<'_>) -> String {
    let comparison = report.comparison;
    let mut text = String::new();
    let mut line = |content: &str| text.push_str(&format!("{}\n", plain::line(content).trim_end()));
    line(&format!("{} -> {}: {}", report.before, report.after, words::verdict(report)));
    line("");
    for (name, seen) in words::rows(comparison) {
        line(&format!("{name:18}  {seen}"));
    }
    for trial in report.trials {
        line(&format!("{:18}  {}", trial.question, words::of_trial(trial)));
    }
    for trial in report.trials.iter().filter(|trial| !trial.is_same()) {
        line("");
        line(&trial.question);
        words::of_answers(trial).iter().for_each(|answer| line(&format!("  {answer}")));
    }
    for field in &comparison.fields {
        line("");
        line(&format!("{} in the configuration ({})", field.name, field.effect()));
        words::of_field(field).iter().for_each(|change| line(&format!("  {change}")));
    }
    let (files, more) = words::shown_files(comparison, MOST);
    if !files.is_empty() {
        line("");
        line("Files that differ");
    }
    for file in files {
        let (sign, rung) = (words::sign(&file.change), words::rung(file.effect));
        line(&format!("  {sign} /{}  ({rung}; {})", file.path, words::of_change(&file.change)));
    }
    if more > 0 {
        line(&format!("  and {more} more: --format json tells all"));
    }
    if !comparison.packages.is_empty() {
        line("");
        line("Packages that differ");
    }
    for package in comparison.packages.iter().take(MOST) {
        line(&format!("  {} {}  ({})", package.name, words::of_package(package), package.ecosystem.name()));
    }
    if comparison.packages.len() > MOST {
        line(&format!("  and {} more: --format json tells all", comparison.packages.len() - MOST));
    }
    text
}
