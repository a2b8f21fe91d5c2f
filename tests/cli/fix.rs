//! `dfx fix` and `dfx lint --fix`.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;

use super::{Folder, snapshot};

/// A file with fixes of three rungs, CRLF, and no line end at its end.
const FIXABLE: &str = "from debian:13 as base\r\nMAINTAINER me\r\n# tools\r\nRUN apt-get update && apt-get install -y \\\r\n  # for health checks\r\n  curl\r\nCMD [\"bash\"]";

/// Rules for the three.
const RULES: &str = "--select style/from-as-casing,style/instruction-casing,size/package-cache-kept,style/maintainer";

#[test]
fn what_would_change_is_printed_and_nothing_is_written() {
    let folder = Folder::with(&[("Dockerfile", FIXABLE)]);
    snapshot("fix_diff", &folder.run(&format!("fix {RULES}")).text());
    assert_eq!(folder.read("Dockerfile"), FIXABLE);
}

#[test]
fn git_applies_the_diff() {
    let folder = Folder::with(&[("a b/Dockerfile", FIXABLE), ("Dockerfile", FIXABLE), ("ü/Dockerfile", FIXABLE)]);
    let git = |arguments: &str| {
        let output =
            Command::new("git").args(arguments.split_whitespace()).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "git {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    };
    std::fs::remove_dir(folder.path().join(".git")).unwrap();
    git("init --quiet");
    folder.write("fix.diff", &folder.run(&format!("fix {RULES}")).stdout);
    git("apply fix.diff");
    for path in ["a b/Dockerfile", "Dockerfile", "ü/Dockerfile"] {
        assert!(folder.read(path).starts_with("FROM debian:13 AS base\r\n"), "{path}");
    }
    assert_eq!(folder.run(&format!("fix --check {RULES}")).code, 0);
}

#[test]
fn write_changes_the_file_and_keeps_its_mode_and_line_ends() {
    let folder = Folder::with(&[("Dockerfile", FIXABLE)]);
    let path = folder.path().join("Dockerfile");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let run = folder.run(&format!("fix --write {RULES}"));
    snapshot("fix_write", &run.text());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    let text = folder.read("Dockerfile");
    assert_eq!(text.matches("\r\n").count(), text.matches('\n').count());
    assert!(text.contains("# for health checks") && text.ends_with("CMD [\"bash\"]"), "{text}");
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn a_repaired_file_keeps_its_owner() {
    let folder = Folder::with(&[("Dockerfile", FIXABLE)]);
    let path = folder.path().join("Dockerfile");
    // Only root may give a file away, and has it taken away by a rename.
    if std::os::unix::fs::chown(&path, Some(1234), Some(2345)).is_err() {
        return;
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o604)).unwrap();
    folder.run(&format!("fix --write {RULES}"));
    let metadata = std::fs::metadata(&path).unwrap();
    assert_ne!(folder.read("Dockerfile"), FIXABLE);
    assert_eq!((metadata.uid(), metadata.gid(), metadata.permissions().mode() & 0o777), (1234, 2345, 0o604));
}

/// A limit on the size of files stands for a full disk.
#[test]
fn what_cannot_be_written_to_its_end_is_not_written() {
    let folder = Folder::with(&[("Dockerfile", FIXABLE)]);
    let script = format!("trap '' XFSZ; ulimit -f 0; exec \"$0\" fix --write --quiet {RULES} Dockerfile");
    let dfx = env!("CARGO_BIN_EXE_dfx");
    let output = Command::new("sh").args(["-c", &script, dfx]).current_dir(folder.path()).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && told.starts_with("error: cannot write Dockerfile: "), "{told}");
    assert_eq!(folder.read("Dockerfile"), FIXABLE);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "a draft is left");
}

#[test]
fn who_is_killed_leaves_the_old_file_or_the_new_one() {
    let runs: String = (0..300).map(|number| format!("RUN a{number}\n")).collect();
    let before = format!("FROM debian:13 as base\n{runs}");
    let after = before.replace(" as ", " AS ");
    let folder = Folder::with(&[("Dockerfile", &before)]);
    let has_draft = || std::fs::read_dir(folder.path()).unwrap().flatten().any(|it| it.path().extension().is_some());
    let mut child = folder.command("fix --write --select style/from-as-casing").spawn().unwrap();
    while !has_draft() && child.try_wait().unwrap().is_none() {}
    child.kill().unwrap();
    child.wait().unwrap();
    let left = folder.read("Dockerfile");
    assert!(left == before || left == after, "{left}");
    // What is left of the one does not hinder the next.
    folder.run("fix --write --select style/from-as-casing");
    assert_eq!(folder.read("Dockerfile"), after);
}

#[test]
fn a_link_stays_a_link() {
    let folder = Folder::with(&[("real/Dockerfile", FIXABLE)]);
    std::os::unix::fs::symlink("real/Dockerfile", folder.path().join("Dockerfile")).unwrap();
    folder.run(&format!("fix --write Dockerfile {RULES}"));
    assert!(folder.path().join("Dockerfile").is_symlink());
    assert_ne!(folder.read("real/Dockerfile"), FIXABLE);
}

#[test]
fn a_file_that_may_not_be_written_stays_and_the_others_are_repaired() {
    let folder = Folder::with(&[("a/Dockerfile", FIXABLE), ("b/Dockerfile", FIXABLE)]);
    let path = folder.path().join("a/Dockerfile");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o440)).unwrap();
    let run = folder.run(&format!("fix --write --quiet {RULES}"));
    assert_eq!((run.code, run.stderr.as_str()), (2, "error: cannot write a/Dockerfile: it is read-only\n"));
    assert_eq!(folder.read("a/Dockerfile"), FIXABLE);
    assert_ne!(folder.read("b/Dockerfile"), FIXABLE);
    let told = folder.run(&format!("fix --write {RULES}")).stderr;
    assert!(told.contains("1 file could not be read or written.") && !told.contains("Fixed"), "{told}");
}

#[test]
fn standard_input_comes_out_repaired() {
    let folder = Folder::with(&[]);
    let run = folder.run_with(&format!("fix - {RULES}"), FIXABLE, &[]);
    snapshot("fix_stdin", &run.text());
    assert_eq!(folder.run_with("fix - --write", "", &[]).code, 2);
    let diff = folder.run_with(&format!("fix - --stdin-filename x/Dockerfile --format diff {RULES}"), FIXABLE, &[]);
    assert!(diff.stdout.starts_with("--- a/x/Dockerfile\n"), "{}", diff.stdout);
}

#[test]
fn check_changes_nothing_and_tells_by_its_exit_code() {
    let folder = Folder::with(&[("Dockerfile", FIXABLE)]);
    assert_eq!(folder.run(&format!("fix --check {RULES}")).code, 1);
    assert_eq!(folder.read("Dockerfile"), FIXABLE);
    folder.run(&format!("fix --write {RULES}"));
    assert_eq!(folder.run(&format!("fix --check {RULES}")).code, 0);
}

#[test]
fn the_effect_decides_what_is_done() {
    let folder = Folder::with(&[("Dockerfile", FIXABLE)]);
    for effect in ["identical", "debris", "content"] {
        let run = folder.run(&format!("fix --format full --quiet --effect {effect} {RULES}"));
        snapshot(&format!("fix_effect_{effect}"), &run.text());
    }
    let all = folder.run(&format!("fix --unsafe {RULES}"));
    assert_eq!(all.stdout, folder.run(&format!("fix --effect runtime {RULES}")).stdout);
}

#[test]
fn the_last_line_tells_the_estimated_megabytes() {
    let text = "FROM golang:1.19\nWORKDIR /s\nCOPY . .\nRUN CGO_ENABLED=0 go build -o a .\nCMD [\"./a\"]\n";
    let folder = Folder::with(&[("Dockerfile", text), ("main.go", "package main\n"), ("go.mod", "module a\n")]);
    let told = folder.run("fix --effect runtime --select size/build-tools-in-final-image").stderr;
    let (_, estimate) =
        told.split_once("Would fix 1 finding in 1 file (1 runtime). Estimated to save at least ").unwrap();
    let megabytes: u64 = estimate.strip_suffix(" MB of packages.\n").unwrap().parse().unwrap();
    assert!(megabytes > 100, "{told}");
    let json = folder.run("fix --format json --effect runtime --select size/build-tools-in-final-image").stdout;
    assert!(json.contains(&format!("\"suggestion\":false,\"estimated_megabytes\":{megabytes}")), "{json}");
    assert!(
        json.ends_with(&format!("\"held_back\":0,\"refused\":0,\"estimated_megabytes\":{megabytes}}}\n}}\n")),
        "{json}"
    );
    let nothing = folder.run("fix --select size/build-tools-in-final-image").stderr;
    assert!(!nothing.contains("Estimated"), "{nothing}");
}

#[test]
fn json_lists_fixes_and_edits() {
    let folder = Folder::with(&[("Dockerfile", FIXABLE)]);
    let run = folder.run(&format!("fix --quiet --format json {RULES} Dockerfile missing"));
    assert_eq!(run.code, 2);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let file = &report["files"][0];
    let mut text = FIXABLE.to_owned();
    for edit in file["edits"].as_array().unwrap().iter().rev() {
        let offset = |end: &str| usize::try_from(edit["range"][end]["offset"].as_u64().unwrap()).unwrap();
        text.replace_range(offset("start")..offset("end"), edit["replacement"].as_str().unwrap());
    }
    folder.run(&format!("fix --write --quiet {RULES} Dockerfile"));
    assert_eq!(text, folder.read("Dockerfile"));
    snapshot("fix_json", &run.text());
}

/// An update whose RUN cannot be joined with the one that installs.
const REFUSED: &str = "FROM debian:13\nRUN apt-get update\nENV A=b\nRUN apt-get install -y curl\n";

#[test]
fn why_a_finding_has_no_fix_is_told_where_it_is_asked_for() {
    let folder = Folder::with(&[("Dockerfile", REFUSED)]);
    let asked = "--select cache/update-without-install";
    snapshot("fix_refused", &folder.run(&format!("fix --format full {asked}")).text());
    let json = folder.run(&format!("fix --quiet --format json {asked}")).stdout;
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["files"][0]["refused"][0]["reason"], "`ENV` stands between them");
    assert_eq!((&report["summary"]["refused"], &report["summary"]["held_back"]), (&1.into(), &0.into()));
    let lint = folder.run(&format!("lint {asked}")).stdout;
    assert!(lint.contains("= note: dfx does not fix this: `ENV` stands between them."), "{lint}");
}

#[test]
fn why_a_stage_is_not_cut_in_two_is_told_wherever_other_refusals_are() {
    let text = "FROM golang:1.24\nWORKDIR /src\nCOPY . .\nRUN go build -o $OUT/app .\nCMD [\"/src/app\"]\n";
    let folder =
        Folder::with(&[("Dockerfile", text), ("go.mod", "module a\n\ngo 1.24\n"), ("main.go", "package main\n")]);
    let asked = "--select size/build-tools-in-final-image --effect runtime";
    let json = folder.run(&format!("fix --quiet --format json {asked}")).stdout;
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let reason = report["files"][0]["refused"][0]["reason"].as_str().unwrap_or_else(|| panic!("{json}"));
    assert_eq!(report["summary"]["refused"], 1);
    let full = folder.run(&format!("fix --format full {asked}")).stdout;
    assert!(full.contains(": no fix: ") && full.contains(reason), "{full}");
    let explained = folder.run(&format!("fix --explain-plan {asked}")).text();
    assert!(explained.contains(&format!("refused: {reason}")), "{explained}");
    let lint = folder.run(&format!("lint {asked}").replace(" --effect runtime", "")).stdout;
    assert!(lint.contains(&format!("dfx does not fix this: {reason}.")), "{lint}");
    assert!(lint.contains("To make it possible: "), "{lint}");
}

#[test]
fn that_no_mount_serves_a_manager_is_told_to_those_who_name_the_rule() {
    let folder = Folder::with(&[("Dockerfile", "FROM alpine:3.22\nRUN apk add --no-cache git\n")]);
    for by_the_way in ["--profile strict", "--select cache", "--select ALL"] {
        let told = folder.run(&format!("lint {by_the_way} --format concise Dockerfile")).stdout;
        assert!(!told.contains("missing-cache-mount"), "{told}");
        assert!(!folder.run(&format!("fix {by_the_way} --format json")).stdout.contains("missing-cache-mount"));
    }
    let told = folder.run("fix --select cache/missing-cache-mount --format full").stdout;
    assert!(told.contains("no fix: `apk` downloads everything again") && told.contains("`/etc/apk/cache`"), "{told}");
}

#[test]
fn lint_repairs_first_and_reports_what_is_left() {
    let folder = Folder::with(&[("Dockerfile", FIXABLE)]);
    snapshot("fix_lint", &folder.run(&format!("lint --fix --format concise {RULES}")).text());
    assert_ne!(folder.read("Dockerfile"), FIXABLE);
    assert_eq!(folder.run_with("lint --fix -", "", &[]).code, 2);
}

#[test]
fn what_a_comment_keeps_is_not_repaired() {
    let kept =
        "FROM debian:13\n# dfx: ignore[size/package-cache-kept]\nRUN apt-get update && apt-get install -y curl\n";
    let folder = Folder::with(&[("Dockerfile", kept)]);
    assert_eq!(folder.run("fix --check --select size/package-cache-kept").code, 0);
}

/// A context with what no instruction of its Dockerfile needs.
const CLUTTERED: [(&str, &str); 5] = [
    ("Dockerfile", "FROM node:24-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\n"),
    ("package.json", "{}\n"),
    ("node_modules/a/index.js", "1;\n"),
    (".env", "TOKEN=a\n"),
    (".vscode/settings.json", "{}\n"),
];

#[test]
fn an_ignore_file_is_written_where_its_rule_is_selected() {
    let folder = Folder::with(&CLUTTERED);
    assert!(!folder.run("fix --unsafe").stdout.contains("/dev/null"));
    let asked = "fix --select cache/whole-context-copy --effect content";
    let run = folder.run(asked);
    snapshot("fix_new_file", &run.text());
    assert!(!folder.path().join(".dockerignore").exists());
    folder.write("new.diff", &run.stdout);
    let check = Command::new("git").args(["apply", "--check", "new.diff"]).current_dir(folder.path()).status().unwrap();
    assert!(check.success());
    assert_eq!(folder.run(&format!("{asked} --write")).code, 0);
    assert_eq!(folder.read(".dockerignore"), ".git\nnode_modules\n.env\n.vscode\nDockerfile\n");
    assert_eq!(folder.read("Dockerfile"), CLUTTERED[0].1);
    assert_eq!(folder.run(&format!("{asked} --check")).code, 0);
}

#[test]
fn what_an_ignore_file_makes_possible_is_done_along_with_it() {
    let folder = Folder::with(&CLUTTERED);
    folder.write("Dockerfile", "FROM node:24-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"a.js\"]\n");
    let asked = "fix --effect content --select cache/whole-context-copy,cache/sources-before-dependencies";
    let ordered = "COPY package.json ./\nRUN npm ci\nCOPY . .\n";
    assert_eq!(folder.run(&format!("{asked} --write")).code, 0);
    assert!(folder.read("Dockerfile").contains(ordered), "{}", folder.read("Dockerfile"));
    assert!(folder.read(".dockerignore").contains("node_modules\n"));
    // Where that file is not written, the order must not stand on it.
    let folder = Folder::with(&CLUTTERED);
    let text = "FROM node:24-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"a.js\"]\n";
    let out = folder.run_with(&format!("{asked} --stdin-filename Dockerfile -"), text, &[]).stdout;
    assert!(!out.contains("COPY package.json"), "{out}");
}

#[test]
fn the_ignore_file_lies_at_the_root_of_the_build_context() {
    let folder = Folder::with(&CLUTTERED[1..]);
    folder.write("docker/Dockerfile", "FROM node:24-slim\nCOPY package.json .\nCOPY . .\nRUN npm ci\n");
    let asked = "fix docker --select cache/whole-context-copy --effect content";
    assert!(folder.run(asked).stdout.starts_with("--- /dev/null\n+++ b/.dockerignore\n"));
    let json = folder.run(&format!("{asked} --format json")).stdout;
    assert!(json.contains("\"new_file\":{\"path\":\".dockerignore\","), "{json}");
    let lint = folder.run("lint docker --format json --select cache/whole-context-copy").stdout;
    assert!(lint.contains("\"new_file\":{\"path\":\".dockerignore\",\"text\":\".git\\n"), "{lint}");
}

#[test]
fn dockerfiles_that_share_a_build_context_each_get_their_own() {
    let folder = Folder::with(&CLUTTERED);
    folder.write("dev.Dockerfile", "FROM node:24-slim\nCOPY . .\nRUN npm ci && cat .env\n");
    let asked = "fix --select cache/whole-context-copy --effect content";
    folder.run(&format!("{asked} --write"));
    assert_eq!(
        folder.read("Dockerfile.dockerignore"),
        ".git\nnode_modules\n.env\n.vscode\nDockerfile\ndev.Dockerfile\n"
    );
    assert_eq!(folder.read("dev.Dockerfile.dockerignore"), ".git\nnode_modules\n.vscode\nDockerfile\ndev.Dockerfile\n");
    assert_eq!(folder.run(&format!("{asked} --check")).code, 0);
}

#[test]
fn an_ignore_file_that_is_there_gets_more_lines() {
    let folder = Folder::with(&CLUTTERED);
    folder.write(".dockerignore", "# Ours.\r\n*.log\r\n!.env");
    let asked = "fix --select cache/whole-context-copy --effect content";
    let run = folder.run(asked);
    snapshot("fix_other_file", &run.text());
    folder.write("more.diff", &run.stdout);
    let check =
        Command::new("git").args(["apply", "--check", "more.diff"]).current_dir(folder.path()).status().unwrap();
    assert!(check.success());
    assert_eq!(folder.run(&format!("{asked} --write")).code, 0);
    let written = "# Ours.\r\n*.log\r\n!.env\r\n.git\r\nnode_modules\r\n.vscode\r\n.dockerignore\r\nDockerfile\r\n";
    assert_eq!(folder.read(".dockerignore"), written);
    assert_eq!(folder.run(&format!("{asked} --check")).code, 0);
}

#[test]
fn a_dockerfile_among_others_gets_an_ignore_file_of_its_own_with_what_is_common_to_all() {
    let folder = Folder::with(&CLUTTERED);
    folder.write("dev.Dockerfile", "FROM node:24-slim\n");
    folder.write(".dockerignore", ".vscode\n");
    folder.run("fix --write --select cache/whole-context-copy --effect content");
    assert_eq!(folder.read(".dockerignore"), ".vscode\n");
    let own = ".vscode\n.git\nnode_modules\n.env\n.dockerignore\nDockerfile\ndev.Dockerfile\n";
    assert_eq!(folder.read("Dockerfile.dockerignore"), own);
    // Now that there is one of its own, that one gets what comes.
    folder.write(".idea/a", "");
    folder.run("fix --write --select cache/whole-context-copy --effect content");
    assert_eq!(folder.read("Dockerfile.dockerignore"), own);
    folder.write("target/a", "");
    folder.write("Dockerfile.dockerignore", ".git\n");
    folder.run("fix --write --select cache/whole-context-copy --effect content");
    assert!(folder.read("Dockerfile.dockerignore").starts_with(".git\nnode_modules\n"));
}

#[test]
fn an_ignore_file_is_not_written_where_a_build_is_to_judge() {
    let folder = Folder::with(&CLUTTERED);
    let run = folder.run("fix --write --verify --quiet --select cache/whole-context-copy --effect content");
    let expected = "error: nothing is changed in Dockerfile: a build of both would not show what .dockerignore does: \
                    leave --verify away\n";
    assert_eq!((run.code, run.stderr.as_str()), (2, expected));
    assert!(!folder.path().join(".dockerignore").exists());
}
