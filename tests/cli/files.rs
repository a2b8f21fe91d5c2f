//! Which files are linted.

use super::{BAD, Folder, ONE_RULE, snapshot};

fn files(folder: &Folder, arguments: &str) -> Vec<String> {
    let run = folder.run(&format!("lint --show-files {arguments}"));
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout.lines().map(|line| line.replace('\\', "/")).collect()
}

fn project() -> Folder {
    Folder::with(&[
        ("Dockerfile", BAD),
        ("Dockerfile.dockerignore", "x"),
        ("b/app.Dockerfile", BAD),
        ("a/Containerfile", BAD),
        (".devcontainer/Dockerfile", BAD),
        ("built/Dockerfile", BAD),
        (".gitignore", "built/\n"),
        ("src/dockerfile.rs", "fn main() {}"),
        ("odd-name", BAD),
    ])
}

#[test]
fn folders_are_searched_for_dockerfiles_that_git_does_not_ignore() {
    let expected = [".devcontainer/Dockerfile", "Dockerfile", "a/Containerfile", "b/app.Dockerfile"];
    assert_eq!(files(&project(), ""), expected);
    assert_eq!(files(&project(), "."), expected);
    assert_eq!(files(&project(), "b a b/app.Dockerfile"), ["b/app.Dockerfile", "a/Containerfile"]);
}

#[test]
fn named_files_are_linted_whatever_their_name() {
    assert_eq!(files(&project(), "odd-name built/Dockerfile"), ["odd-name", "built/Dockerfile"]);
}

#[test]
fn excluded_files_are_left_out_even_when_named() {
    assert_eq!(files(&project(), "--exclude b/,/Dockerfile"), [".devcontainer/Dockerfile", "a/Containerfile"]);
    assert_eq!(files(&project(), "--exclude b b/app.Dockerfile a"), ["a/Containerfile"]);
    let folder = project();
    folder.write("dfx.toml", "exclude = [\"a/\", \".devcontainer\"]\n");
    assert_eq!(files(&folder, ""), ["Dockerfile", "b/app.Dockerfile"]);
}

#[test]
fn a_pattern_that_no_shell_has_expanded_is_expanded() {
    assert_eq!(files(&project(), "*/*.Dockerfile"), ["b/app.Dockerfile"]);
    assert_eq!(files(&project(), "Docker*"), ["Dockerfile", "Dockerfile.dockerignore"]);
}

#[test]
fn paths_come_from_a_list_by_lines_or_by_nul() {
    let folder = project();
    folder.write("lines", "Dockerfile\r\n\na\n");
    assert_eq!(files(&folder, "--files-from lines"), ["Dockerfile", "a/Containerfile"]);
    let run = folder.run_with("lint --show-files --files-from -", "odd-name\0b\0", &[]);
    assert_eq!(run.stdout, "odd-name\nb/app.Dockerfile\n");
    snapshot("files_list_is_missing", &folder.run("lint --files-from nowhere").text());
}

#[test]
fn no_file_is_a_failure_unless_it_is_allowed() {
    let folder = Folder::with(&[]);
    snapshot("files_none", &folder.run("lint").text());
    assert_eq!(folder.run("lint --allow-no-files").code, 0);
}

#[test]
fn an_unreadable_file_fails_the_run_and_the_rest_is_linted() {
    let folder = project();
    snapshot("files_unreadable", &folder.run(&format!("lint nowhere a --format concise {ONE_RULE}")).text());
    snapshot("files_unreadable_gnu", &folder.run(&format!("lint nowhere a --format gnu {ONE_RULE}")).text());
}

#[test]
fn standard_input_has_the_name_that_it_is_given() {
    let folder = Folder::with(&[]);
    let arguments = format!("lint - --format concise {ONE_RULE}");
    snapshot("files_stdin", &folder.run_with(&arguments, BAD, &[]).text());
    let run = folder.run_with(&format!("{arguments} --stdin-filename web/Dockerfile"), BAD, &[]);
    assert!(run.stdout.starts_with("web/Dockerfile:2:1"), "{}", run.stdout);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = Folder::with(&[]);
    for number in 0..200 {
        folder.write(&format!("{number}/Dockerfile"), &"RUNN true\n".repeat(number % 7));
    }
    let one = folder.run(&format!("lint --threads 1 {ONE_RULE}")).text();
    for threads in [2, 3, 16] {
        assert!(folder.run(&format!("lint --threads {threads} {ONE_RULE}")).text() == one, "{threads} threads");
    }
}
