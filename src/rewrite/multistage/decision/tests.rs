//! What is told of a plan.

use crate::ir::{Build, Commands};
use crate::source::SourceFile;
use crate::syntax::parse;

use super::super::{BaseChoice, Split, Subject, split};

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

#[test]
fn what_the_container_calls_is_not_called_a_library() {
    let split = split_of(
        "FROM golang:1.22-bookworm\nWORKDIR /s\nRUN go build -o a .\nHEALTHCHECK CMD curl -f http://localhost/\nCMD [\"./a\"]\n",
    );
    let told: Vec<String> = split.decisions.iter().map(ToString::to_string).collect();
    assert_eq!(told[1], "installed: `curl`: the container calls it, and the image of the build has it");
}

#[test]
fn tools_that_people_will_miss_are_told() {
    let told = |choice: &str, text: &str| {
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        let split = split(&build, &Commands::new(&build), None, &choice.parse().unwrap()).unwrap().unwrap();
        let behind = split.decisions.into_iter().filter(|decision| decision.about == Subject::LeftBehind);
        behind.map(|decision| decision.chosen).collect::<Vec<_>>()
    };
    let text = "FROM golang:1.22-bookworm\nWORKDIR /s\nRUN CGO_ENABLED=0 go build -o a .\nCMD [\"./a\"]\n";
    let tools = told("slim", text);
    assert_eq!(tools.len(), 1, "{tools:?}");
    assert!(["curl", "git", "wget"].iter().all(|tool| tools[0].split(' ').any(|it| it == *tool)), "{tools:?}");
    let checked = text.replace("CMD [", "HEALTHCHECK CMD curl localhost\nCMD [");
    assert!(!told("slim", &checked)[0].contains("curl"));
    assert_eq!(told("distroless", text).last().map(String::as_str), Some("sh"));
    assert_eq!(told("slim", &text.replace("bookworm", "alpine3.20")), [""; 0]);
}
