//! The report for pull requests and job summaries.

use super::super::markdown::{code, inline};
use super::{VerifyReport, words};

/// Files, and packages, that are shown.
const MOST: usize = 50;

pub(super) fn render(report: &VerifyReport<'_>) -> String {
    let comparison = report.comparison;
    let mut text = format!(
        "### {} -> {}: {}\n\n| | |\n| --- | --- |\n",
        code(report.before),
        code(report.after),
        words::verdict(report)
    );
    for (name, seen) in words::rows(comparison) {
        text.push_str(&format!("| {name} | {} |\n", inline(&seen)));
    }
    for trial in report.trials {
        text.push_str(&format!("| {} | {} |\n", inline(&trial.question), inline(&words::of_trial(trial))));
    }
    if !comparison.fields.is_empty() {
        text.push_str("\n| field | rung | difference |\n| --- | --- | --- |\n");
    }
    for field in &comparison.fields {
        let changes: Vec<String> = words::of_field(field).iter().map(|change| code(change)).collect();
        text.push_str(&format!("| {} | {} | {} |\n", code(&field.name), field.effect(), changes.join("<br>")));
    }
    let (files, more) = words::shown_files(comparison, MOST);
    if !files.is_empty() {
        text.push_str("\n| | file | rung | difference |\n| --- | --- | --- | --- |\n");
    }
    for file in files {
        let (sign, rung) = (words::sign(&file.change), words::rung(file.effect));
        text.push_str(&format!(
            "| `{sign}` | {} | {rung} | {} |\n",
            code(&format!("/{}", file.path)),
            inline(&words::of_change(&file.change))
        ));
    }
    if more > 0 {
        text.push_str(&format!("\nAnd {more} files more; `--format json` tells all.\n"));
    }
    if !comparison.packages.is_empty() {
        text.push_str("\n| package | of | difference |\n| --- | --- | --- |\n");
    }
    for package in comparison.packages.iter().take(MOST) {
        let change = inline(&words::of_package(package));
        text.push_str(&format!("| {} | {} | {change} |\n", code(&package.name), inline(package.ecosystem.name())));
    }
    if comparison.packages.len() > MOST {
        text.push_str(&format!(
            "\nAnd {} packages more; `--format json` tells all.\n",
            comparison.packages.len() - MOST
        ));
    }
    text
}
