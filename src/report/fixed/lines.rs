//! A line for each fix.

use std::io::{self, Write};

use crate::edit::Applicability;
use crate::fix::{AppliedFix, Fixed};
use crate::source::SourceFile;

use super::super::place::Places;
use super::super::{familiar_codes, plain};
use super::{FixRenderer, FixReport};

/// Writes all fixes of each file, also those that need to be allowed, and why other findings have none.
pub(super) struct Full;

impl FixRenderer for Full {
    fn file(&mut self, file: &FixReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let fixed = match file {
            FixReport::Failed { path, error } => {
                return writeln!(out, "{}: error: {}", plain::path(path), plain::line(error));
            }
            FixReport::Fixed(fixed) => fixed,
        };
        out.write_all(lines(fixed).as_bytes())?;
        let places = Places::of(&fixed.before);
        for fix in &fixed.offered {
            let word = match fix.applicability {
                Applicability::Automatic => format!("with --effect {}", fix.effect),
                Applicability::Suggested => format!("with --select {} ({})", fix.rule, fix.effect),
            };
            writeln!(out, "{}", line(&fixed.before, &places, fix, &word))?;
        }
        for refused in &fixed.refused {
            let Some(reason) = &refused.reason else { continue };
            let at = places.start(refused.span);
            let (path, codes) = (plain::path(fixed.before.name()), codes(&refused.aliases));
            let (message, reason) = (plain::line(&refused.message), plain::line(reason));
            let place = format!("{path}:{}:{}", at.line, at.column);
            writeln!(out, "{place}: no fix: {message} [{}{codes}]: {reason}", refused.rule)?;
        }
        Ok(())
    }
}

/// A line for each fix that was made or held back: `path:line:column: effect: what [rule codes]`.
pub fn lines(fixed: &Fixed) -> String {
    let places = Places::of(&fixed.before);
    let mut lines = String::new();
    for fix in &fixed.applied {
        lines += &line(&fixed.before, &places, fix, fix.effect.name());
        lines.push('\n');
    }
    for held_back in &fixed.held_back {
        let word = format!("held back ({})", held_back.fix.effect);
        lines += &line(&fixed.before, &places, &held_back.fix, &word);
        lines += &format!(": {}\n", plain::line(&held_back.reason.to_string()));
    }
    if fixed.gave_up {
        let path = plain::path(fixed.before.name());
        lines += &format!("{path}: error: the fixes come to no end: this is a mistake of dfx, please report it\n");
    }
    lines
}

/// What was decided on the way to the fixes, those that need to be allowed included, and why others were not possible: each
/// with its decisions below.
pub fn explained(fixed: &Fixed) -> String {
    let places = Places::of(&fixed.before);
    let held_back = fixed.held_back.iter().map(|held_back| &held_back.fix);
    let fixes = fixed.applied.iter().chain(held_back).chain(&fixed.offered).filter(|fix| !fix.decisions.is_empty());
    let mut lines = String::new();
    for fix in fixes {
        lines += &line(&fixed.before, &places, fix, "plan");
        lines.push('\n');
        lines += &indented(&fix.decisions);
    }
    for refused in fixed.refused.iter().filter(|refused| !refused.decisions.is_empty()) {
        let (at, path) = (places.start(refused.span), plain::path(fixed.before.name()));
        let message = plain::line(&refused.message);
        lines += &format!("{path}:{}:{}: no plan: {message} [{}]\n", at.line, at.column, refused.rule);
        lines += &indented(&refused.decisions);
    }
    lines
}

fn indented(decisions: &[String]) -> String {
    decisions.iter().map(|decision| format!("    {}\n", plain::line(decision))).collect()
}

fn line(source: &SourceFile, places: &Places<'_>, fix: &AppliedFix, word: &str) -> String {
    let at = places.start(fix.span);
    let (path, title, codes) = (plain::path(source.name()), plain::line(&fix.title), codes(&fix.aliases));
    format!("{path}:{}:{}: {word}: {title} [{}{codes}]", at.line, at.column, fix.rule)
}

fn codes(aliases: &[&'static str]) -> String {
    familiar_codes(aliases).iter().map(|code| format!(" {code}")).collect()
}
