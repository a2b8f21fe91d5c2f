//! Differences in words, for the forms that people read.

use serde_json::Value;

use crate::edit::Effect;
use crate::image::{Aspect, Change, Comparison, FieldDifference, FileDifference, PackageDifference};

use super::{Answer, Trial, VerifyReport};

/// The verdict: "debris, as expected".
pub fn verdict(report: &VerifyReport<'_>) -> String {
    let rung = report.comparison.rung;
    match report.expected {
        Some(expected) if rung > expected => format!("{rung}, which is more than {expected}"),
        Some(expected) if rung == expected => format!("{rung}, as expected"),
        Some(expected) => format!("{rung}, within {expected}"),
        None => rung.to_string(),
    }
}

/// The comparison in a few rows: what is looked at, and what was seen.
pub fn rows(comparison: &Comparison) -> Vec<(&'static str, String)> {
    let mut rows = vec![("Configuration", fields(comparison))];
    if comparison.has_other_base {
        rows.push(("Base image", "another".to_owned()));
    }
    rows.push(("Files", files(comparison)));
    rows.push(("Packages", packages(comparison)));
    rows.push(("Layers", layers(comparison)));
    let (before, after) = (&comparison.before, &comparison.after);
    rows.push(("Size of all layers", step(before.total, after.total)));
    rows.push(("Size of all files", step(before.visible, after.visible)));
    rows
}

/// What both images answered: "the same, HTTP 200 and 12 B", or both answers.
pub fn of_trial(trial: &Trial) -> String {
    let told = |answer: &Answer| format!("{} and {}", answer.status, megabytes(answer.text.len() as u64));
    match trial.is_same() {
        true => format!("the same, {}", told(&trial.before)),
        false => format!("{} -> {}", told(&trial.before), told(&trial.after)),
    }
}

/// Lines of an answer that are shown.
const MOST_LINES: usize = 10;

/// Two answers that differ, in lines.
pub fn of_answers(trial: &Trial) -> Vec<String> {
    let lines = |sign: char, answer: &Answer| -> Vec<String> {
        answer.text.lines().take(MOST_LINES).map(|line| format!("{sign} {line}")).collect()
    };
    [lines('-', &trial.before), lines('+', &trial.after)].concat()
}

fn fields(comparison: &Comparison) -> String {
    match comparison.fields.len() {
        0 => "the same".to_owned(),
        1 => "1 field differs".to_owned(),
        fields => format!("{fields} fields differ"),
    }
}

fn files(comparison: &Comparison) -> String {
    let counted =
        |is_counted: fn(&FileDifference) -> bool| comparison.files.iter().filter(|file| is_counted(file)).count();
    let mut words = vec![format!("{} the same", thousands(comparison.same_files as u64))];
    let counts = [
        (counted(|file| file.effect.is_some() && matches!(file.change, Change::Removed(_))), "removed"),
        (counted(|file| file.effect.is_some() && matches!(file.change, Change::Added(_))), "added"),
        (counted(|file| file.effect.is_some() && matches!(file.change, Change::Changed(_))), "changed"),
        (counted(|file| file.effect.is_none()), "new in every build"),
    ];
    words.extend(
        counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{} {what}", thousands(*count as u64))),
    );
    words.join(", ")
}

fn packages(comparison: &Comparison) -> String {
    let same = comparison.same_packages;
    match comparison.packages.len() {
        0 if same == 0 => "none known".to_owned(),
        0 => format!("{same} the same"),
        1 => format!("{same} the same, 1 differs"),
        others => format!("{same} the same, {others} differ"),
    }
}

fn layers(comparison: &Comparison) -> String {
    let (before, after) = (comparison.before.layers.len(), comparison.after.layers.len());
    match before == after {
        true if comparison.has_same_layers => format!("{before}, the same"),
        true => format!("{before}, of which some differ"),
        false => format!("{before} -> {after}"),
    }
}

/// From one size to another: "667.1 MB -> 545.0 MB (-18.3 %)".
fn step(before: u64, after: u64) -> String {
    if before == after {
        return megabytes(before);
    }
    let percent = if before == 0 {
        String::new()
    } else {
        format!(" ({:+.1} %)", (after as f64 - before as f64) / before as f64 * 100.0)
    };
    format!("{} -> {}{percent}", megabytes(before), megabytes(after))
}

/// Bytes in a unit that leaves few digits; a megabyte is a million bytes.
pub fn megabytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{} MB", {
            let tenths = bytes.saturating_add(50_000) / 100_000;
            format!("{}.{}", thousands(tenths / 10), tenths % 10)
        }),
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What became of a field, in lines: the words that went and came where it is a list of settings.
pub fn of_field(field: &FieldDifference) -> Vec<String> {
    let words = |value: &Option<Value>| -> Vec<String> {
        let items = value.as_ref().and_then(Value::as_array);
        items.into_iter().flatten().map(|item| item.as_str().unwrap_or_default().to_owned()).collect()
    };
    if field.name == "Env" {
        let (before, after) = (words(&field.before), words(&field.after));
        let gone = before.iter().filter(|word| !after.contains(word)).map(|word| format!("- {word}"));
        let new = after.iter().filter(|word| !before.contains(word)).map(|word| format!("+ {word}"));
        return gone.chain(new).collect();
    }
    let shown = |value: &Option<Value>| value.as_ref().map_or("none".to_owned(), Value::to_string);
    vec![format!("{} -> {}", shown(&field.before), shown(&field.after))]
}

/// Files that are shown, those of the highest rung first, and the number of those that are not.
pub fn shown_files(comparison: &Comparison, most: usize) -> (Vec<&FileDifference>, usize) {
    let mut files: Vec<&FileDifference> = comparison.files.iter().filter(|file| file.effect.is_some()).collect();
    files.sort_by_key(|file| std::cmp::Reverse(file.effect));
    let more = files.len().saturating_sub(most);
    files.truncate(most);
    (files, more)
}

/// A sign for what became of a file.
pub fn sign(change: &Change) -> char {
    match change {
        Change::Added(_) => '+',
        Change::Removed(_) => '-',
        Change::Changed(_) => '~',
    }
}

/// What became of a file: "12.1 MB", or in what it differs.
pub fn of_change(change: &Change) -> String {
    match change {
        Change::Added(whole) | Change::Removed(whole) if whole.kind == "file" => megabytes(whole.size),
        Change::Added(whole) | Change::Removed(whole) => whole.kind.to_owned(),
        Change::Changed(aspects) => aspects.iter().map(aspect).collect::<Vec<_>>().join(", "),
    }
}

fn aspect(aspect: &Aspect) -> String {
    match aspect {
        Aspect::Kind(before, after) => format!("{before} -> {after}"),
        Aspect::Content(before, after) if before == after => format!("other bytes, {} as before", megabytes(*after)),
        Aspect::Content(before, after) => format!("other bytes, {} -> {}", megabytes(*before), megabytes(*after)),
        Aspect::Mode(before, after) => format!("mode {before:04o} -> {after:04o}"),
        Aspect::Owner(before, after) => format!("owner {}:{} -> {}:{}", before.0, before.1, after.0, after.1),
        Aspect::Link(before, after) => format!("leads to {after} instead of {before}"),
        Aspect::Device(before, after) => format!("device {before} -> {after}"),
        Aspect::Attributes(names) => format!("other attributes {}", names.join(" ")),
    }
}

/// What became of a package: "1.2 -> 1.3", "1.2 removed".
pub fn of_package(package: &PackageDifference) -> String {
    let (removed, added) = (package.removed.join(", "), package.added.join(", "));
    match (package.removed.is_empty(), package.added.is_empty()) {
        (false, false) => format!("{removed} -> {added}"),
        (false, true) => format!("{removed} removed"),
        _ => format!("{added} added"),
    }
}

/// The name of a rung, or of none.
pub fn rung(effect: Option<Effect>) -> &'static str {
    effect.map_or("none", Effect::name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_few_digits() {
        assert_eq!(megabytes(999), "999 B");
        assert_eq!(megabytes(1_500), "1.5 kB");
        assert_eq!(megabytes(1_234_567_890), "1,234.6 MB");
        assert_eq!(step(0, 5), "0 B -> 5 B");
        assert_eq!(step(2_000_000, 1_000_000), "2.0 MB -> 1.0 MB (-50.0 %)");
    }
}
