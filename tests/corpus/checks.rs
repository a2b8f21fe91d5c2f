//! The findings of `--profile buildkit` against those of `docker build --check`.

use std::collections::BTreeMap;
use std::fmt::Write;

use dfx::config::{Choice, Profile, Selection};
use dfx::finding::{Finding, Severity};
use dfx::knowledge::Date;
use dfx::rules::{BUILDKIT_CHECKS, Options};
use dfx::source::SourceFile;
use dfx::syntax::{Dockerfile, parse};
use serde_json::Value;

use crate::corpus::Corpus;

/// First and last lines, 1-based.
type Lines = Vec<(usize, usize)>;

/// What BuildKit says of one file.
#[derive(Default)]
struct Verdict {
    warnings: Vec<Warning>,
    /// Lines and message, where BuildKit refuses the file.
    refusal: Option<(Lines, String)>,
}

struct Warning {
    check: String,
    lines: Lines,
    message: String,
}

fn lines_of(record: &Value) -> Lines {
    let line = |value: &Value| value.as_u64().unwrap() as usize;
    record["lines"].as_array().unwrap().iter().map(|range| (line(&range[0]), line(&range[1]))).collect()
}

fn verdicts(corpus: &Corpus) -> BTreeMap<String, Verdict> {
    let mut verdicts: BTreeMap<String, Verdict> = BTreeMap::new();
    for record in corpus.verdicts("buildkit-checks.jsonl") {
        let verdict = verdicts.entry(record["file"].as_str().unwrap().to_owned()).or_default();
        let message = record["message"].as_str().unwrap().to_owned();
        match record["kind"].as_str().unwrap() {
            "build_error" => verdict.refusal = Some((lines_of(&record), message)),
            _ => {
                let check = record["rule"].as_str().unwrap().to_owned();
                verdict.warnings.push(Warning { check, lines: lines_of(&record), message });
            }
        }
    }
    verdicts
}

fn exact_findings(file: &Dockerfile) -> Vec<Finding> {
    let profile = Choice { profile: Some(Profile::Buildkit), ..Choice::default() };
    let options = Options { exactly_buildkit: true, ..Options::new(Date::new(2026, 11, 23).unwrap()) };
    let selection = Selection::new(profile, Choice::default(), Vec::new());
    dfx::check(file, &dfx::Settings::new(selection, options), None).findings
}

fn check_name(finding: &Finding) -> Option<&'static str> {
    finding.aliases.iter().copied().find(|alias| BUILDKIT_CHECKS.contains(alias))
}

/// Whether the whole finding lies in one of BuildKit's ranges of lines.
fn lies_in(file: &Dockerfile, finding: &Finding, lines: &[(usize, usize)]) -> bool {
    let first = file.source.line_at(finding.span.start);
    let last = file.source.line_at(finding.span.end.saturating_sub(1).max(finding.span.start));
    lines.iter().any(|&(start, end)| start <= first && last <= end)
}

#[test]
fn findings_are_those_of_buildkit() {
    let Some(corpus) = Corpus::open() else { return };
    let verdicts = verdicts(&corpus);
    let none = Verdict::default();
    let mut report = String::new();
    let mut warnings = 0;
    for (name, bytes) in &corpus.files {
        let verdict = verdicts.get(name).unwrap_or(&none);
        let file = parse(SourceFile::new(name.as_str(), bytes.as_slice()));
        let mut ours: Vec<Finding> =
            exact_findings(&file).into_iter().filter(|finding| check_name(finding).is_some()).collect();
        for Warning { check, lines, message } in &verdict.warnings {
            warnings += 1;
            let found =
                ours.iter().position(|finding| check_name(finding) == Some(check) && lies_in(&file, finding, lines));
            match found {
                Some(index) => drop(ours.remove(index)),
                None => writeln!(report, "missing {check} {name}:{lines:?} {message}").unwrap(),
            }
        }
        for extra in ours {
            let line = file.source.line_at(extra.span.start);
            writeln!(report, "extra   {} {name}:{line} {}", check_name(&extra).unwrap(), extra.message).unwrap();
        }
    }
    assert!(report.is_empty(), "of {warnings} warnings, these differ:\n{report}");
}

#[test]
fn files_that_buildkit_refuses_have_an_error_where_it_says_and_others_have_none() {
    let Some(corpus) = Corpus::open() else { return };
    let verdicts = verdicts(&corpus);
    let mut report = String::new();
    for (name, bytes) in &corpus.files {
        let file = parse(SourceFile::new(name.as_str(), bytes.as_slice()));
        let mut errors = exact_findings(&file);
        errors.retain(|finding| finding.severity == Severity::Error);
        match verdicts.get(name).and_then(|verdict| verdict.refusal.as_ref()) {
            Some((lines, message)) => {
                if !errors.iter().any(|error| lies_in(&file, error, lines)) {
                    writeln!(report, "missing {name}:{lines:?} {message}").unwrap();
                }
            }
            None => {
                for error in errors {
                    let line = file.source.line_at(error.span.start);
                    writeln!(report, "extra   {} {name}:{line} {}", error.rule, error.message).unwrap();
                }
            }
        }
    }
    assert!(report.is_empty(), "{report}");
}
