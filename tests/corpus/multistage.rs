//! How many real files are split into two stages, and why the others are not.

use std::collections::BTreeMap;
use std::sync::Mutex;

use dfx::Settings;
use dfx::config::{Choice, Selection, Selector};
use dfx::edit::Effect;
use dfx::ir::{Build, Commands};
use dfx::rewrite::multistage::{Assumption, BaseChoice, Refusal, split};

use crate::corpus::Corpus;
use crate::invariants::each;
use crate::promises::{options, parsed};

const RULE: &str = "size/build-tools-in-final-image";

#[test]
fn stages_are_split_or_the_reason_is_told() {
    let Some(corpus) = Corpus::open() else { return };
    let select = Some(vec![Selector::Rule(RULE)]);
    let selection = Selection::new(Choice { select, ..Choice::default() }, Choice::default(), Vec::new());
    let settings = Settings::new(selection, options());
    let told: Mutex<BTreeMap<String, usize>> = Mutex::default();
    each(&corpus, |_, bytes| {
        let file = parsed(bytes);
        let build = Build::new(&file);
        let commands = Commands::new(&build);
        let what = match split(&build, &commands, None, &BaseChoice::Slim) {
            None => "nothing to split".to_owned(),
            Some(Err(refusal)) => {
                if let Some(named) = named(&refusal) {
                    *told.lock().unwrap().entry(named).or_default() += 1;
                }
                format!("refused: {}", refusal.name())
            }
            Some(Ok(rewrite)) => {
                let fixed = dfx::fix(&file, &settings, None, Effect::Runtime);
                assert!(fixed.held_back.is_empty(), "{:?}", fixed.held_back);
                let after = Build::new(&fixed.after);
                // Workplaces and images without a program of their own have no finding.
                if after.stages.len() == 1 { "no finding".to_owned() } else { outcome(&rewrite.assumptions) }
            }
        };
        *told.lock().unwrap().entry(what).or_default() += 1;
    });
    told.into_inner().unwrap().iter().for_each(|(what, number)| println!("{number:7} {what}"));
}

/// The command or script that stands in the way: the tables may learn the most frequent.
fn named(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::UnknownCommand(name) => Some(format!("of unknown-command: {name}")),
        Refusal::Script(name) => Some(format!("of script: {name}")),
        _ => None,
    }
}

fn outcome(assumptions: &[Assumption]) -> String {
    if assumptions.is_empty() { "rewritten".to_owned() } else { "suggested".to_owned() }
}
