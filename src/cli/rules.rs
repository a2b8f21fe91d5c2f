//! `dfx rules`

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::rules::{self, Activation, Rule};

use super::failure::Failure;

/// So many codes of other tools stand in the table.
const MOST_CODES: usize = 2;

/// List all rules
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    super::print(&if arguments.json { as_json() } else { as_table() })
}

fn as_json() -> String {
    let rules: Vec<Value> = rules::all().map(describe).collect();
    format!("{:#}\n", json!(rules))
}

/// What is known of a rule, but for its page.
pub fn describe(rule: &Rule) -> Value {
    let meta = rule.meta;
    json!({
        "name": meta.name,
        "group": meta.group(),
        "summary": rule.documentation().summary(),
        "severity": meta.severity.name(),
        "default": meta.activation == Activation::Default,
        "effect": meta.effect.map(|effect| effect.name()),
        "aliases": meta.aliases,
        "cwe": meta.cwe.map(|number| format!("CWE-{number}")),
        "security_severity": meta.security_severity.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10)),
        "since": meta.since,
    })
}

fn as_table() -> String {
    let head = ["RULE", "SEVERITY", "ON", "FIX", "CODES", "SUMMARY"].map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(head).chain(rules::all().map(row)).collect();
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn row(rule: &Rule) -> [String; 6] {
    let meta = rule.meta;
    let mut codes = meta.aliases.iter().take(MOST_CODES).copied().collect::<Vec<_>>().join(" ");
    if meta.aliases.len() > MOST_CODES {
        codes += &format!(" +{}", meta.aliases.len() - MOST_CODES);
    }
    [
        meta.name.to_owned(),
        meta.severity.name().to_owned(),
        if meta.activation == Activation::Default { "yes" } else { "no" }.to_owned(),
        meta.effect.map_or("-", |effect| effect.name()).to_owned(),
        if codes.is_empty() { "-".to_owned() } else { codes },
        rule.documentation().summary(),
    ]
}
