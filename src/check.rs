//! Lint one file as the user wants it: the rules that are on, the severities that are set, less what is suppressed.

use crate::config::{Catalogue, Selection};
use crate::context::BuildContext;
use crate::finding::Finding;
use crate::finding::suppression::{Code, Commented, Dialect, InstructionLines, Suppressions};
use crate::rules::{self, BUILDKIT_CHECKS, JudgedSuppressions, Options, Rule, UnknownSuppression};
use crate::source::Span;
use crate::syntax::{DirectiveName, Dockerfile, Keyword};

/// What users have set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which rules are on, and how grave their findings are.
    pub selection: Selection,
    /// Options of rules.
    pub options: Options,
    /// The rules that the selection leaves on: asked for once, not for each file.
    on: Vec<&'static Rule>,
}

impl Settings {
    /// The rules that `selection` leaves on, with their options.
    pub fn new(selection: Selection, options: Options) -> Self {
        let on = rules::all().filter(|rule| selection.is_on(rule.meta)).collect();
        Self { selection, options, on }
    }

    /// The same without the rule whose fix is another file, where only the Dockerfile is given out: what stands on that file
    /// would be wrong.
    #[must_use]
    pub fn without_other_file(&self) -> Self {
        let mut settings = self.clone();
        settings.on.retain(|rule| rule.meta.name != "cache/whole-context-copy");
        settings
    }

    fn is_on(&self, rule: &Rule) -> bool {
        self.on.iter().any(|on| on.meta.name == rule.meta.name)
    }
}

/// What came of a file.
#[derive(Debug)]
pub struct Checked {
    /// What is to be reported, by place.
    pub findings: Vec<Finding>,
    /// Number of findings that comments in the file keep away.
    pub suppressed: usize,
    /// The comments that keep findings away, with what each was of use for.
    pub suppressions: Suppressions,
}

/// Lints a file as `settings` say. Never fails.
pub fn check(file: &Dockerfile, settings: &Settings, build_context: Option<&BuildContext>) -> Checked {
    let Settings { selection, options, on } = settings;
    let mut findings = crate::lint(file, on.iter().copied(), options, build_context);
    select(&mut findings, selection);
    let mut suppressions = suppressions(file);
    let suppressed = suppress(&mut findings, &mut suppressions, file);
    if !suppressions.is_empty() {
        let judged = judge(&suppressions, file, settings);
        let judges = judges().filter(|judge| settings.is_on(judge));
        let mut of_comments = crate::lint::lint_judging(file, judges, options, build_context, Some(&judged));
        select(&mut of_comments, selection);
        findings.extend(of_comments);
        findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    }
    Checked { suppressed, findings, suppressions }
}

/// The findings that have a fix or could not be given one: as [`check`], and without asking the rules that never have one.
pub(crate) fn fixable(file: &Dockerfile, settings: &Settings, build_context: Option<&BuildContext>) -> Vec<Finding> {
    let Settings { selection, options, on } = settings;
    let may_fix = on.iter().copied().filter(|rule| rule.meta.effect.is_some());
    let mut findings = crate::lint(file, may_fix, options, build_context);
    findings.retain(|finding| finding.fix.is_some() || finding.refusal.is_some() || !finding.decisions.is_empty());
    if !findings.is_empty() {
        select(&mut findings, selection);
        suppress(&mut findings, &mut suppressions(file), file);
    }
    findings
}

/// Takes out the findings that comments in the file keep away.
pub(crate) fn suppress_in(file: &Dockerfile, findings: &mut Vec<Finding>) {
    suppress(findings, &mut suppressions(file), file);
}

/// Takes out the findings that comments keep away. Gives their number.
fn suppress(findings: &mut Vec<Finding>, suppressions: &mut Suppressions, file: &Dockerfile) -> usize {
    let found = findings.len();
    findings.retain(|finding| suppressions.cover(finding, file.source.line_at(finding.span.start)).is_none());
    found - findings.len()
}

/// The rules about the comments that keep findings away; they can speak only when all others have spoken.
pub(crate) fn judges() -> impl Iterator<Item = &'static Rule> {
    ["style/invalid-suppression", "style/unused-hadolint-comment", "style/unused-suppression"]
        .into_iter()
        .filter_map(rules::find)
}

/// Leaves the findings that are asked for, as grave as the user has set.
fn select(findings: &mut Vec<Finding>, selection: &Selection) {
    findings.retain_mut(|finding| {
        let Some(rule) = rules::find(finding.rule) else {
            return false;
        };
        finding.severity = selection.severity(rule.meta, finding.severity);
        selection.reports(rule.meta, &finding.aliases, finding.weight)
    });
}

fn judge<'s>(suppressions: &'s Suppressions, file: &Dockerfile, settings: &Settings) -> JudgedSuppressions<'s> {
    let catalogue = Catalogue::new(rules::all().map(|rule| rule.meta));
    // A group or a prefix stands for rules of which some may be off: it is passed over.
    let was_looked_for = |code: &Code| settings.on.iter().any(|rule| rule.meta.answers_to(&code.text));
    let own = suppressions.all().iter().filter(|suppression| suppression.dialect == Dialect::Dfx);
    let unknown = own.flat_map(|suppression| &suppression.codes).filter_map(|code| {
        let error = catalogue.resolve(&code.text).err()?;
        Some(UnknownSuppression { span: code.span, message: error.to_string(), help: error.help() })
    });
    JudgedSuppressions {
        unknown: unknown.collect(),
        unused: suppressions.unused(&file.source, was_looked_for),
        malformed: suppressions.malformed(),
    }
}

fn suppressions(file: &Dockerfile) -> Suppressions {
    let comments: Vec<Span> = file.comments().collect();
    let check = file.directives().find(|directive| directive.name == DirectiveName::Check);
    let check = check.map(|directive| (directive.span, directive.value_span));
    if comments.is_empty() && check.is_none() {
        return Suppressions::default();
    }
    let instructions: Vec<InstructionLines> = file
        .instructions()
        .map(|instruction| InstructionLines {
            lines: instruction.first_line..=instruction.last_line,
            starts_stage: instruction.keyword == Some(Keyword::From),
        })
        .collect();
    Suppressions::read(&Commented {
        source: &file.source,
        comments: &comments,
        check,
        instructions: &instructions,
        checks: &BUILDKIT_CHECKS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Choice, Level};
    use crate::finding::Severity;
    use crate::knowledge::Date;
    use crate::source::SourceFile;

    const RULE: &str = "build/unknown-instruction";

    fn check_with(text: &str, levels: Vec<(&'static str, Level)>) -> Checked {
        let selection = Selection::new(Choice::default(), Choice::default(), levels);
        let options = Options::new(Date::new(2026, 11, 23).unwrap());
        let file = crate::syntax::parse(SourceFile::new("Dockerfile", text));
        check(&file, &Settings::new(selection, options), None)
    }

    fn count(findings: &[Finding]) -> usize {
        findings.iter().filter(|finding| finding.rule == RULE).count()
    }

    #[test]
    fn what_a_comment_suppresses_is_counted_and_not_reported() {
        let checked = check_with("FROM a:1\n# dfx: ignore[build/unknown-instruction]\nRUNN x\nRUNN y\n", vec![]);
        assert_eq!((count(&checked.findings), checked.suppressed), (1, 1));
    }

    #[test]
    fn a_rule_that_is_off_reports_nothing_and_another_severity_is_reported() {
        assert_eq!(count(&check_with("FROM a:1\nRUNN x\n", vec![(RULE, Level::Off)]).findings), 0);
        let checked = check_with("FROM a:1\nRUNN x\n", vec![(RULE, Level::Severity(Severity::Info))]);
        let found = checked.findings.iter().find(|finding| finding.rule == RULE);
        assert_eq!(found.map(|finding| finding.severity), Some(Severity::Info));
    }
}
