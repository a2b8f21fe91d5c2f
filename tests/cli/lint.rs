//! Findings, severities, exit codes.

use super::{BAD, Folder, ONE_RULE, snapshot};

#[test]
fn findings_are_shown_and_make_the_run_fail() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    snapshot("lint_finding", &folder.run(&format!("lint {ONE_RULE}")).text());
    snapshot("lint_check_alias", &folder.run(&format!("check Dockerfile --format concise {ONE_RULE}")).text());
}

#[test]
fn a_clean_file_is_told_to_be_clean() {
    let folder = Folder::with(&[("Dockerfile", "FROM debian:13\n")]);
    snapshot("lint_clean", &folder.run(&format!("lint {ONE_RULE}")).text());
}

#[test]
fn the_threshold_decides_about_the_exit_code_only() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    for (arguments, code) in
        [("--fail-on error", 1), ("--fail-on style", 1), ("--fail-on never", 0), ("--exit-zero", 0)]
    {
        let run = folder.run(&format!("lint {ONE_RULE} {arguments}"));
        assert_eq!(run.code, code, "{arguments}");
        assert!(run.stdout.contains("RUNN"), "{arguments}");
    }
}

#[test]
fn by_default_warnings_fail_and_infos_do_not() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    for (severity, code) in [("error", 1), ("warning", 1), ("info", 0), ("style", 0)] {
        folder.write("dfx.toml", &format!("[rules.\"build/unknown-instruction\"]\nseverity = \"{severity}\"\n"));
        assert_eq!(folder.run(&format!("lint {ONE_RULE}")).code, code, "{severity}");
    }
}

#[test]
fn rules_are_chosen_on_the_command_line() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    for (arguments, code) in [
        ("--select build", 1),
        ("--select DL1000", 1),
        ("--select dl10", 1),
        ("--select ALL --ignore build,cache", 0),
        ("--profile buildkit", 1),
        ("--profile buildkit --ignore DL1000", 0),
    ] {
        let run = folder.run(&format!("lint --fail-on error --format concise {arguments}"));
        let is_reported = run.stdout.contains("build/unknown-instruction");
        assert_eq!(i32::from(is_reported), code, "{arguments}: {}", run.stdout);
    }
}

#[test]
fn the_profile_buildkit_says_exactly_what_docker_build_check_does() {
    // BuildKit calls a path relative that turns out empty; dfx leaves it to whoever sets the variable.
    let folder = Folder::with(&[("Dockerfile", "FROM scratch\nWORKDIR $FOLDER\n")]);
    let is_reported =
        |arguments: &str| folder.run(&format!("lint {arguments}")).stdout.contains("runtime/relative-workdir");
    assert!(is_reported("--profile buildkit"));
    assert!(!is_reported("--profile strict"));
    folder.write("dfx.toml", "profile = \"buildkit\"\n");
    assert!(is_reported(""));
    assert!(!is_reported("--select ALL"));
}

#[test]
#[cfg(target_os = "linux")]
fn what_could_not_be_read_of_the_build_context_is_a_note_for_people() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::with(&[("Dockerfile", "FROM scratch\nCOPY a /a\n"), ("a", "")]);
    std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"\xff")), "").unwrap();
    let notes = |arguments: &str| folder.run(&format!("lint {ONE_RULE} {arguments}")).stderr;
    assert!(notes("").contains("has a name that is not UTF-8"), "{}", notes(""));
    for arguments in ["--quiet", "--format json", "--no-context"] {
        assert_eq!(notes(arguments), "", "{arguments}");
    }
}

#[test]
fn the_build_context_is_the_folder_of_the_sources() {
    let folder = Folder::with(&[("app/Dockerfile", "FROM debian:13\nCOPY . /app\n"), ("app/.env", "A=b\n")]);
    let run = folder.run("lint --select cache,security --format concise");
    for rule in ["cache/whole-context-copy", "security/secret-file-copied"] {
        assert!(run.stdout.contains(rule), "{}", run.stdout);
    }
}

#[test]
fn an_unknown_rule_is_refused_with_a_suggestion() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    snapshot("lint_unknown_rule", &folder.run("lint --select build,build/unknown-instructions").text());
    snapshot("lint_unknown_rule_from_afar", &folder.run("lint --ignore XYZ").text());
}

#[test]
fn comments_keep_findings_away() {
    let text = "FROM debian:13\n# hadolint ignore=DL1000\nRUNN true\n";
    let folder = Folder::with(&[("Dockerfile", text)]);
    snapshot("lint_suppressed", &folder.run(&format!("lint {ONE_RULE}")).text());
}

#[test]
fn wrong_use_is_told_with_exit_code_2() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    for (name, arguments) in [
        ("no_command", ""),
        ("unknown_format", "lint --format xml"),
        ("unknown_output", "lint --output xml=a.xml"),
        ("two_reports_on_stdout", "lint --output full --output json"),
        ("bad_date", "lint --today 2026-13-01"),
        ("context_is_no_folder", "lint --context Dockerfile"),
        ("bad_exclude", "lint --exclude {a"),
        ("standard_input_twice", "lint - --files-from -"),
    ] {
        let run = folder.run(arguments);
        assert_eq!(run.code, 2, "{arguments}");
        snapshot(&format!("usage_{name}"), &run.text());
    }
}

#[test]
fn the_date_comes_from_the_environment_where_it_is_not_given() {
    let folder = Folder::with(&[("Dockerfile", BAD)]);
    let run = folder.run_with("lint", "", &[("SOURCE_DATE_EPOCH", "tomorrow")]);
    snapshot("lint_bad_source_date_epoch", &run.text());
    assert_eq!(folder.run_with("lint --exit-zero", "", &[("SOURCE_DATE_EPOCH", "1795392000")]).code, 0);
}
