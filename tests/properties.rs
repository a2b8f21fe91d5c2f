//! What holds for every Dockerfile that anybody could write, and for bytes that are none.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "properties/dockerfiles.rs"]
mod dockerfiles;
#[path = "properties/expansion.rs"]
mod expansion;
mod promises;

use dfx::syntax::{Dockerfile, TokenKind};
use proptest::collection::vec;
use proptest::prelude::*;

use dockerfiles::{dockerfile, hostile_text};
use promises::{
    assert_findings_are_true, assert_fix_is_sound, assert_nothing_is_lost, assert_spans_are_true, linted, parsed,
};

/// Settings for `cases` cases. Failures are not written down: a case that fails belongs into a test of its own.
fn settings(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(settings(1500))]

    #[test]
    fn the_tree_of_a_dockerfile_is_true(text in dockerfile()) {
        assert_tree_is_true(&parsed(text.as_bytes()));
    }

    #[test]
    fn the_tree_of_hostile_text_is_true(text in hostile_text()) {
        assert_tree_is_true(&parsed(text.as_bytes()));
    }

    #[test]
    fn comments_do_not_change_the_instructions(text in prop_oneof![dockerfile(), hostile_text()]) {
        let file = parsed(text.as_bytes());
        let kept: String = file
            .tokens()
            .filter(|token| token.kind != TokenKind::Comment)
            .map(|token| file.source.slice(token.span))
            .collect();
        // A character in the middle of a file is a byte order mark at its start.
        prop_assume!(text.starts_with('\u{feff}') || !kept.starts_with('\u{feff}'));
        prop_assert_eq!(gist(&file), gist(&parsed(kept.as_bytes())));
    }

    #[test]
    fn positions_and_offsets_are_inverse(text in hostile_text()) {
        let source = parsed(text.as_bytes()).source;
        for (offset, _) in source.text().char_indices() {
            prop_assert_eq!(source.offset(source.position(offset)), Some(offset));
        }
    }
}

proptest! {
    #![proptest_config(settings(400))]

    #[test]
    fn findings_in_a_dockerfile_are_true_and_their_fixes_sound(text in dockerfile()) {
        assert_lint_is_sound(text.as_bytes());
    }

    #[test]
    fn findings_in_hostile_text_are_true_and_their_fixes_sound(text in hostile_text()) {
        assert_lint_is_sound(text.as_bytes());
    }

    #[test]
    fn bytes_that_are_no_text_are_linted_too(bytes in vec(any::<u8>(), 0..300)) {
        assert_tree_is_true(&parsed(&bytes));
        assert_lint_is_sound(&[b"FROM a\nRUN ", bytes.as_slice()].concat());
    }
}

fn assert_tree_is_true(file: &Dockerfile) {
    assert_nothing_is_lost(file);
    assert_spans_are_true(file);
}

fn assert_lint_is_sound(bytes: &[u8]) {
    let file = parsed(bytes);
    let findings = linted(&file);
    assert_eq!(findings, linted(&parsed(bytes)), "the second lint differs");
    assert_findings_are_true(&file, &findings);
    for finding in &findings {
        assert_fix_is_sound(&file, finding);
    }
}

/// What BuildKit gets to see of each instruction: its text, and the bodies of its heredocs.
fn gist(file: &Dockerfile) -> Vec<(String, Vec<String>)> {
    file.instructions()
        .map(|instruction| {
            let bodies = instruction.heredocs.iter().map(|heredoc| file.source.slice(heredoc.body).to_owned());
            (instruction.text.text().to_owned(), bodies.collect())
        })
        .collect()
}
