//! `dfx lint --shellcheck`.

use std::os::unix::fs::PermissionsExt;

use super::{Folder, snapshot};

const DOCKERFILE: &str =
    "FROM debian:13\nMAINTAINER me\nARG dir\nRUN cd /srv && \\\n    rm -rf $dir/* && [ -n $dir ]\nADD a b\n";

/// A folder with a program that answers with the text, whatever it is asked.
fn folder_with_program(answer: &str) -> Folder {
    let folder = Folder::with(&[("Dockerfile", DOCKERFILE), ("answer", answer)]);
    folder.write("program", "#!/bin/sh\ncat >/dev/null\ncat \"$(dirname \"$0\")/answer\"\n");
    let path = folder.path().join("program");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[test]
fn the_linter_that_is_built_in_speaks_unless_it_is_off() {
    let folder = Folder::with(&[("Dockerfile", DOCKERFILE)]);
    snapshot("shellcheck_auto", &folder.run("lint --select shell/shellcheck").text());
    snapshot("shellcheck_off", &folder.run("lint --select shell/shellcheck --shellcheck off").text());
}

#[test]
fn a_program_of_the_users_takes_its_place() {
    let comment = |code: u16, start: u8, end: u8| {
        format!(
            r#"{{"file":"-","line":2,"endLine":2,"column":{start},"endColumn":{end},"level":"info","code":{code},"message":"Told by the program."}}"#
        )
    };
    let answer = format!(r#"{{"comments":[{},{}]}}"#, comment(2115, 19, 25), comment(9999, 1, 3));
    let folder = folder_with_program(&answer);
    snapshot("shellcheck_program", &folder.run("lint --select shell/shellcheck --shellcheck ./program").text());
}

#[test]
fn a_program_that_is_no_shellcheck_is_told_and_keeps_no_other_finding_away() {
    let folder = folder_with_program("no JSON");
    snapshot("shellcheck_no_json", &folder.run("lint --shellcheck ./program --format concise").text());
    snapshot("shellcheck_missing", &folder.run("lint --shellcheck ./nothing").text());
}
