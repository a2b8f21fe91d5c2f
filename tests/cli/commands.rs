//! `explain`, `rules`, `completions`, `version`, help.

use super::{Folder, snapshot};

#[test]
fn a_rule_is_explained_by_name_or_code() {
    let folder = Folder::with(&[]);
    let page = folder.run("explain build/unknown-instruction").text();
    snapshot("explain", &page);
    assert_eq!(folder.run("explain dl1000").text(), page);
    snapshot("explain_unknown", &folder.run("explain build/unknown-instructoin").text());
    snapshot("explain_group", &folder.run("explain build").text());
}

#[test]
fn a_page_comes_as_markdown_and_as_json() {
    let folder = Folder::with(&[]);
    snapshot("explain_markdown", &folder.run("explain DL1000 --format markdown").text());
    snapshot("explain_json", &folder.run("explain DL1000 --format json").text());
}

#[test]
fn all_rules_are_listed() {
    let folder = Folder::with(&[]);
    let table = folder.run("rules").stdout;
    assert!(table.starts_with("RULE "), "{table}");
    let listed: serde_json::Value = serde_json::from_str(&folder.run("rules --json").stdout).unwrap();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len() + 1, table.lines().count());
    let rule = listed.iter().find(|rule| rule["name"] == "build/unknown-instruction").unwrap();
    assert_eq!((&rule["severity"], &rule["default"], &rule["group"]), (&"error".into(), &true.into(), &"build".into()));
}

#[test]
fn completions_exist_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = Folder::with(&[]).run(&format!("completions {shell}"));
        assert!(run.code == 0 && run.stdout.contains("dfx"), "{shell}");
    }
}

#[test]
fn the_version_is_told_in_words_and_as_json() {
    let version = env!("CARGO_PKG_VERSION");
    let folder = Folder::with(&[]);
    assert_eq!(folder.run("version").stdout, format!("dfx {version}\n"));
    assert_eq!(folder.run("--version").stdout, format!("dfx {version}\n"));
    let json: serde_json::Value = serde_json::from_str(&folder.run("version --json").stdout).unwrap();
    assert_eq!(json["version"], version);
}

#[test]
fn help_says_what_there_is() {
    let folder = Folder::with(&[]);
    snapshot("help", &folder.run("--help").text());
    snapshot("help_lint", &folder.run("lint --help").text());
}

#[test]
fn a_plan_tells_what_buildkit_would_run() {
    let folder = Folder::with(&[(
        "Dockerfile",
        "FROM debian:13 AS build\nARG VERSION=1\nWORKDIR src\nCOPY --chown=1:2 . .\nRUN --mount=type=cache,target=/c make\n\
         FROM scratch\nCOPY --link --from=build /src/x /x\nENV A=b\nUSER 1\nHEALTHCHECK --interval=5s CMD [\"/x\", \"-p\"]\nCMD /x\n",
    )]);
    snapshot("parse_plan", &folder.run("parse --plan --json Dockerfile").text());
}
