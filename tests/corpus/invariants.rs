//! What all rules together promise, on real files.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::corpus::{Corpus, message};
use crate::promises::{assert_findings_are_true, assert_fix_is_sound, assert_spans_are_true, linted, parsed};

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

/// Looks at every file; what fails is told with its name, all at once.
pub fn each(corpus: &Corpus, check: impl Fn(&str, &[u8]) + Sync) {
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
