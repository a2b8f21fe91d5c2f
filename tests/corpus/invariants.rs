//! What all rules together promise, on real files.

use std::collections::BTreeMap;

use dfx::edit::{Edit, Effect, Fix, apply};
use dfx::finding::Finding;
use dfx::syntax::Dockerfile;
use rayon::prelude::*;

use crate::corpus::{Corpus, message};
use crate::promises::{
    assert_findings_are_true, assert_fix_is_sound, assert_no_worse, assert_spans_are_true, linted, parsed,
};

/// Rounds in which the fixes of a file must have come to an end.
const ROUNDS: usize = 10;

#[test]
fn findings_and_fixes_keep_their_promises() {
    let Some(corpus) = Corpus::open() else { return };
    each(&corpus, |_, bytes| {
        let file = parsed(bytes);
        assert_spans_are_true(&file);
        let findings = linted(&file);
        assert_findings_are_true(&file, &findings);
        for finding in &findings {
            assert_fix_is_sound(&file, finding);
        }
    });
}

#[test]
fn findings_do_not_depend_on_the_number_of_threads() {
    let Some(corpus) = Corpus::open() else { return };
    let rendered = |threads: usize| -> BTreeMap<&String, String> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            corpus.files.par_iter().map(|(name, bytes)| (name, format!("{:?}", linted(&parsed(bytes))))).collect()
        })
    };
    let (alone, together) = (rendered(1), rendered(4));
    let different: Vec<&&String> = alone.iter().filter(|(name, text)| together[*name] != **text).map(|e| e.0).collect();
    assert!(different.is_empty(), "{different:?}");
}

#[test]
fn fixes_come_to_an_end_and_break_nothing_together() {
    let Some(corpus) = Corpus::open() else { return };
    each(&corpus, |_, bytes| {
        let file = parsed(bytes);
        let mut fixed = bytes.to_vec();
        for round in 0.. {
            let current = parsed(&fixed);
            let next = fixed_once(&current, &linted(&current), Effect::Debris);
            if next == fixed {
                break;
            }
            assert!(round < ROUNDS, "fixes go on and on, now\n{}", String::from_utf8_lossy(&next));
            fixed = next;
        }
        assert_no_worse(&file, &parsed(&fixed), "all fixes together");
    });
}

/// Looks at every file; what fails is told with its name, all at once.
fn each(corpus: &Corpus, check: impl Fn(&str, &[u8]) + Sync) {
    let failures: Vec<String> = corpus
        .files
        .par_iter()
        .filter_map(|(name, bytes)| {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(name, bytes)));
            Some(format!("{name}: {}", message(&*outcome.err()?)))
        })
        .collect();
    assert!(failures.is_empty(), "{} files fail:\n{}", failures.len(), failures.join("\n"));
}

/// The bytes after all fixes up to `effect` that do not touch an earlier one.
fn fixed_once(file: &Dockerfile, findings: &[Finding], effect: Effect) -> Vec<u8> {
    let mut fixes: Vec<&Fix> = findings.iter().filter_map(|finding| finding.fix.as_ref()).collect();
    fixes.retain(|fix| fix.effect <= effect);
    fixes.sort_by_key(|fix| fix.span());
    let mut edits: Vec<&Edit> = Vec::new();
    let mut end = None;
    for fix in fixes {
        if end.is_none_or(|end| fix.span().start > end) {
            end = Some(fix.span().end);
            edits.extend(fix.edits());
        }
    }
    apply(file.source.bytes(), edits)
}
