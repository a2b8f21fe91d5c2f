//! Time per line for large files: it must not grow with the file.
//!
//! `cargo bench --bench linear [-- WORD]`, where WORD chooses the kinds whose names hold it.

#[path = "../tests/linear_time/inputs.rs"]
mod inputs;

use std::time::{Duration, Instant};

use dfx::ir::{Build, Commands};
use dfx::knowledge::made_on;
use dfx::rules::Options;
use dfx::source::SourceFile;
use dfx::syntax::parse;

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let is_chosen = |name: &str| chosen.iter().all(|word| name.contains(word.as_str()));
    println!(
        "{:40} {:>9} {:>8} {:>8} {:>8} {:>8} {:>6}",
        "kind", "size", "parse", "build", "commands", "lint", "ratio"
    );
    for (kinds, sizes) in [(inputs::KINDS, [25_000, 50_000, 100_000]), (inputs::GARBAGE, [1 << 20, 2 << 20, 4 << 20])] {
        for kind in kinds.iter().filter(|kind| is_chosen(kind.name)) {
            let mut before = None;
            for size in sizes {
                before = Some(measure(kind, size, before));
            }
        }
    }
}

/// Prints the milliseconds of each step, and how many times more they are than `before`; gives their sum.
fn measure(kind: &inputs::Kind, size: usize, before: Option<Duration>) -> Duration {
    let text = (kind.make)(size);
    let (parsing, file) = timed(|| parse(SourceFile::new("Dockerfile", text)));
    let (building, build) = timed(|| Build::new(&file));
    let (commanding, _) = timed(|| Commands::new(&build).all().len());
    let options = Options::new(made_on::DEBIAN);
    let (linting, _) = timed(|| dfx::lint(&file, dfx::rules::all(), &options, None).len());
    let sum = parsing + building + commanding + linting;
    let ratio = before.map_or(String::new(), |before| format!("{:.1}", sum.as_secs_f64() / before.as_secs_f64()));
    let [parsing, building, commanding, linting] =
        [parsing, building, commanding, linting].map(|time| time.as_millis());
    println!("{:40} {size:9} {parsing:8} {building:8} {commanding:8} {linting:8} {ratio:>6}", kind.name);
    sum
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}
