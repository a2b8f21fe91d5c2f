//! The pairs of `corpus/guide`: each fault that a `-bad` file shows is found, and a `-good` file is clean.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dfx::config::{Choice, Profile, Selection};
use dfx::finding::Finding;
use dfx::knowledge::Date;
use dfx::rules::Options;
use dfx::source::SourceFile;
use dfx::syntax::parse;

/// What each `-bad` file was written to show, in the strict profile.
const FAULTS: &[(&str, &[&str])] = &[
    (
        "arg-env",
        &[
            "build/undefined-variable",
            "cache/volatile-instruction-early",
            "security/secret-named-variable",
            "shell/noninteractive-in-env",
            "shell/setting-without-effect",
            "style/legacy-key-value",
        ],
    ),
    (
        "base-image",
        &["build/constant-platform", "pin/deprecated-base-image", "pin/latest-tag", "pin/untagged-base-image"],
    ),
    (
        "copy-vs-add",
        &[
            "build/copy-outside-context",
            "security/add-without-checksum",
            "security/plain-http-download",
            "security/unverified-download",
            "size/cleanup-in-later-layer",
            "style/add-for-local-file",
        ],
    ),
    (
        "entrypoint-vs-cmd",
        &[
            "runtime/entrypoint-ignores-cmd",
            "runtime/repeated-instruction",
            "runtime/shell-form-command",
            "shell/exec-form-not-json",
        ],
    ),
    ("expose", &["build/invalid-port", "runtime/exposed-login", "style/port-protocol-casing"]),
    (
        "healthcheck",
        &["runtime/healthcheck-always-passes", "runtime/healthcheck-tool-missing", "runtime/repeated-instruction"],
    ),
    (
        "label",
        &[
            "style/consecutive-labels",
            "style/duplicate-label",
            "style/label-key",
            "style/legacy-key-value",
            "style/maintainer",
        ],
    ),
    (
        "layers",
        &[
            "cache/update-without-install",
            "pin/unpinned-git-clone",
            "size/cleanup-in-later-layer",
            "size/consecutive-runs",
            "size/package-cache-kept",
            "size/recommended-packages",
        ],
    ),
    ("multi-stage", &["cache/sources-before-dependencies", "runtime/missing-user", "size/build-tools-in-final-image"]),
    ("order", &["cache/missing-cache-mount", "cache/sources-before-dependencies"]),
    ("run-vs-cmd", &["runtime/package-manager-as-process", "runtime/repeated-instruction", "size/full-base-image"]),
    (
        "secrets",
        &[
            "security/hard-coded-secret",
            "security/secret-build-argument",
            "security/secret-file-copied",
            "security/secret-named-variable",
        ],
    ),
    ("shell", &["security/unverified-download", "shell/pipe-without-pipefail"]),
    ("user", &["security/fixed-password", "security/world-writable", "size/chown-after-copy"]),
    ("volume", &["runtime/volume-before-write", "runtime/volume-path"]),
    (
        "workdir",
        &[
            "runtime/relative-workdir",
            "runtime/unexpanded-tilde",
            "shell/cd-instead-of-workdir",
            "shell/setting-without-effect",
        ],
    ),
];

fn guide() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/guide")
}

fn findings(path: &Path, profile: Profile) -> Vec<Finding> {
    let options = Options::new(Date::new(2026, 11, 23).unwrap());
    let choice = Choice { profile: Some(profile), ..Choice::default() };
    let selection = Selection::new(choice, Choice::default(), Vec::new());
    let file = parse(SourceFile::new("Dockerfile", std::fs::read(path).unwrap()));
    dfx::check(&file, &dfx::Settings::new(selection, options), None).findings
}

/// The topics that have a file that ends so.
fn topics(ending: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(guide()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter_map(|name| Some(name.strip_suffix(ending)?.to_owned())).collect()
}

#[test]
fn every_pair_is_complete_and_has_its_faults_listed() {
    let listed: BTreeSet<String> = FAULTS.iter().map(|(topic, _)| (*topic).to_owned()).collect();
    assert_eq!(topics("-bad.Dockerfile"), listed);
    assert_eq!(topics("-good.Dockerfile"), listed);
}

#[test]
fn the_faults_of_the_bad_files_are_found() {
    let mut missing = Vec::new();
    for (topic, rules) in FAULTS {
        let found = findings(&guide().join(format!("{topic}-bad.Dockerfile")), Profile::Strict);
        let is_missing = |rule: &&&str| found.iter().all(|finding| finding.rule != **rule);
        missing.extend(rules.iter().filter(is_missing).map(|rule| format!("{topic}: {rule}")));
    }
    assert!(missing.is_empty(), "not found:\n{}", missing.join("\n"));
}

#[test]
fn the_good_files_are_clean() {
    let mut found = Vec::new();
    for topic in topics("-good.Dockerfile") {
        let path = guide().join(format!("{topic}-good.Dockerfile"));
        let here = findings(&path, Profile::Default).into_iter();
        found.extend(here.map(|finding| format!("{topic}: {}: {}", finding.rule, finding.message)));
    }
    assert!(found.is_empty(), "found in good files:\n{}", found.join("\n"));
}
