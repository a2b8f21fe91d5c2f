//! What the rules about the cache say of a file, and the Dockerfile that they would have.

use crate::config::{Choice, Selection, Selector};
use crate::context::BuildContext;
use crate::edit::Effect;
use crate::report::layers::Advice;
use crate::rules::Options;
use crate::syntax::Dockerfile;
use crate::{Settings, check, fix};

use super::super::failure::Failure;
use super::super::today::today;

/// The Dockerfile with its sources behind its dependencies, where that can be done.
pub fn repaired(file: &Dockerfile, context: Option<&BuildContext>) -> Result<Option<Dockerfile>, Failure> {
    let fixed = fix(file, &settings_for(Selector::Rule(REORDERING))?, context, Effect::Content);
    Ok((!fixed.applied.is_empty()).then_some(fixed.after))
}

/// The rule whose fix is proposed.
const REORDERING: &str = "cache/sources-before-dependencies";

/// What the rules about the cache say of the file.
pub fn advice(file: &Dockerfile, context: Option<&BuildContext>) -> Result<Vec<Advice>, Failure> {
    let checked = check(file, &settings_for(Selector::Group("cache"))?, context);
    let advice = checked.findings.into_iter().map(|finding| Advice {
        line: file.source.line_at(finding.span.start),
        rule: finding.rule,
        message: finding.message,
        fix: finding.fix.map(|fix| fix.effect),
    });
    Ok(advice.collect())
}

/// Settings for nothing but some rules.
fn settings_for(rules: Selector) -> Result<Settings, Failure> {
    let choice = Choice { select: Some(vec![rules]), ..Choice::default() };
    Ok(Settings::new(Selection::new(choice, Choice::default(), Vec::new()), Options::new(today(None)?)))
}
