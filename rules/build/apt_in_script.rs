//! `apt`, which is made for people at a terminal, in a build.
//!
//! ## Why
//! `apt` prints "WARNING: apt does not have a stable CLI interface. Use with caution in scripts." into each build log:
//! its options and its output may change between two releases of Debian, and with them the build. `apt-get` takes the
//! same verbs and keeps them as they are.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13-slim
//! RUN apt update && apt install -y curl
//! ```
//! ```dockerfile,good
//! FROM debian:13-slim
//! RUN apt-get update && apt-get install -y curl
//! ```
//!
//! ## Fix
//! Writes `apt-get` for `apt` where the verb means the same to both. The packages are the same; `apt` also deletes the
//! archives that it has installed, as Debian's images make `apt-get` do: *equivalent*. Holds back at verbs that
//! `apt-get` lacks or takes otherwise, such as `list` and `upgrade`.
//!
//! ## Sources
//! hadolint DL3027; Checkov CKV_DOCKER_9; apt(8), "Script usage and differences from other apt tools".

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::Command;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "build/apt-in-script",
    severity: Severity::Info,
    effect: Some(Effect::Equivalent),
    aliases: &["DL3027", "CKV_DOCKER_9", "KICS-b84a0b47", "prefer-apt-get"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let of_apt = cx.commands.package_managers().filter(|(_, invocation)| invocation.manager.name == "apt");
    let commands: Vec<&Command<'_>> = of_apt.map(|(command, _)| command).collect();
    // One finding a file says it all.
    let Some((first, others)) = commands.split_first() else { return };
    let report = sink
        .report(first.name_span(), "`apt` is made for people at a terminal, and may change from release to release")
        .related_all(others.iter().map(|other| (other.name_span(), "`apt` again".to_owned())))
        .help("write `apt-get`, or `apt-cache` for questions");
    let exchangeable = commands.iter().filter_map(|command| command.apt_for_apt_get());
    let edits = exchangeable.map(|name| Edit::replace(name, "apt-get")).collect();
    report.fix("write `apt-get`", Effect::Equivalent, edits);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_word_itself_is_reported() {
        fires!("RUN «apt» update && apt-get install -y curl\n");
    }

    #[test]
    fn a_file_is_told_once_and_mended_as_a_whole() {
        fires!("RUN «apt» update && apt install -y a\nRUN apt update\n");
        fixes!("RUN apt update && \\\n  apt install -y a\n" => "RUN apt-get update && \\\n  apt-get install -y a\n");
    }

    #[test]
    fn a_verb_that_means_something_else_is_left_alone() {
        fixes!("RUN apt update && apt upgrade -y\n" => "RUN apt-get update && apt upgrade -y\n");
    }

    #[test]
    fn other_words_that_say_apt_are_no_commands() {
        silent!("RUN rm -rf /var/lib/apt/lists/* && echo apt\n");
    }
}
