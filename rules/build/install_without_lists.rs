//! apt-get is asked to install a package while it has no list of packages.
//!
//! ## Why
//! The official Debian and Ubuntu images come without package lists, and a RUN that ends with
//! `rm -rf /var/lib/apt/lists/*` removes them again. Until the next `apt-get update`, apt knows only what is installed
//! already: the build ends with "Unable to locate package".
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13-slim
//! RUN apt-get install -y curl
//! ```
//! ```dockerfile,good
//! FROM debian:13-slim
//! RUN apt-get update && apt-get install -y curl
//! ```
//!
//! Silent on other base images, which may bring lists, and behind commands that may run an update themselves.
//!
//! ## Fix
//! Puts the update in front of the installation, with the same `sudo`. *Content*: the RUN did not work before. Not for an
//! installation that is part of a pipe, a condition or a script inside the script. `size/package-cache-kept` adds the
//! clean-up.
//!
//! ## Sources
//! apt-get(8), "update"; Docker's best practices for `apt-get`; Parfum's rule `aptGetUpdatePrecedesInstall`.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, Stage};
use crate::knowledge::package_managers::{Action, CacheKind, Family, Home, Invocation};
use crate::rules::{Context, Meta, Sink};
use crate::shell::{Failure, PipePosition};
use crate::source::Span;
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "build/install-without-lists",
    severity: Severity::Error,
    effect: Some(Effect::Content),
    aliases: &["aptGetUpdatePrecedesInstall"],
    ..Meta::on_by_default()
};

/// What is known of apt's lists at one point of the build.
#[derive(Clone, Copy)]
enum Lists {
    /// There are none. With it, the command that removed them.
    Missing(Option<Span>),
    /// There are some, or there may be.
    Possible,
}

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // How each stage ends. A stage stands behind the one that it starts from.
    let mut ends = vec![Lists::Possible; cx.build.stages.len()];
    for stage in cx.reachable_stages() {
        let start = match stage.base_stage() {
            Some(base) => ends.get(base).copied().unwrap_or(Lists::Possible),
            None => at_start(cx, stage.index),
        };
        ends[stage.index] = follow(cx, sink, stage, start);
    }
}

fn at_start(cx: &Context<'_>, stage: usize) -> Lists {
    let facts = cx.build.image_facts(stage);
    let has_none = facts.is_some_and(|facts| {
        facts.official && facts.distribution.is_some_and(|it| matches!(it.family, "debian" | "ubuntu"))
    });
    if has_none { Lists::Missing(None) } else { Lists::Possible }
}

/// Reports the installations of one stage and says how it ends.
fn follow(cx: &Context<'_>, sink: &mut Sink<'_>, stage: &Stage<'_>, mut lists: Lists) -> Lists {
    for step in &stage.steps {
        match step.instruction.keyword {
            // Lists can be copied; a mount can hold them for all steps that have it.
            Some(Keyword::Copy | Keyword::Add) if cx.text(step.instruction.span).contains("apt") => {
                lists = Lists::Possible;
            }
            Some(Keyword::Run) if !step.mounts().iter().any(|mount| matches!(&*mount.kind, "cache" | "bind")) => {
                if cx.commands.of_step(step).is_empty() {
                    lists = Lists::Possible;
                }
                for command in cx.commands.of_step(step) {
                    lists = after(cx, sink, command, lists);
                }
            }
            Some(Keyword::Run) => lists = Lists::Possible,
            _ => {}
        }
    }
    lists
}

fn after(cx: &Context<'_>, sink: &mut Sink<'_>, command: &Command<'_>, lists: Lists) -> Lists {
    let apt = crate::knowledge::package_managers::find("apt-get");
    let of_debian = command.manager.as_ref().filter(|it| it.manager.home == Home::System(Family::Debian));
    let surely_runs = command.invoked.as_ref().is_none_or(|invoked| {
        invoked.circumstances.depth == 0 && !matches!(invoked.circumstances.failure, Failure::OrElse | Failure::OrTrue)
    });
    match of_debian {
        // apt 3 takes `apt-get install --update`.
        Some(invocation) if invocation.action == Action::UpdateLists || invocation.has_flag("-U --update") => {
            return Lists::Possible;
        }
        Some(invocation) if invocation.installs() => {
            if let Lists::Missing(removed) = lists
                && surely_runs
                && needs_lists(invocation)
            {
                report(cx, sink, command, removed);
                // The rest of the file fails for the same reason.
                return Lists::Possible;
            }
            return lists;
        }
        Some(_) => {}
        None if may_update(command) => return Lists::Possible,
        None => {}
    }
    let empties = || {
        let (words, invocation) = (command.patterns(), command.manager.as_ref());
        apt.is_some_and(|apt| apt.caches_cleaned_by(&words, invocation, "/root", |_| None).contains(&CacheKind::Lists))
    };
    match lists {
        _ if surely_runs && empties() => Lists::Missing(Some(command.span())),
        lists => lists,
    }
}

fn report(cx: &Context<'_>, sink: &mut Sink<'_>, command: &Command<'_>, removed: Option<Span>) {
    let words = cx.text(command.verb_span());
    let tool = command.name().unwrap_or("apt-get");
    let report = sink
        .report(command.verb_span(), format!("`{tool} {words}` has no package lists to look into"))
        .help(format!("run `{tool} update && {tool} install` in one RUN"));
    let report = match removed {
        Some(removed) => report.related(removed, "removes the lists"),
        None => report.note("The base image comes without package lists."),
    };
    if let Some(update) = update(command, tool) {
        report.fix(format!("run `{tool} update` first"), Effect::Content, vec![update]);
    }
}

/// The update in front of the command, where `&&` binds nothing but the two.
fn update(command: &Command<'_>, tool: &str) -> Option<Edit> {
    let invoked = command.invoked.as_ref()?;
    let circumstances = &invoked.circumstances;
    let is_link = circumstances.failure == Failure::Propagates || circumstances.failure == Failure::NotLast;
    let wrapper = match invoked.wrappers() {
        [] => "",
        [sudo] if sudo.name == "sudo" && sudo.words.len() == 1 => "sudo ",
        _ => return None,
    };
    let is_plain = circumstances.pipe == PipePosition::Alone && invoked.assignments().is_empty();
    let start = invoked.to_file(invoked.simple.span).start;
    (is_link && is_plain).then(|| Edit::insert(start, format!("{wrapper}{tool} update && ")))
}

/// Whether the command installs at least one package by its name.
fn needs_lists(invocation: &Invocation<'_>) -> bool {
    invocation.all_static
        && invocation.packages().next().is_some()
        && !invocation.has_flag("--no-download --print-uris -s --simulate --download-only -o --option -c --config-file")
}

/// Commands that surely update no lists.
const HARMLESS: &[&str] = &[
    ":", "[", "apt-mark", "awk", "cat", "cd", "chmod", "chown", "cp", "cut", "dpkg", "echo", "env", "export", "false",
    "find", "grep", "groupadd", "head", "ln", "ls", "mkdir", "mv", "npm", "pip", "pip3", "printf", "pwd", "rm", "sed",
    "set", "sleep", "sort", "tar", "test", "touch", "tr", "true", "unzip", "useradd", "wget", "whoami", "yarn",
];

fn may_update(command: &Command<'_>) -> bool {
    let is_piped = command.invoked.as_ref().is_some_and(|invoked| invoked.circumstances.piped_into.is_some());
    match command.name() {
        Some("curl" | "wget") => is_piped,
        Some(name) => HARMLESS.binary_search(&name).is_err(),
        None => !command.words.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn official_images_have_no_lists() {
        assert!(HARMLESS.is_sorted());
        fires!("FROM debian:13\nRUN apt-get «install» -y curl\n");
        fires!("FROM node:22-slim\nRUN apt-get «install» -y curl && npm ci\n");
        silent!("FROM example.com/base\nRUN apt-get install -y curl\n");
        silent!("FROM alpine:3.22\nRUN apk add curl\n");
    }

    #[test]
    fn the_update_comes_right_before() {
        fixes!(
            "FROM debian:13\nRUN set -x; sudo apt-get install -y a && b\n" =>
            "FROM debian:13\nRUN set -x; sudo apt-get update && sudo apt-get install -y a && b\n"
        );
        fixes!("FROM debian:13\nRUN apt install -y a\n" => "FROM debian:13\nRUN apt update && apt install -y a\n");
        let text = "FROM debian:13\nRUN echo y | apt-get install a\n";
        assert!(findings(&META, check, text)[0].fix.is_none());
    }

    #[test]
    fn lists_can_be_removed() {
        fires!(
            "FROM example.com/base\nRUN apt-get update && rm -rf /var/lib/apt/lists/*\nRUN apt-get «install» -y curl\n"
        );
        fires!(
            "FROM debian:13 AS a\nRUN apt-get update && rm -rf /var/lib/apt/lists/*\nFROM a\nRUN apt-get «install» -y b\n"
        );
    }

    #[test]
    fn an_update_in_any_earlier_run_will_do() {
        silent!("FROM debian:13\nRUN apt-get update\nRUN apt-get install -y curl\n");
        silent!("FROM debian:13\nRUN add-apt-repository -y ppa:a/b && apt-get install -y curl\n");
        silent!("FROM debian:13\nRUN curl https://x | bash - && apt-get install -y nodejs\n");
        silent!("FROM debian:13\nRUN ./setup.sh && apt-get install -y curl\n");
    }

    #[test]
    fn local_files_need_no_lists() {
        silent!("FROM debian:13\nCOPY a.deb /tmp/\nRUN apt-get install -y /tmp/a.deb\n");
    }
}
