//! Run the rules over one file.

use crate::context::BuildContext;
use crate::finding::Finding;
use crate::ir::{Build, Commands};
use crate::rules::{Context, JudgedSuppressions, Options, Rule, Sink, keep_what_buildkit_reports};
use crate::syntax::Dockerfile;

/// Every finding of `rules` in the file, by place. Nothing is filtered: suppressions and severities that the user has
/// set are applied by the caller.
pub fn lint<'r>(
    file: &Dockerfile,
    rules: impl IntoIterator<Item = &'r Rule>,
    options: &Options,
    build_context: Option<&BuildContext>,
) -> Vec<Finding> {
    lint_judging(file, rules, options, build_context, None)
}

/// As [`lint`], for rules that judge the comments which keep findings away.
pub(crate) fn lint_judging<'r>(
    file: &Dockerfile,
    rules: impl IntoIterator<Item = &'r Rule>,
    options: &Options,
    build_context: Option<&BuildContext>,
    suppressions: Option<&JudgedSuppressions<'_>>,
) -> Vec<Finding> {
    let build = Build::new(file);
    let commands = Commands::new(&build);
    let context = Context { file, build: &build, commands: &commands, build_context, options, suppressions };
    let mut findings = Vec::new();
    for rule in rules {
        (rule.check)(&context, &mut Sink::new(rule.meta, &mut findings));
    }
    if options.exactly_buildkit {
        keep_what_buildkit_reports(&build, &mut findings);
    }
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    findings
}
