//! A cache that builds write to at the same time, of a package manager that needs it alone.
//!
//! ## Why
//! A cache mount belongs to the builder, not to one build: two builds, or two stages of one, that run at the same time have
//! the same directory open. apt takes a lock there, and the second one ends with "Could not get lock"; others find files
//! that are half written. With `sharing=locked` the second waits until the first has finished.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN --mount=type=cache,target=/var/cache/apt \
//!     apt-get update && apt-get install -y --no-install-recommends git
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
//!     apt-get update && apt-get install -y --no-install-recommends git
//! ```
//!
//! ## Fix
//! Adds `sharing=locked`. *Equivalent*: it only says who waits. The layer is built anew once.
//!
//! ## Sources
//! Dockerfile reference, `RUN --mount=type=cache`: "Apt needs exclusive access to its data"; the manuals of the package
//! managers.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, Mount, lies_in};
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;

pub const META: Meta = Meta {
    name: "cache/unlocked-cache-mount",
    severity: Severity::Info,
    effect: Some(Effect::Equivalent),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut reported: Vec<Span> = Vec::new();
    for (command, invocation) in cx.commands.package_managers().filter(|(command, _)| command.is_in_build()) {
        for mount in command.step.mounts().iter().filter(|mount| mount.kind == "cache" && mount.sharing.is_none()) {
            if reported.contains(&mount.span) || !needs_alone(cx, command, mount) {
                continue;
            }
            reported.push(mount.span);
            let message =
                format!("`{}` needs this cache alone, and other builds may use it too", invocation.manager.name);
            let report = sink.report(mount.span, message).help("add `,sharing=locked`: one build waits for the other");
            if !cx.text(mount.span).ends_with(['"', '\'']) {
                let edit = Edit::insert(mount.span.end, ",sharing=locked");
                report.fix("add `sharing=locked`", Effect::Equivalent, vec![edit]);
            }
        }
    }
}

/// Whether the mount is a cache of the command's package manager that no two may write to.
fn needs_alone(cx: &Context<'_>, command: &Command<'_>, mount: &Mount) -> bool {
    let (Some(target), Some(invocation)) = (&mount.target, &command.manager) else { return false };
    let home = cx.build.home(command.step).unwrap_or("~");
    invocation.manager.caches.iter().filter(|cache| cache.locked).any(|cache| {
        let directory = cache.directory(home, |name| cx.build.environment(command, name));
        lies_in(target, &directory) || lies_in(&directory, target)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn caches_of_managers_that_lock_them_are_reported_once() {
        fires!("RUN «--mount=type=cache,target=/var/lib/apt» apt-get update && apt-get install -y a\n");
        fires!("RUN «--mount=type=cache,dst=/root/.m2» --mount=type=cache,target=/x mvn package\n");
        fires!("FROM ruby:3.4\nRUN «--mount=type=cache,target=/usr/local/bundle/cache» gem install a\n");
    }

    #[test]
    fn who_has_decided_or_needs_no_lock_is_left_alone() {
        silent!("RUN --mount=type=cache,target=/var/cache/apt,sharing=private apt-get install -y a\n");
        silent!("RUN --mount=type=cache,target=/root/.npm npm ci\n");
        silent!("RUN --mount=type=tmpfs,target=/var/cache/apt apt-get install -y a\n");
    }
}
