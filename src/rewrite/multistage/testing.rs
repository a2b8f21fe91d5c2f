//! What the tests of the ecosystems ask: a file, and what becomes of it.

use std::collections::BTreeMap;

use crate::context::Entry;
use crate::edit::apply;
use crate::source::SourceFile;
use crate::syntax::parse;

use super::*;

/// The text that becomes of a file and what it stands on; `files` is the build context: paths with texts.
pub fn outcome(text: &str, files: Option<&[(&str, &str)]>) -> Option<Result<(String, Vec<Assumption>), Refusal>> {
    outcome_on(&BaseChoice::Slim, text, files)
}

/// As [`outcome`], with a chosen image for the new stage.
pub fn outcome_on(
    choice: &BaseChoice,
    text: &str,
    files: Option<&[(&str, &str)]>,
) -> Option<Result<(String, Vec<Assumption>), Refusal>> {
    whole_outcome(choice, text, files).map(|it| it.map(|(after, split)| (after, split.assumptions)))
}

/// The text that becomes of a file, and all that was decided.
pub fn whole_outcome(
    choice: &BaseChoice,
    text: &str,
    files: Option<&[(&str, &str)]>,
) -> Option<Result<(String, Split), Refusal>> {
    let file = parse(SourceFile::new("Dockerfile", text));
    let build = Build::new(&file);
    let context = files.map(|files| {
        let entries = files.iter().map(|(path, text)| Entry::file(*path, 0o644, text.len() as u64)).collect();
        let texts: BTreeMap<String, String> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        BuildContext::new(entries, None, texts, false)
    });
    let commands = Commands::new(&build);
    let split = split(&build, &commands, context.as_ref(), choice)?;
    Some(split.map(|mut split| {
        split.edits.sort();
        let after = apply(text.as_bytes(), &split.edits);
        (String::from_utf8(after).unwrap(), split)
    }))
}

/// The new last stage of a file.
#[track_caller]
pub fn new_stage(text: &str, files: Option<&[(&str, &str)]>) -> String {
    let (after, _) = split_with(text, files);
    after.split_once("\n\nFROM ").expect("two stages").1.to_owned()
}

/// The text that becomes of a file that is split.
#[track_caller]
pub fn split_with(text: &str, files: Option<&[(&str, &str)]>) -> (String, Vec<Assumption>) {
    outcome(text, files).expect("a build").expect("a split")
}

/// Why a file without a build context is not split.
#[track_caller]
pub fn refusal(text: &str) -> Refusal {
    outcome(text, None).expect("a build").expect_err("a refusal")
}
