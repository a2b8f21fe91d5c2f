//! Large and hostile files come to an end.
//!
//! `cargo bench --bench linear` prints how the time grows with the size. Here nothing is timed but that which hangs: a
//! file that takes quadratic time at this size takes hours.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "linear_time/inputs.rs"]
mod inputs;

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use dfx::ir::{Build, Commands};
use dfx::source::SourceFile;
use dfx::syntax::parse;
use inputs::{GARBAGE, KINDS, Kind};
use rayon::prelude::*;

/// Far more than the slowest file needs on a busy machine.
const PATIENCE: Duration = Duration::from_secs(600);

const LINES: usize = 50_000;
const PARSED_BYTES: usize = 10 << 20;

#[test]
fn ten_megabytes_of_garbage_are_parsed_to_the_end() {
    GARBAGE.par_iter().for_each(|kind| {
        within_patience(kind, PARSED_BYTES, |text| drop(parse(SourceFile::new("Dockerfile", text))));
    });
}

#[test]
fn fifty_thousand_lines_of_any_kind_are_understood_to_the_end() {
    KINDS.par_iter().for_each(|kind| {
        within_patience(kind, LINES, |text| {
            let file = parse(SourceFile::new("Dockerfile", text));
            let build = Build::new(&file);
            let _ = Commands::new(&build);
        });
    });
}

/// Runs `work` on the file in a thread of its own, and gives up on it when patience ends.
fn within_patience(kind: &Kind, size: usize, work: impl FnOnce(String) + Send + 'static) {
    let text = (kind.make)(size);
    let (done, is_done) = channel();
    let worker = std::thread::spawn(move || {
        work(text);
        let _ = done.send(());
    });
    match is_done.recv_timeout(PATIENCE) {
        Err(RecvTimeoutError::Timeout) => panic!("{}: no end after {PATIENCE:?}", kind.name),
        _ => worker.join().unwrap_or_else(|_| panic!("{}: a panic", kind.name)),
    }
}
