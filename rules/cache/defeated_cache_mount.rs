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
//! command stands in a compound command or an `||` list, where it removes more than mounted caches, and where a variable turns
//! the cache off.
//!
//! The archives of apt are emptied by `/etc/apt/apt.conf.d/docker-clean` of the Debian and Ubuntu images: the fix removes that
//! file, as Docker's documentation does. That is *content*, as it is then missing in the image.
//!
//! ## Sources
//! Dockerfile reference, `RUN --mount=type=cache`; the manuals of the package managers.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{DOCKER_CLEAN, Defeat, Means, Mount, MountedCache, Step, lies_in};
use crate::rewrite::{downloads_archives, keep_archives};
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "cache/defeated-cache-mount",
    severity: Severity::Warning,
    effect: Some(Effect::Content),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.steps_of(Keyword::Run) {
        report_docker_clean(cx, sink, step);
        let caches = mounted(cx, step);
        if caches.is_empty() {
            continue;
        }
        for defeat in cx.build.defeats(cx.commands, step, &caches) {
            report(cx, sink, &defeat);
        }
    }
}

/// apt's archives, which the settings of Debian's and Ubuntu's images delete wherever they lie.
fn report_docker_clean(cx: &Context<'_>, sink: &mut Sink<'_>, step: &Step<'_>) {
    let is_over_archives = |mount: &Mount| {
        mount.kind == "cache"
            && mount.target.as_deref().is_some_and(|target| lies_in("/var/cache/apt/archives", target))
    };
    let Some(mount) = step.mounts().into_iter().find(is_over_archives) else { return };
    let distribution = cx.build.image_facts(step.stage).and_then(|facts| facts.distribution);
    let is_debian = distribution.is_some_and(|distribution| matches!(distribution.family, "debian" | "ubuntu"));
    if is_debian && downloads_archives(cx.commands, step).is_some() && cx.build.may_delete_archives(step) {
        let help = "remove the file before: what it deletes is in the mount, not in the image";
        sink.report(
            mount.span,
            format!("{DOCKER_CLEAN} of the base image empties this cache behind each installation"),
        )
        .help(help)
        .fix(
            format!("remove {DOCKER_CLEAN}"),
            Effect::Content,
            keep_archives(cx.build, step).into_iter().collect(),
        );
    }
}

/// The caches of the package managers in the step over which something is mounted, each with the directory of the mount.
fn mounted(cx: &Context<'_>, step: &Step<'_>) -> Vec<MountedCache> {
    let is_cache = |mount: &Mount| mount.kind == "cache";
    let targets: Vec<String> = step.mounts().into_iter().filter(is_cache).filter_map(|mount| mount.target).collect();
    let mut caches: Vec<MountedCache> = Vec::new();
    if targets.is_empty() {
        return caches;
    }
    let account = cx.build.account(cx.commands, step);
    for command in cx.commands.of_step(step) {
        let Some(invocation) = &command.manager else { continue };
        for cache in invocation.manager.caches {
            let mut found = cx.build.mounted_cache(command, invocation.manager, cache, account.as_ref());
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
        Means::Around { holds_more, .. } => (
            format!("this empties the cache that is mounted at {directory}, and fails, because the mount is in use"),
            if *holds_more {
                "name what is to be removed beside the mount".to_owned()
            } else {
                "take it out: nothing but what is mounted would be there".to_owned()
            },
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
            "FROM a\nRUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y a && apt-get clean\n" =>
            "FROM a\nRUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y a\n"
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
        fixes!(
            "RUN --mount=type=cache,target=/root/.cache/pip pip install a && rm -rf /tmp/* ~/.cache\n" =>
            "RUN --mount=type=cache,target=/root/.cache/pip pip install a && rm -rf /tmp/*\n"
        );
    }

    #[test]
    fn the_settings_of_debian_s_images_delete_archives() {
        fixes!(
            "FROM debian:13\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update && apt-get install -y a\n" =>
            "FROM debian:13\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && apt-get install -y a\n"
        );
        silent!("FROM debian:13\nRUN --mount=type=cache,target=/var/cache/apt apt-get update\n");
        silent!("FROM example.com/a\nRUN --mount=type=cache,target=/var/cache/apt apt-get install a\n");
    }

    #[test]
    fn a_variable_that_turns_the_cache_off_is_named() {
        fires!("ENV PIP_NO_CACHE_DIR=1\nRUN --mount=type=cache,target=/root/.cache/pip pip «install» a\n");
    }
}
