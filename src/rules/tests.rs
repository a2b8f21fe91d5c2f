//! What holds for every rule, whoever wrote it.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::harness::{apply_all, findings};
use super::{HEADINGS, Rule, all, find};
use crate::knowledge::package_managers::{self, Codes};

fn findings_of(rule: &Rule, text: &str) -> Vec<crate::finding::Finding> {
    findings(rule.meta, rule.check, text)
}

#[test]
fn bad_examples_are_reported_and_good_ones_are_not() {
    for rule in all() {
        let name = rule.meta.name;
        let examples = rule.documentation().examples();
        assert!(examples.iter().any(|example| example.is_bad), "{name} has no bad example");
        assert!(examples.iter().any(|example| !example.is_bad), "{name} has no good example");
        for example in examples {
            let found = findings_of(rule, &example.text);
            let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
            assert_eq!(example.is_bad, !found.is_empty(), "{name}: {messages:?} in\n{}", example.text);
        }
    }
}

#[test]
fn bad_examples_become_good_where_the_rule_fixes() {
    for rule in all().filter(|rule| rule.meta.effect.is_some()) {
        let examples = rule.documentation().examples();
        for pair in examples.windows(2).filter(|pair| pair[0].is_bad && !pair[1].is_bad) {
            let mut text = pair[0].text.clone();
            for _ in 0..16 {
                text = apply_all(&text, &findings_of(rule, &text));
            }
            assert_eq!(text, pair[1].text, "{}: the fix does not lead to the good example", rule.meta.name);
        }
    }
}

#[test]
fn fixes_are_declared_and_documented() {
    for rule in all() {
        let name = rule.meta.name;
        let has_fix = rule
            .documentation()
            .examples()
            .iter()
            .any(|example| findings_of(rule, &example.text).iter().any(|finding| finding.fix.is_some()));
        assert_eq!(rule.meta.effect.is_some(), has_fix, "{name}: META's effect and the examples disagree about a fix");
        if has_fix {
            assert!(rule.documentation().section("Fix").is_some(), "{name} fixes and has no `## Fix`");
        }
    }
}

#[test]
fn names_are_sorted_unique_and_match_their_files() {
    let names: Vec<&str> = all().map(|rule| rule.meta.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    for rule in all() {
        let (group, name) = rule.meta.name.split_once('/').expect("group/name");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").join(group).join(name.replace('-', "_") + ".rs");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(text, rule.source, "{} is not the source of {}", path.display(), rule.meta.name);
    }
}

#[test]
fn every_file_below_rules_is_mounted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    for group in std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
        for file in std::fs::read_dir(&group).unwrap().map(|entry| entry.unwrap().path()) {
            let stem = file.file_stem().unwrap().to_str().unwrap();
            let name = format!("{}/{}", group.file_name().unwrap().to_str().unwrap(), stem.replace('_', "-"));
            let is_rule = all().any(|rule| rule.meta.name == name);
            assert!(is_rule || stem == "mod", "{} is not mounted", file.display());
        }
    }
}

#[test]
fn an_alias_names_one_rule() {
    let mut owners: HashMap<String, &str> = HashMap::new();
    for rule in all() {
        for alias in rule.meta.aliases {
            if let Some(other) = owners.insert(alias.to_lowercase(), rule.meta.name) {
                panic!("{alias} names both {other} and {}", rule.meta.name);
            }
        }
    }
}

#[test]
fn a_code_of_a_package_manager_is_an_alias_of_the_rule_that_reports_it() {
    let codes = |of: fn(&Codes) -> &'static [&'static str]| -> BTreeSet<&str> {
        package_managers::all().iter().flat_map(|manager| of(&manager.codes)).copied().collect()
    };
    for (rule, reported) in [
        ("build/prompting-install", codes(|codes| codes.prompt)),
        ("pin/package-upgrade", codes(|codes| codes.upgrade)),
        ("pin/unpinned-package", codes(|codes| codes.unpinned)),
        ("size/package-cache-kept", codes(|codes| codes.cache)),
    ] {
        let aliases: BTreeSet<&str> = find(rule).unwrap().meta.aliases.iter().copied().collect();
        let elsewhere: &[&str] = if rule == "pin/unpinned-package" { &["DL3062"] } else { &[] };
        let reported: BTreeSet<&str> = reported.into_iter().filter(|code| !elsewhere.contains(code)).collect();
        assert_eq!(aliases, reported, "{rule}");
    }
}

#[test]
fn a_rule_about_a_weakness_says_how_bad_it_is() {
    for rule in all().filter(|rule| rule.meta.group() == "security" || rule.meta.cwe.is_some()) {
        assert!(rule.meta.security_severity.is_some_and(|tenths| tenths <= 100), "{}", rule.meta.name);
    }
}

#[test]
fn pages_have_their_headings_and_a_summary_of_one_sentence() {
    for rule in all() {
        let page = rule.documentation();
        let name = rule.meta.name;
        for heading in HEADINGS {
            assert!(page.section(heading).is_some_and(|text| !text.is_empty()), "{name} has no `## {heading}`");
        }
        let summary = page.summary();
        assert!(
            summary.ends_with('.') && summary.len() <= 200,
            "{name}: the summary is not a short sentence: {summary}"
        );
    }
}

#[test]
fn messages_are_sentences_without_a_full_stop() {
    for rule in all() {
        for example in rule.documentation().examples() {
            for finding in findings_of(rule, &example.text) {
                let message = &finding.message;
                assert!(!message.is_empty() && !message.ends_with('.'), "{}: {message}", rule.meta.name);
                let help = finding.help.as_deref().unwrap_or_default();
                assert!(!help.ends_with('.'), "{}: {help}", rule.meta.name);
                assert!(finding.help.is_some() || finding.fix.is_some(), "{}: no advice", rule.meta.name);
            }
        }
    }
}

#[test]
fn a_rule_gives_way_to_one_that_there_is() {
    for first in all().flat_map(|rule| rule.meta.gives_way_to) {
        assert!(find(first).is_some_and(|rule| rule.meta.effect.is_some()), "{first}");
    }
}
