//! `dfx baseline`, `dfx lint --baseline` and `dfx lint --new-from-rev`.

use std::process::Command;

use super::{BAD, Folder, ONE_RULE, snapshot};

fn create(folder: &Folder) {
    let run = folder.run(&format!("baseline create {ONE_RULE}"));
    assert_eq!(run.code, 0, "{}", run.text());
}

fn lint(folder: &Folder) -> String {
    folder.run(&format!("lint {ONE_RULE} --baseline dfx-baseline.json --format concise")).text()
}

/// Makes the folder a repository, and what is in it a commit.
fn commit(folder: &Folder) {
    for arguments in [
        "init --quiet",
        "add --all",
        "-c user.name=dfx -c user.email=dfx@example.org -c commit.gpgsign=false commit --quiet --message=all",
    ] {
        let git = Command::new("git").args(arguments.split_whitespace()).current_dir(folder.path()).output().unwrap();
        assert!(git.status.success(), "git {arguments}: {}", String::from_utf8_lossy(&git.stderr));
    }
}

#[test]
fn a_baseline_lists_files_and_rules_in_order() {
    let folder = Folder::with(&[("b/Dockerfile", BAD), ("a/Dockerfile", BAD), ("good/Dockerfile", "FROM debian:13\n")]);
    let run = folder.run(&format!("baseline create {ONE_RULE}")).text();
    snapshot("baseline_create", &format!("{run}--- dfx-baseline.json\n{}", folder.read("dfx-baseline.json")));
}

#[test]
fn known_findings_are_passed_over_and_do_not_fail() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    create(&folder);
    snapshot("baseline_known", &lint(&folder));
}

#[test]
fn a_line_that_moves_or_is_edited_stays_known() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    create(&folder);
    folder.write("Dockerfile", "# new\n\nFROM debian:13\n\nRUNN  true\n");
    assert!(lint(&folder).starts_with("exit 0\n"));
    folder.write("Dockerfile", "FROM debian:13\nRUNN false\n");
    assert!(lint(&folder).starts_with("exit 0\n"));
}

#[test]
fn one_more_finding_of_a_known_rule_is_shown() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    create(&folder);
    folder.write("Dockerfile", "FROM debian:13\nCOPPY a b\nRUNN true\n");
    snapshot("baseline_one_more", &lint(&folder));
}

#[test]
fn names_are_relative_to_the_baseline() {
    let folder = Folder::with(&[("service/Dockerfile", BAD)]);
    create(&folder);
    let mut command = folder.command(&format!("lint {ONE_RULE} --baseline ../dfx-baseline.json Dockerfile"));
    let output = command.current_dir(folder.path().join("service")).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_no_longer_occurs_is_told_and_pruned() {
    let folder = Folder::with(&[("Dockerfile", BAD), ("gone/Dockerfile", BAD), ("left/Dockerfile", BAD)]);
    create(&folder);
    folder.write("Dockerfile", "FROM debian:13\nRUN true\n");
    std::fs::remove_file(folder.path().join("gone/Dockerfile")).unwrap();
    let told = lint(&folder);
    let other_rule = folder.run("lint --select pin/latest-tag --baseline dfx-baseline.json").text();
    let pruned = folder.run(&format!("baseline prune {ONE_RULE}")).text();
    let baseline = folder.read("dfx-baseline.json");
    let text = format!("{told}\nanother rule: {other_rule}\nprune: {pruned}--- dfx-baseline.json\n{baseline}");
    snapshot("baseline_prune", &text);
}

#[test]
fn a_baseline_that_cannot_be_used_is_refused_with_its_place() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    let mut text = lint(&folder);
    for baseline in ["{\n  \"version\": 1,\n  \"files\": []\n}\n", "{ \"version\": 2, \"files\": {} }", ""] {
        folder.write("dfx-baseline.json", baseline);
        text += &lint(&folder);
    }
    std::fs::create_dir(folder.path().join("below")).unwrap();
    let outside = folder.run(&format!("baseline create {ONE_RULE} --baseline below/dfx-baseline.json"));
    text += &outside.text();
    snapshot("baseline_faults", &text);
}

#[test]
fn only_what_is_new_since_a_revision_is_shown() {
    let folder = Folder::with(&[("service/Dockerfile", BAD)]);
    commit(&folder);
    folder.write("service/Dockerfile", "FROM debian:13\nWORKDIRR /\n# moved\nRUNN true\n");
    folder.write("new/Dockerfile", BAD);
    snapshot("new_from_rev", &folder.run(&format!("lint {ONE_RULE} --new-from-rev HEAD --format concise")).text());
}

#[test]
fn a_revision_that_is_not_there_is_an_error() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    commit(&folder);
    snapshot("new_from_rev_missing", &folder.run("lint --new-from-rev v1").text());
    let without_git = folder.run_with("lint --new-from-rev HEAD", "", &[("PATH", "")]);
    assert_eq!((without_git.code, without_git.stderr.contains("--new-from-rev needs git")), (2, true));
}
