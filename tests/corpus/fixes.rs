//! What `dfx fix` promises, on real files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use dfx::Settings;
use dfx::config::{Choice, Profile, Selection, Selector};
use dfx::edit::{Edit, Effect, apply};
use dfx::finding::Finding;
use dfx::fix::{Fixed, Reason};
use dfx::ir::Build;
use dfx::plan::{Difference, Field, Plan, Tolerance, differences_beyond, differences_but_for_added_stages};
use dfx::syntax::Dockerfile;
use rayon::prelude::*;

use crate::corpus::Corpus;
use crate::invariants::each;
use crate::promises::{assert_no_worse, assert_untouched_bytes, options, parsed};

/// Every way of calling `dfx fix` that is looked at: a profile, and the greatest effect.
const WAYS: [(Profile, Effect); 4] = [
    (Profile::Strict, Effect::Identical),
    (Profile::Default, Effect::Debris),
    (Profile::Strict, Effect::Debris),
    (Profile::Strict, Effect::Runtime),
];

#[test]
fn fixes_keep_their_promises() {
    let Some(corpus) = Corpus::open() else { return };
    for (profile, effect) in WAYS {
        let settings = settings(profile);
        let told = Mutex::new(BTreeMap::new());
        each(&corpus, |_, bytes| {
            let file = parsed(bytes);
            let fixed = dfx::fix(&file, &settings, None, effect);
            assert_promises(&file, &fixed, &settings, effect);
            count(&fixed, &mut told.lock().unwrap());
        });
        println!("profile {profile:?}, up to {effect}:");
        told.into_inner().unwrap().iter().for_each(|(what, number)| println!("{number:7} {what}"));
    }
}

#[test]
fn suggestions_that_are_selected_by_name_keep_their_promises() {
    let Some(corpus) = Corpus::open() else { return };
    let select = dfx::rules::all().map(|rule| Selector::Rule(rule.meta.name)).collect();
    let settings = with_choice(Choice { select: Some(select), ..Choice::default() });
    each(&corpus, |_, bytes| {
        let file = parsed(bytes);
        let fixed = dfx::fix(&file, &settings, None, Effect::Runtime);
        assert_promises(&file, &fixed, &settings, Effect::Runtime);
    });
}

#[test]
fn what_is_fixed_does_not_depend_on_the_number_of_threads() {
    let Some(corpus) = Corpus::open() else { return };
    let ways = WAYS.map(|(profile, effect)| (settings(profile), effect));
    // Each file in one way, the next file in the next.
    let fixed = |(at, bytes): (usize, &Vec<u8>)| {
        let (settings, effect) = &ways[at % ways.len()];
        dfx::fix(&parsed(bytes), settings, None, *effect).after.source.text().to_owned()
    };
    let files: Vec<&Vec<u8>> = corpus.files.values().collect();
    let on_threads = |threads: usize| -> Vec<String> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| files.par_iter().copied().enumerate().map(fixed).collect())
    };
    assert!(on_threads(1) == on_threads(4));
}

fn assert_promises(file: &Dockerfile, fixed: &Fixed, settings: &Settings, effect: Effect) {
    assert!(!fixed.gave_up, "comes to no end");
    assert_eq!(apply(file.source.bytes(), &fixed.edits), fixed.after.source.bytes(), "the edits give another file");
    assert_untouched_bytes(file.source.bytes(), fixed.after.source.bytes(), &fixed.edits, "all fixes");
    assert_no_worse(file, &fixed.after, "all fixes together");
    assert!(fixed.applied.iter().all(|fix| fix.effect <= effect));
    assert_plans_differ_only_as_announced(file, fixed);
    assert_findings_are_gone(fixed, settings);
    let again = dfx::fix(&parsed(fixed.after.source.bytes()), settings, None, effect);
    assert!(!again.is_changed(), "a second run changes {:?} in\n{}", again.applied, fixed.after.source.text());
    let endless: BTreeSet<_> = again.held_back.iter().map(|held_back| held_back.reason.to_string()).collect();
    let known: BTreeSet<_> = fixed.held_back.iter().map(|held_back| held_back.reason.to_string()).collect();
    assert!(endless.is_subset(&known), "a second run holds back something else: {endless:?}, {known:?}");
}

/// Each fix has taken its finding away: its rule does not say the same again at the same place.
fn assert_findings_are_gone(fixed: &Fixed, settings: &Settings) {
    assert!(fixed.held_back.iter().all(|held_back| held_back.reason != Reason::Endless), "{:?}", fixed.held_back);
    let rules = dfx::rules::all().filter(|rule| fixed.applied.iter().any(|fix| fix.rule == rule.meta.name));
    let left = dfx::lint(&fixed.after, rules, &settings.options, None);
    // What an earlier fix has brought was not there before, and has no place of its own.
    for fix in fixed.applied.iter().filter(|fix| !fix.span.is_empty()) {
        let place = place_after(&fixed.edits, fix.span.start);
        let is_same = |finding: &&Finding| finding.rule == fix.rule && finding.message == fix.message;
        let same = left.iter().filter(is_same).find(|finding| Some(finding.span.start) == place);
        assert!(same.is_none(), "{same:?} is still there in\n{}", fixed.after.source.text());
    }
}

/// Where the byte at `offset` is once the edits are made; `None` where one of them takes it out.
fn place_after(edits: &[Edit], offset: usize) -> Option<usize> {
    let before = edits.iter().take_while(|edit| edit.span.end <= offset);
    let (added, taken) =
        before.fold((0, 0), |(added, taken), edit| (added + edit.replacement.len(), taken + edit.span.len()));
    let is_kept = !edits.iter().any(|edit| edit.span.start <= offset && offset < edit.span.end);
    is_kept.then_some(offset + added - taken)
}

/// All fixes together do no more than the greatest of them has said.
fn assert_plans_differ_only_as_announced(before: &Dockerfile, fixed: &Fixed) {
    let plan = |file: &Dockerfile| Plan::new(&Build::new(file));
    let without_unused = without_unused_stages(before, fixed);
    let before = without_unused.as_ref().unwrap_or(before);
    let differences = match fixed.applied.iter().map(|fix| fix.effect).max() {
        // A stage for others to start from changes no cache key.
        None | Some(Effect::Identical) => differences_but_for_added_stages(&plan(before), &plan(&fixed.after)),
        Some(Effect::Equivalent) => differences_beyond(Tolerance::Layers, before, &fixed.after),
        Some(Effect::Debris) => differences_beyond(Tolerance::Debris, before, &fixed.after),
        Some(Effect::Content) => {
            let mut differences = differences_but_for_added_stages(&plan(before), &plan(&fixed.after));
            differences.retain(changes_what_runs);
            differences
        }
        // Fixes of this rung say themselves what they change; the engine holds each to its own instructions.
        Some(Effect::Runtime) => return,
    };
    let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{told:?} in\n{}", fixed.after.source.text());
}

/// The file without the stages that a fix takes out: those that are left are built from the same steps as before.
fn without_unused_stages(before: &Dockerfile, fixed: &Fixed) -> Option<Dockerfile> {
    const RULE: &str = "build/unused-stage";
    fixed.applied.iter().find(|fix| fix.rule == RULE)?;
    let settings = with_choice(Choice { select: Some(vec![Selector::Rule(RULE)]), ..Choice::default() });
    let after = dfx::fix(before, &settings, None, Effect::Identical).after;
    let plan = |file: &Dockerfile| Plan::new(&Build::new(file));
    assert!(plan(&after).stages.len() < plan(before).stages.len());
    assert_eq!(differences_but_for_added_stages(&plan(&after), &plan(before)), []);
    Some(after)
}

/// Whether more differs than the content of the image and what it says of itself.
fn changes_what_runs(difference: &Difference) -> bool {
    match difference {
        Difference::Stages { .. } | Difference::Base { .. } => true,
        Difference::Removed { .. } | Difference::Added { .. } | Difference::Changed { .. } => false,
        // A directory that is put back may read `/` for unset.
        Difference::Configuration { field, .. } => !matches!(field, Field::Labels | Field::Author | Field::WorkingDir),
    }
}

/// Numbers for the notes: what was done, and what was held back and why.
fn count(fixed: &Fixed, told: &mut BTreeMap<String, usize>) {
    *told.entry("files changed".to_owned()).or_default() += usize::from(fixed.is_changed());
    for fix in &fixed.applied {
        *told.entry(format!("{} {}", fix.effect, fix.rule)).or_default() += 1;
    }
    for held_back in &fixed.held_back {
        let reason = held_back.reason.to_string();
        let reason = reason.split(':').next().unwrap_or_default();
        *told.entry(format!("held back {}: {reason}", held_back.fix.rule)).or_default() += 1;
    }
}

fn settings(profile: Profile) -> Settings {
    with_choice(Choice { profile: Some(profile), ..Choice::default() })
}

fn with_choice(choice: Choice) -> Settings {
    Settings::new(Selection::new(choice, Choice::default(), Vec::new()), options())
}
