//! The applications of `corpus/apps` as two stages: every rewrite is a snapshot that somebody has read.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// The repaired file of an application, with what is told of it.
fn rewritten(application: &Path) -> String {
    let run = |arguments: &[&str]| {
        let program = env!("CARGO_BIN_EXE_dfx");
        let out = Command::new(program).args(arguments).arg("Dockerfile").current_dir(application).output().unwrap();
        String::from_utf8(out.stdout).unwrap()
    };
    let rule = ["--isolated", "--select", "size/build-tools-in-final-image", "--today", "2026-11-23"];
    let found = run(&[&["lint", "--format", "full"], &rule[..]].concat());
    let diff = run(&[&["fix", "--effect", "runtime"], &rule[..]].concat());
    format!("{found}\n{diff}")
}

#[test]
fn every_application_is_split_or_says_why_not() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/apps");
    let mut applications: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    applications.sort();
    for application in applications {
        let name = application.file_name().unwrap().to_str().unwrap().to_owned();
        insta::with_settings!({ snapshot_path => "../snapshots", omit_expression => true }, {
            insta::assert_snapshot!(name, rewritten(&application));
        });
    }
}
