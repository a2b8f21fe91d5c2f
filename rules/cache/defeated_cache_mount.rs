//! A package manager's cache is mounted, and a flag or a command of the same RUN makes it useless.
//!
//! ## Why
//! What lies in a cache mount is no part of the image: there is nothing to clean up. A clean-up empties the builder's cache
//! instead, so that the next build downloads everything again, and a flag such as `--no-cache-dir` has the package
//! manager never look there. Removing the mounted directory itself, or one around it, also fails: it is in use.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM python:3.14
//! COPY requirements.txt .
//! RUN --mount=type=cache,target=/root/.cache/pip \
//!     pip install --no-cache-dir -r requirements.txt
//! ```
//! ```dockerfile,good
//! FROM python:3.14
//! COPY requirements.txt .
//! RUN --mount=type=cache,target=/root/.cache/pip \
//!     pip install -r requirements.txt
//! ```
//!
//! ## Fix
//! Takes out the flag, the clean-up command, or of `rm -rf` the words that name the cache: *debris*. Holds back where the
//! command stands in a compound command or an `||` list, where it removes more than the cache, and where a variable turns
//! the cache off.
//!
//! ## Sources
//! Dockerfile reference, `RUN --mount=type=cache`; the manuals of the package managers.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Defeat, Means, Mount, MountedCache, Step, lies_in};
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "cache/defeated-cache-mount",
    severity: Severity::Warning,
    effect: Some(Effect::Debris),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.steps_of(Keyword::Run) {
        let caches = mounted(cx, step);
        if caches.is_empty() {
            continue;
        }
        for defeat in cx.build.defeats(cx.commands, step, &caches) {
            report(cx, sink, &defeat);
        }
    }
}

/// The caches of the package managers in the step over which something is mounted, each with the directory of the mount.
fn mounted(cx: &Context<'_>, step: &Step<'_>) -> Vec<MountedCache> {
    let is_cache = |mount: &Mount| mount.kind == "cache";
    let targets: Vec<String> = step.mounts().into_iter().filter(is_cache).filter_map(|mount| mount.target).collect();
    let mut caches: Vec<MountedCache> = Vec::new();
    for command in cx.commands.of_step(step).iter().filter(|_| !targets.is_empty()) {
        let Some(invocation) = &command.manager else { continue };
        let home = cx.build.home(step).unwrap_or("~");
        for cache in invocation.manager.caches {
            let mut found = cx.build.mounted_cache(command, invocation.manager, cache, home);
            let Some(target) = targets.iter().find(|target| lies_in(&found.directory, target)) else { continue };
            found.directory = target.trim_end_matches('/').to_owned();
            if !caches.contains(&found) {
                caches.push(found);
            }
        }
    }
    caches
}

fn report(cx: &Context<'_>, sink: &mut Sink<'_>, defeat: &Defeat<'_>) {
    let tool = defeat.command.manager.as_ref().map_or("rm", |invocation| invocation.manager.name);
    let (directory, words) = (&defeat.directory, cx.text(defeat.span()));
    let (message, help) = match &defeat.means {
        Means::Flags(_) => (
            format!("`{words}` keeps `{tool}` from the cache that is mounted at {directory}"),
            format!("take `{words}` out"),
        ),
        Means::Variable(name) => (
            format!("`{name}` keeps `{tool}` from the cache that is mounted at {directory}"),
            format!("take `{name}` out, or the mount"),
        ),
        Means::Emptying | Means::Paths(_) => (
            format!("this empties the cache that is mounted at {directory} for the next build"),
            "take it out: what lies in a mount is no part of the image".to_owned(),
        ),
        Means::Around(_) => (
            format!("this empties the cache that is mounted at {directory}, and fails, because the mount is in use"),
            "name what is to be removed beside the mount".to_owned(),
        ),
    };
    let edits = defeat.removal(cx.build).unwrap_or_default().into_iter().map(Edit::delete).collect();
    sink.report(defeat.span(), message).help(help.clone()).fix(help, Effect::Debris, edits);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn clean_ups_of_a_mount_are_taken_out() {
        fixes!(
            "RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update && apt-get install -y a && rm -rf /var/lib/apt/lists/* /tmp/*\n" =>
            "RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update && apt-get install -y a && rm -rf /tmp/*\n"
        );
        fixes!(
            "RUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y a && apt-get clean\n" =>
            "RUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y a\n"
        );
    }

    #[test]
    fn what_is_not_mounted_may_be_emptied() {
        silent!("RUN --mount=type=cache,target=/var/cache/apt apt-get update && rm -rf /var/lib/apt/lists/*\n");
        silent!("RUN --mount=type=cache,target=/root/.npm npm ci && pip install --no-cache-dir a\n");
        silent!("RUN --mount=type=tmpfs,target=/root/.npm npm ci && npm cache clean --force\n");
    }

    #[test]
    fn removing_the_folder_of_the_mount_fails() {
        fires!("RUN --mount=type=cache,target=/root/.cache/pip pip install a && rm -rf «/root/.cache»\n");
        fires!("RUN --mount=type=cache,target=/root/.cache pip install a && «rm -rf /root/.cache»\n");
    }

    #[test]
    fn a_variable_that_turns_the_cache_off_is_named() {
        fires!("ENV PIP_NO_CACHE_DIR=1\nRUN --mount=type=cache,target=/root/.cache/pip pip «install» a\n");
    }
}
