//! What is told of a plan.

use crate::ir::{Build, Commands};
use crate::source::SourceFile;
use crate::syntax::parse;

use super::super::{BaseChoice, Split, split};

fn split_of(text: &str) -> Split {
    let file = parse(SourceFile::new("Dockerfile", text));
    let build = Build::new(&file);
    split(&build, &Commands::new(&build), None, &BaseChoice::Slim).unwrap().unwrap()
}

#[test]
fn every_line_of_the_new_stage_has_a_reason() {
    let split = split_of(
        "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends gcc make libpq-dev ffmpeg\n\
         WORKDIR /s\nCOPY . .\nRUN make install && ldconfig && cp a /opt/b\nCMD [\"app\"]\n",
    );
    let told: Vec<String> = split.decisions.iter().map(ToString::to_string).collect();
    let expected = [
        "base: `debian:bookworm-slim`: the bare image of the release that the build stands on, with the same libraries",
        "installed: `libpq5`: the library behind a package of headers that the build installs",
        "installed: `ffmpeg`: the build installs it, and nothing says that only the build needs it",
        "installed: `libatomic1`: a library that the program may be linked with",
        "installed: `libgomp1`: a library that the program may be linked with",
        "copied: `/usr/local`: the program, or what it loads",
        "copied: `/opt/b`: the build puts it there, and the program may need it",
        "left behind: `gcc make libpq-dev`: only the build needs them",
        "added: `ldconfig`: the linker's cache tells where the copied libraries lie",
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_is_saved_is_told_where_package_lists_tell() {
    let megabytes = |image: &str, cmd: &str| {
        split_of(&format!("FROM {image}\nWORKDIR /s\nRUN apt-get install -y gcc\nRUN {cmd}\nCMD [\"./a\"]\n"))
            .new_stage
            .least_megabytes
    };
    assert!(megabytes("debian:bookworm", "gcc -o a a.c").is_some_and(|it| (100..400).contains(&it)));
    assert!(megabytes("golang:1.19", "go build -o a").is_some_and(|it| it > 400));
    assert_eq!(megabytes("ubuntu:22.04", "gcc -o a a.c"), None);
}
