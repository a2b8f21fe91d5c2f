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

/// A file of several stages over the files of an application, repaired as far as dfx knows how, with what is told of it.
fn narrowed(file: &str, application: &str) -> String {
    const RULES: &str =
        "build/unused-stage,size/build-folder-copied,size/development-dependencies,size/full-base-image";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/stages");
    let run = |arguments: &[&str]| {
        let context = format!("../apps/{application}");
        let common = ["--isolated", "--select", RULES, "--today", "2026-11-23", "--context", context.as_str(), file];
        let program = env!("CARGO_BIN_EXE_dfx");
        let out = Command::new(program).args(arguments).args(common).current_dir(&folder).output().unwrap();
        String::from_utf8(out.stdout).unwrap()
    };
    format!("{}\n{}", run(&["lint", "--format", "full"]), run(&["fix", "--effect", "runtime"]))
}

#[test]
fn every_file_of_several_stages_keeps_what_the_last_one_needs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/stages");
    let mut files: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let application = file.strip_suffix(".Dockerfile").unwrap();
        insta::with_settings!({ snapshot_path => "../snapshots", omit_expression => true }, {
            insta::assert_snapshot!(format!("stages_{application}"), narrowed(&file, application));
        });
    }
}
