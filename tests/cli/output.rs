//! Reports, files, colour.

use std::io::{BufRead, BufReader};

use super::{BAD, Folder, ONE_RULE, snapshot};

#[test]
fn several_reports_are_written_in_one_run() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    let run =
        folder.run(&format!("lint {ONE_RULE} --output sarif=out.sarif --output jsonl=out.jsonl --output concise"));
    assert_eq!(run.code, 1);
    assert!(run.stdout.starts_with("Dockerfile:2:1: error[build/unknown-instruction]"), "{}", run.stdout);
    let sarif: serde_json::Value = serde_json::from_str(&folder.read("out.sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);
    assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().len(), 1);
    assert_eq!(folder.read("out.jsonl").lines().count(), 1);
    let leftovers = std::fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name());
    assert!(!leftovers.into_iter().any(|name| name.to_string_lossy().ends_with(".tmp")));
}

#[test]
fn a_report_in_a_file_leaves_standard_output_empty() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    let run = folder.run(&format!("lint {ONE_RULE} --output json=out.json"));
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(folder.read("out.json").starts_with('{'));
}

#[test]
fn a_report_that_cannot_be_written_fails_the_run() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    snapshot("output_cannot_be_written", &folder.run("lint --output json=no/such/folder.json").text());
}

#[test]
fn a_quiet_run_prints_no_numbers() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    snapshot("output_quiet", &folder.run(&format!("lint --quiet --format concise {ONE_RULE}")).text());
    folder.write("Dockerfile", "FROM debian:13\n");
    assert_eq!(folder.run(&format!("lint --quiet {ONE_RULE}")).stdout, "");
}

#[test]
fn statistics_take_the_place_of_the_report() {
    let folder = Folder::with(&[("Dockerfile", BAD), ("a/Dockerfile", BAD)]);
    snapshot("output_statistics", &folder.run(&format!("lint --statistics {ONE_RULE}")).text());
    snapshot("output_statistics_json", &folder.run(&format!("lint --statistics --format json {ONE_RULE}")).text());
    snapshot("output_statistics_sarif", &folder.run("lint --statistics --format sarif").text());
}

#[test]
fn colour_is_used_where_it_is_asked_for() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    let is_colored = |arguments: &str, environment: &[(&str, &str)]| {
        let run = folder.run_with(&format!("lint {ONE_RULE} {arguments}"), "", environment);
        run.stdout.contains('\u{1b}')
    };
    assert!(!is_colored("", &[]));
    assert!(is_colored("--color always", &[("NO_COLOR", "1")]));
    assert!(is_colored("", &[("FORCE_COLOR", "1")]));
    assert!(!is_colored("--color never", &[("FORCE_COLOR", "1")]));
    assert!(!is_colored("--color always --format json", &[]));
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let folder = Folder::with(&[("Dockerfile", &"RUNN true\n".repeat(20_000))]);
    let mut child = folder.command(&format!("lint --format jsonl {ONE_RULE}")).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}
