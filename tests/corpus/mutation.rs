//! Damaged files: whatever happens to a Dockerfile, dfx reads it to the end.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use crate::corpus::{Corpus, message};
use crate::promises::{
    assert_findings_are_true, assert_fix_is_sound, assert_nothing_is_lost, assert_spans_are_true, linted, parsed,
};
use crate::random::Random;

const CASES: u64 = 100_000;
/// One in so many damaged files is linted with all rules, too.
const LINTED_ONE_IN: u64 = 10;

#[test]
fn damaged_files_are_read_without_loss_and_without_panic() {
    let Some(corpus) = Corpus::open() else { return };
    let files: Vec<(&String, &Vec<u8>)> = corpus.files.iter().collect();
    let failures: Vec<String> = (0..CASES)
        .into_par_iter()
        .filter_map(|case| {
            let mut random = Random::new(case);
            let (name, bytes) = *random.pick(&files);
            let other = *random.pick(&files);
            let damaged = damage(bytes, other.1, &mut random);
            let failure = catch_unwind(AssertUnwindSafe(|| check(&damaged, case % LINTED_ONE_IN == 0))).err()?;
            Some(format!("case {case}, from {name}: {}", message(&*failure)))
        })
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {CASES} cases fail, the first:\n{}",
        failures.len(),
        failures[..failures.len().min(20)].join("\n")
    );
}

fn check(bytes: &[u8], lint: bool) {
    let file = parsed(bytes);
    assert_nothing_is_lost(&file);
    assert_spans_are_true(&file);
    if lint {
        let findings = linted(&file);
        assert_findings_are_true(&file, &findings);
        for finding in &findings {
            assert_fix_is_sound(&file, finding);
        }
    }
}

const ODDITIES: &[&str] = &[
    "\"",
    "'",
    "`",
    "\\",
    "\\\n",
    "`\n",
    "\r",
    "\r\n",
    "\n",
    "\t",
    "\0",
    "#",
    "# ",
    " #",
    "$",
    "${",
    "}",
    "${x:-",
    "${x#",
    "$(",
    ")",
    "((",
    "))",
    "<<EOF",
    "<<-'E O F'",
    "<<\"\"",
    "<<",
    "EOF\n",
    "[",
    "]",
    "[\"",
    "\",",
    "{",
    "||",
    "&&",
    ";",
    ";;",
    "|",
    "&",
    ">",
    "<",
    "--",
    "--from=",
    "--mount=type=",
    "=",
    "@",
    ":",
    "/",
    "é",
    "日本",
    "\u{feff}",
    "\u{2028}",
    "\u{85}",
    "\u{1F600}",
    "FROM ",
    "RUN ",
    "ONBUILD ",
    "ARG ",
    "ENV ",
    "COPY ",
    "HEALTHCHECK ",
    "# escape=`\n",
    "if ",
    "case x in ",
    "esac",
    "done",
    "function f() {",
    "apt-get install ",
    "pip install ",
    "*",
    "?",
    "~",
    "!",
    "%",
];

/// The file after one to six accidents.
fn damage(bytes: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(6) {
        accident(&mut bytes, other, random);
    }
    bytes
}

fn accident(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    match random.below(10) {
        0 => drop(bytes.drain(at..(at + 1 + random.below(8)).min(bytes.len()))),
        1 => {
            let piece = bytes[at..(at + 1 + random.below(40)).min(bytes.len())].to_vec();
            bytes.splice(at..at, piece);
        }
        2 if !bytes.is_empty() => {
            let (one, two) = (random.below(bytes.len()), random.below(bytes.len()));
            bytes.swap(one, two);
        }
        3 => lines(bytes, random, |lines, line, _| drop(lines.remove(line))),
        4 => lines(bytes, random, |lines, line, _| lines.insert(line, lines[line].clone())),
        5 => lines(bytes, random, |lines, line, random| {
            let other = random.below(lines.len());
            lines.swap(line, other);
        }),
        6 if random.below(3) == 0 => bytes.truncate(at),
        7 => {
            let from = random.below(other.len() + 1);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        8 => bytes.insert(at, random.below(256) as u8),
        _ => drop(bytes.splice(at..at, random.pick(ODDITIES).bytes())),
    }
}

/// Does something to a line, chosen at random, of a text that has one.
fn lines(bytes: &mut Vec<u8>, random: &mut Random, action: impl Fn(&mut Vec<Vec<u8>>, usize, &mut Random)) {
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    if lines.is_empty() {
        return;
    }
    let line = random.below(lines.len());
    action(&mut lines, line, random);
    *bytes = lines.concat();
}
