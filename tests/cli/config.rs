//! `dfx.toml`: where it is found, what it does, what is said of a wrong one.

use super::{BAD, Folder, ONE_RULE, snapshot};

const OFF: &str = "[rules.\"build/unknown-instruction\"]\nseverity = \"off\"\n";

fn is_reported(folder: &Folder, arguments: &str) -> bool {
    let run = folder.run(&format!("lint --format concise {arguments}"));
    assert_ne!(run.code, 2, "{}", run.stderr);
    run.stdout.contains("build/unknown-instruction")
}

#[test]
fn the_nearest_configuration_up_to_the_repository_holds() {
    let folder = Folder::with(&[("a/b/Dockerfile", BAD), ("c/Dockerfile", BAD), ("a/.dfx.toml", OFF)]);
    assert!(!is_reported(&folder, "a/b/Dockerfile") && !is_reported(&folder, "a"));
    assert!(is_reported(&folder, "c/Dockerfile"));
    folder.write("a/b/dfx.toml", "");
    assert!(is_reported(&folder, "a/b/Dockerfile"));
}

#[test]
fn a_configuration_above_the_repository_is_not_asked() {
    let folder = Folder::with(&[("dfx.toml", OFF), ("inner/.git/HEAD", ""), ("inner/Dockerfile", BAD)]);
    assert!(is_reported(&folder, "inner/Dockerfile"));
}

#[test]
fn the_command_line_names_another_configuration_or_none() {
    let folder = Folder::with(&[("Dockerfile", BAD), ("dfx.toml", OFF), ("other.toml", "")]);
    assert!(!is_reported(&folder, ""));
    assert!(is_reported(&folder, "--isolated"));
    assert!(is_reported(&folder, "--config other.toml"));
    assert!(is_reported(&folder, ONE_RULE));
    snapshot("config_is_missing", &folder.run("lint --config nowhere.toml").text());
}

#[test]
fn rules_are_off_in_the_files_that_a_pattern_matches() {
    let settings = "[per-file-ignores]\n\"test/**\" = [\"DL1000\"]\n";
    let folder = Folder::with(&[("test/a/Dockerfile", BAD), ("Dockerfile", BAD), ("dfx.toml", settings)]);
    assert!(is_reported(&folder, "Dockerfile"));
    assert!(!is_reported(&folder, "test"));
}

#[test]
fn the_threshold_comes_from_the_configuration_unless_it_is_given() {
    let folder = Folder::with(&[("Dockerfile", BAD), ("dfx.toml", "fail-on = \"never\"\n")]);
    assert_eq!(folder.run(&format!("lint {ONE_RULE}")).code, 0);
    assert_eq!(folder.run(&format!("lint --fail-on error {ONE_RULE}")).code, 1);
}

#[test]
fn a_wrong_configuration_is_told_with_its_places() {
    let text = "selct = [\"build\"]\nignore = [\"build/unknown-instructions\"]\nfail-on = 3\n";
    let folder = Folder::with(&[("Dockerfile", BAD), ("dfx.toml", text)]);
    snapshot("config_faults", &folder.run("lint").text());
    folder.write("dfx.toml", "select = [\n");
    snapshot("config_no_toml", &folder.run("lint").text());
}

#[test]
fn the_effective_configuration_is_shown_with_its_origins() {
    let text = r#"extend-select = ["build"]
ignore = ["DL1000"]
exclude = ["vendor/"]
required-labels = { "org.opencontainers.image.source" = "url" }
per-file-ignores = { "test/**" = ["build"] }
rules."build/unknown-instruction".severity = "warning"
"#;
    let folder = Folder::with(&[("dfx.toml", text)]);
    let shown = |arguments: &str| {
        let text = folder.run(&format!("config show {arguments}")).text();
        // The number of rules grows.
        text.lines().filter(|line| !line.ends_with("rules are on")).map(|line| format!("{line}\n")).collect::<String>()
    };
    snapshot("config_show", &shown(""));
    snapshot("config_show_command_line", &shown("--profile strict --ignore build --fail-on error"));
    snapshot("config_show_isolated", &shown("--isolated"));
}

#[test]
fn a_new_configuration_is_written_once() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    assert_eq!(folder.run("config init").text(), "exit 0\n--- stdout\nWrote ./dfx.toml\n");
    snapshot("config_init", &folder.read("dfx.toml"));
    snapshot("config_init_again", &folder.run("config init").text());
    assert!(is_reported(&folder, ""));
}

#[test]
fn the_published_schema_is_printed() {
    let published = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/dfx-toml.schema.json"));
    assert_eq!(Folder::with(&[]).run("config schema").stdout, published.unwrap());
}

#[test]
fn a_configuration_of_hadolint_is_honoured_with_a_word_and_turned_into_ours() {
    let files = [
        ("Dockerfile", "FROM debian:latest\nRUN a\n"),
        (".hadolint.yaml", "ignored:\n  - DL3007\n  - SC1234\nformat: tty\n"),
    ];
    let folder = Folder::with(&files);
    let run = folder.run("lint");
    assert_eq!((run.code, run.stdout.as_str()), (0, "No problems in 1 file.\n"));
    assert!(
        run.stderr.contains("note: settings are taken from .hadolint.yaml; `dfx config import-hadolint`"),
        "{}",
        run.stderr
    );
    assert_eq!(run.stderr.matches("note:").count(), 1, "{}", run.stderr);

    snapshot("import_hadolint", &folder.run("config import-hadolint").text());
    assert_eq!(folder.run("config import-hadolint --write").stdout, "Wrote ./dfx.toml\n");
    assert_eq!(folder.read("dfx.toml"), "ignore = [\"DL3007\"]\n");
    assert_eq!(folder.run("config import-hadolint --write").code, 2);
    // With a configuration of our own, hadolint's is not looked at.
    assert!(!folder.run("lint").stderr.contains("hadolint"));
}

#[test]
fn what_is_no_configuration_of_hadolint_is_refused_with_a_place() {
    let folder = Folder::with(&[(".hadolint.yml", "ignored: [\n"), ("other.yaml", "on: push\n")]);
    snapshot("import_hadolint_broken", &folder.run("config import-hadolint").text());
    snapshot("import_hadolint_other", &folder.run("config import-hadolint other.yaml").text());
}
