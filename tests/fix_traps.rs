//! What breaks other fixers on real files, as the smallest files that show it: every one comes out whole.
//!
//! The numbers are those of a list of what the strongest of them did in a trial of 420 files: S what it calls safe, U what it
//! calls unsafe. Each file is repaired three times: by default, and with every rule selected by name up to *identical* and up
//! to *runtime*, which also makes what is otherwise only suggested. Each result must still be read as before, keep every
//! comment, and come to rest.

#![allow(clippy::unwrap_used)]

use dfx::Settings;
use dfx::config::{Choice, Selection, Selector};
use dfx::edit::Effect;
use dfx::ir::Build;
use dfx::knowledge::Date;
use dfx::plan::{ImageConfiguration, Plan};
use dfx::rules::Options;
use dfx::source::SourceFile;
use dfx::syntax::{Dockerfile, parse};

fn parsed(text: &str) -> Dockerfile {
    parse(SourceFile::new("Dockerfile", text))
}

fn settings(choice: Choice) -> Settings {
    let selection = Selection::new(choice, Choice::default(), Vec::new());
    Settings::new(selection, Options::new(Date::new(2026, 11, 25).unwrap()))
}

/// The file repaired by default, by all that leaves the build as it is, and by all that there is.
fn repaired(text: &str) -> [String; 3] {
    let all = dfx::rules::all().map(|rule| Selector::Rule(rule.meta.name)).collect();
    let everything = Choice { select: Some(all), ..Choice::default() };
    let ways =
        [(Choice::default(), Effect::Debris), (everything.clone(), Effect::Identical), (everything, Effect::Runtime)];
    ways.map(|(choice, effect)| {
        let (before, settings) = (parsed(text), settings(choice));
        let fixed = dfx::fix(&before, &settings, None, effect);
        let after = fixed.after.source.text().to_owned();
        assert!(!fixed.gave_up, "comes to no end: {text}");
        assert!(parsed(&after).problems.len() <= before.problems.len(), "no longer parses:\n{after}");
        for comment in before.comments() {
            assert!(after.contains(before.source.slice(comment).trim()), "a comment is lost:\n{after}");
        }
        let again = dfx::fix(&parsed(&after), &settings, None, effect);
        assert_eq!(again.after.source.text(), after, "a second run changes it again");
        after
    })
}

/// The image configuration of the last stage.
fn configuration(text: &str) -> ImageConfiguration {
    let file = parsed(text);
    Plan::new(&Build::new(&file)).stages.pop().unwrap().configuration
}

/// The script of the last RUN of the last stage.
fn last_script(text: &str) -> String {
    let file = parsed(text);
    let build = Build::new(&file);
    let scripts = build.target().unwrap().steps.iter().flat_map(|step| build.scripts(step)).last();
    scripts.unwrap().source.text().to_owned()
}

/// S01: whoever sorts the list drops its last continuation.
#[test]
fn an_unsorted_package_list_keeps_its_continuations() {
    for text in repaired(
        "FROM debian:13\nRUN apt-get update && apt-get install -y \\\n    zip \\\n    curl \\\n && a\nCMD [\"b\"]\n",
    ) {
        assert!(text.contains("    zip \\\n    curl \\\n && a"), "{text}");
    }
}

/// S02: whoever sorts the list drops the comment, or puts it behind a backslash.
#[test]
fn a_comment_in_a_package_list_stays_where_it_is() {
    for text in repaired("FROM debian:13\nRUN apt-get update && apt-get install -y \\\n    zip \\\n# for b\n    curl\n")
    {
        assert!(text.contains("    zip \\\n# for b\n    curl"), "{text}");
    }
}

/// S03: where one line ends in CRLF, all lines are cut there, and the last instructions are lost.
#[test]
fn mixed_line_ends_lose_no_instruction() {
    for text in repaired("FROM debian:13\r\nRUN apt-get update\nRUN apt-get install curl\r\nCMD [\"a\"]\n") {
        assert!(text.ends_with("CMD [\"a\"]\n"), "{text}");
        assert!(text.starts_with("FROM debian:13\r\n"), "{text}");
    }
}

/// S04: continuations are written with a backslash.
#[test]
fn another_escape_character_is_kept_to() {
    for text in repaired(
        "# escape=`\nFROM --platform=linux/amd64 debian:13\nRUN apt-get update\nRUN apt-get install a && `\n  b\n",
    ) {
        assert!(!text.contains('\\'), "{text}");
    }
}

/// S05: only the first line of the needless CMD is taken out.
#[test]
fn a_command_over_several_lines_is_taken_out_as_a_whole() {
    let [by_default, _, everything] = repaired("FROM a\nCMD [\"b\", \\\n  \"c\"]\nCMD [\"d\"]\n");
    for text in [by_default, everything] {
        assert_eq!(configuration(&text).cmd, ["d"]);
        assert!(!text.contains("\"c\""), "{text}");
    }
}

/// S06, S07: quotes become part of the value, and a value over several lines is cut at its first.
#[test]
fn old_environment_lines_keep_their_values() {
    for old in [
        "ENV RUSTFLAGS \"-C target-cpu=native\"",
        "ENV A b \\\n  c",
        "ENV A \\\n\t\tb \\\n\t\tc\\d",
        "ENV PATH /x:$PATH",
        "ENV A \"b c\"",
        "ENV A b\\ c",
        "ENV A b=c d",
        "ENV A 'b' \"c\"",
    ] {
        let before = format!("FROM a\n{old}\n");
        for text in repaired(&before) {
            assert_eq!(configuration(&text).environment, configuration(&before).environment, "{text}");
        }
    }
}

/// S07: quotes become part of the value.
#[test]
fn old_labels_keep_their_values() {
    for old in ["LABEL maintainer \"A B <a@b.c>\"", "LABEL a b c", "LABEL a 'b' c"] {
        let before = format!("FROM a\n{old}\n");
        let [by_default, ..] = repaired(&before);
        assert_eq!(configuration(&by_default).labels, configuration(&before).labels, "{by_default}");
    }
}

/// S08, S09: COPY takes no address, and unpacks no archive.
#[test]
fn an_address_in_a_variable_stays_with_add() {
    for text in repaired("FROM a\nARG URL=https://example.com/a.txt\nADD $URL /a\nADD rootfs* /\n") {
        assert!(text.contains("ADD $URL /a") && text.contains("ADD rootfs* /"), "{text}");
    }
}

/// S10: BusyBox's `wget` has no `--progress`.
#[test]
fn no_option_is_given_to_a_program_that_lacks_it() {
    for text in repaired("FROM alpine:3.22\nRUN wget https://example.com/a\n") {
        assert!(text.contains("wget https://example.com/a"), "{text}");
    }
}

/// S11, U12: CMD moves behind SHELL, or loses the options of the shell.
#[test]
fn a_command_in_shell_form_keeps_its_shell() {
    let shell = "SHELL [\"/bin/bash\", \"-lc\"]";
    for before in [format!("FROM a\nCMD b $C\n{shell}\nRUN d\n"), format!("FROM a\n{shell}\nRUN d\nCMD b\n")] {
        for text in repaired(&before) {
            assert_eq!(configuration(&text).cmd, configuration(&before).cmd, "{text}");
        }
    }
}

/// S12: STOPSIGNAL moves behind another ARG of the same name.
#[test]
fn a_signal_in_a_variable_keeps_its_value() {
    let before = "FROM a\nARG S=SIGINT\nSTOPSIGNAL $S\nARG S=SIGQUIT\nRUN b\n";
    for text in repaired(before) {
        assert_eq!(configuration(&text).stop_signal, "SIGINT", "{text}");
    }
}

/// S13: blanks of a string are taken for those between words.
#[test]
fn blanks_in_a_quoted_string_over_two_lines_stay() {
    for text in repaired("FROM a\nRUN echo \"a   \\\n   b\" && apt-get install c\n") {
        assert!(text.contains("\"a   \\\n   b\""), "{text}");
    }
}

/// S14: `--chmod` reaches every file, `chmod` of a folder the folder alone.
#[test]
fn a_mode_of_one_directory_does_not_become_that_of_its_files() {
    for text in repaired("FROM debian:13\nCOPY a /a\nRUN chmod 700 /a\nCOPY b /b\nRUN chmod +x /b/c\n") {
        assert!(text.contains("COPY a /a") && text.contains("COPY b /b"), "{text}");
    }
}

/// S15: `--chmod` takes no letters before syntax 1.14.
#[test]
fn no_mode_in_letters_is_written_for_a_front_end_that_knows_none() {
    for text in repaired("# syntax=docker/dockerfile:1.2\nFROM debian:13\nCOPY a.sh /b/\nRUN chmod +x /b/a.sh\n") {
        assert!(!text.contains("--chmod=+"), "{text}");
    }
}

/// S16: blanks at the ends of lines are taken out of files.
#[test]
fn a_heredoc_keeps_every_byte() {
    for text in repaired("FROM a\nCOPY <<EOF /x\na  \n\tb\n\nEOF\nRUN <<E\napt-get   install   c  \nE\n") {
        assert!(text.contains("<<EOF /x\na  \n\tb\n\nEOF\n"), "{text}");
    }
}

/// S17: what one fix brings, the next run repairs.
#[test]
fn one_run_is_enough() {
    let before = "from debian:13 as Build\nrun apt update\nRUN apt install curl\n\n\nFROM debian:13\nADD a/ /a/\nRUN chown -R 1:1 /a\n\n";
    let [.., everything] = repaired(before);
    for line in ["FROM debian:13 AS build\n", "apt-get install -y", "COPY --chown=1:1 a/ /a/\n"] {
        assert!(everything.contains(line), "{line:?} in\n{everything}");
    }
}

/// S18: LABEL expands variables, MAINTAINER does not.
#[test]
fn a_maintainer_with_a_dollar_keeps_it() {
    let [.., everything] = repaired("FROM a\nARG X=y\nMAINTAINER \"a $X\"\n");
    let labels = configuration(&everything).labels;
    assert!(labels.values().all(|value| !value.contains('y')), "{labels:?} in\n{everything}");
}

/// S19: files are given to the user that the container runs as.
#[test]
fn files_do_not_change_hands_because_of_a_user() {
    for text in repaired("FROM node:22\nUSER node\nCOPY . /app\n") {
        assert!(text.contains("COPY . /app"), "{text}");
    }
}

/// U01: backticks become `$(...)` twice.
#[test]
fn backticks_stay_what_they_are() {
    for text in repaired("FROM debian:13\nRUN X=`date` && echo \"`echo $X`\" && cd /tmp && a\n") {
        assert!(text.contains("X=`date` && echo \"`echo $X`\""), "{text}");
    }
}

/// U02: the next stage finds nothing below a cache mount.
#[test]
fn no_cache_lies_over_what_another_stage_copies() {
    let text = "FROM rust:1.90 AS b\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nFROM debian:13\nCOPY --from=b /app/target/release/x /x\n";
    for text in repaired(text) {
        assert!(!text.contains("target=/app"), "{text}");
    }
}

/// U03, U05: what is no program, and what is a comment, becomes a word of the exec form.
#[test]
fn what_only_a_shell_can_do_stays_with_the_shell() {
    for command in ["exec top", "cd /x", "umask 022", "./run.sh # x", "a && b", "FOO=1 a", "a > b", "a $B"] {
        let before = format!("FROM a\nCMD {command}\n");
        for text in repaired(&before) {
            assert_eq!(configuration(&text).cmd.last().unwrap(), command, "{text}");
        }
    }
}

/// U04: the continuation becomes a word.
#[test]
fn a_command_with_a_continuation_becomes_no_broken_array() {
    let before = "FROM a\nCMD myapp \\\n  --flag\n";
    for text in repaired(before) {
        let cmd = configuration(&text).cmd;
        assert!(cmd == ["myapp", "--flag"] || cmd == configuration(before).cmd, "{cmd:?} in\n{text}");
    }
}

/// U06: the repaired WORKDIR is written before the old one.
#[test]
fn a_relative_directory_is_written_once() {
    for text in repaired("FROM debian:13\nWORKDIR app\nRUN a\n") {
        assert_eq!(text.matches("WORKDIR").count(), 1, "{text}");
        assert_eq!(configuration(&text).working_directory, "/app");
    }
}

/// U07: `|| true` becomes `&& true`.
#[test]
fn a_failure_that_may_happen_may_still_happen() {
    for text in repaired("FROM debian:13\nRUN cd /tmp && make && rm -rf /z || true\n") {
        assert_eq!(last_script(&text), "cd /tmp && make && rm -rf /z || true");
    }
}

/// U08: a WORKDIR that is put in stays in force for CMD.
#[test]
fn the_directory_of_one_run_is_not_that_of_the_container() {
    for text in repaired("FROM debian:13\nCOPY a b\nRUN cd /tmp && make\nCMD [\"a\"]\n") {
        let directory = configuration(&text).working_directory;
        assert!(matches!(directory.as_str(), "" | "/"), "{directory} in\n{text}");
    }
}

/// U09: what one step restores into a mount, the next does not see.
#[test]
fn packages_that_a_later_step_needs_are_not_hidden_by_a_mount() {
    let text = "FROM mcr.microsoft.com/dotnet/sdk:10.0\nCOPY . .\nRUN dotnet restore\nRUN ./build.sh --no-restore\n";
    for text in repaired(text) {
        assert!(!text.contains("--mount"), "{text}");
    }
}

/// U10: `apt-get list` does not exist.
#[test]
fn a_verb_that_only_apt_knows_stays_with_apt() {
    for text in repaired("FROM debian:13\nRUN apt list && apt full-upgrade\n") {
        assert!(text.contains("apt list && apt full-upgrade"), "{text}");
    }
}

/// U11: heredocs need syntax 1.4.
#[test]
fn no_heredoc_is_written_for_a_front_end_that_knows_none() {
    for text in repaired("# syntax=docker/dockerfile:1.2\nFROM debian:13\nRUN a && b && c\nRUN pip install -r x\n") {
        assert!(!text.contains("<<"), "{text}");
    }
}

/// U13: where edits meet, words are cut and a whole stage is swallowed.
#[test]
fn fixes_that_meet_in_one_line_do_not_run_into_each_other() {
    let text = "FROM debian:13\nRUN sudo apt install curl; sudo apt update && cd /x && sudo apt-get install git\nRUN apt install x\n";
    for text in repaired(text) {
        assert!(parsed(&text).problems.is_empty(), "{text}");
        assert!(text.contains("curl") && text.contains("git"), "{text}");
    }
    // A stage that nothing needs would be taken out on purpose.
    let text = "FROM alpine:3.22\nRUN apk add --virtual .d $buildDeps \\\n    linux-headers make\nRUN rm -rf /x; cd /; rm -rf /y\nFROM alpine:latest\nCOPY --from=0 /z /z\nRUN a\n";
    for text in repaired(text) {
        assert!(text.contains("$buildDeps") && text.contains("linux-headers make\n"), "{text}");
        assert_eq!(Plan::new(&Build::new(&parsed(&text))).stages.len(), 2, "{text}");
    }
}

/// U14: an empty variable in the address of an ADD fails the build.
#[test]
fn nothing_is_made_of_a_branch_in_a_variable() {
    for text in repaired("FROM debian:13\nARG TAG\nRUN git clone -b \"${TAG}\" https://example.com/a.git /a\n") {
        assert!(text.contains("git clone -b \"${TAG}\" https://example.com/a.git /a"), "{text}");
    }
}

#[test]
fn bytes_that_are_no_text_are_not_written_again() {
    let bytes =
        b"FROM debian:13\nRUN apt-get update\n# caf\xe9\nRUN apt-get install -y curl\nMAINTAINER J\xe9r\xf4me\n"
            .to_vec();
    let before = parse(SourceFile::new("Dockerfile", bytes));
    let all = dfx::rules::all().map(|rule| Selector::Rule(rule.meta.name)).collect();
    let everything = Choice { select: Some(all), ..Choice::default() };
    let after = dfx::fix(&before, &settings(everything), None, Effect::Runtime).after;
    let bytes = after.source.bytes();
    assert!(bytes.windows(4).any(|window| window == b"caf\xe9") && !bytes.contains(&0x1a), "{}", after.source.text());
}
