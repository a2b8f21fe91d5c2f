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
//! command stands in a compound command or an `||` list, or removes more than mounted caches.
//!
//! A variable that turns the cache off, such as `PIP_NO_CACHE_DIR`, is taken out of its ENV where no other command depends on
//! it: scripts may, and package managers that call this one. Programs in the container see such a variable too, so that this
//! is *runtime*.
//!
//! The archives of apt are emptied by `/etc/apt/apt.conf.d/docker-clean` of the Debian and Ubuntu images: the fix removes that
//! file, as Docker's documentation does. That is *content*, as it is then missing in the image.
//!
//! ## Sources
//! Dockerfile reference, `RUN --mount=type=cache`; the manuals of the package managers.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, DOCKER_CLEAN, Defeat, Means, Mount, MountedCache, Step, lies_in};
use crate::knowledge::package_managers::{Cache, Switch};
use crate::rewrite::{downloads_archives, keep_archives};
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::{InstructionKind, Keyword};

pub const META: Meta = Meta {
    name: "cache/defeated-cache-mount",
    severity: Severity::Warning,
    effect: Some(Effect::Runtime),
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
    let report = sink.report(defeat.span(), message).help(help.clone());
    if let Means::Variable(name) = &defeat.means {
        match without_variable(cx, defeat.command, name) {
            Ok(edit) => report.fix(format!("take `{name}` out"), Effect::Runtime, vec![edit]),
            Err(reason) => report.no_fix(reason),
        };
        return;
    }
    let edits = defeat.removal(cx.build).unwrap_or_default().into_iter().map(Edit::delete).collect();
    report.fix(help, Effect::Debris, edits);
}

/// The edit that takes the variable of a command out of the ENV that sets it.
fn without_variable(cx: &Context<'_>, command: &Command<'_>, name: &str) -> Result<Edit, &'static str> {
    let variable = cx.build.visible(command.step).variable(name).ok_or("the base image or the RUN itself sets it")?;
    let sets = |step: &&Step<'_>| {
        matches!(&step.instruction.kind, InstructionKind::Env(_)) && step.instruction.span.contains(variable.name_span)
    };
    let step = cx.build.steps().find(sets).ok_or("it is no ENV of this file that sets it")?;
    if cx.build.file.source.text().matches(name).count() > 1 {
        return Err("the file speaks of it in other places too");
    }
    let sees = |other: &Command<'_>| {
        cx.build.visible(other.step).variable(name).is_some_and(|seen| seen.name_span == variable.name_span)
    };
    let runs = |other: &&Command<'_>| other.is_in_build() || other.step.instruction.keyword == Some(Keyword::Onbuild);
    let mut others = cx.commands.all().iter().filter(runs).filter(|other| sees(other));
    if others.any(|other| would_leave_cache(cx, other, command, name)) {
        return Err("another command, which has no mount, may leave a cache in the image");
    }
    let span = span_of_pair(cx, step, variable.name_span).ok_or("a comment stands beside it")?;
    Ok(Edit::delete(span))
}

/// Whether the command may keep no cache because of the variable, and has no mount to keep it in. `defeated` is the
/// command that the variable is known to matter for.
fn would_leave_cache(cx: &Context<'_>, command: &Command<'_>, defeated: &Command<'_>, name: &str) -> bool {
    let Some(invocation) = &command.manager else { return !command.uses_no_downloads() };
    // What is done in a build on this image, nobody can mend here.
    if command.step.instruction.keyword == Some(Keyword::Onbuild) {
        return true;
    }
    // Pipenv, Poetry and conda call pip.
    let may_call_it = defeated
        .manager
        .as_ref()
        .is_some_and(|it| it.manager.home == invocation.manager.home && it.manager.name != invocation.manager.name);
    let heeds = |switch: &Switch| {
        switch.actions.contains(&invocation.action) && switch.environment.iter().any(|(variable, _)| *variable == name)
    };
    let account = cx.build.account(cx.commands, command.step);
    let is_mounted = |cache: &'static Cache| {
        let mounted = cx.build.mounted_cache(command, invocation.manager, cache, account.as_ref());
        command.step.mounts_over(&mounted.directory)
    };
    (may_call_it || invocation.manager.no_cache.as_ref().is_some_and(heeds))
        && !invocation.manager.caches.iter().all(is_mounted)
}

/// The pair of an ENV with the blanks on one side of it, or the whole instruction where it has no other pair.
fn span_of_pair(cx: &Context<'_>, step: &Step<'_>, name: Span) -> Option<Span> {
    let InstructionKind::Env(pairs) = &step.instruction.kind else { return None };
    let at = pairs.pairs.iter().position(|pair| pair.name.span() == name)?;
    let (pair, next) = (pairs.pairs.get(at)?, pairs.pairs.get(at + 1));
    let span = match (next, at.checked_sub(1).and_then(|before| pairs.pairs.get(before))) {
        (Some(next), _) => Span::new(pair.span().start, next.span().start),
        (None, Some(before)) => Span::new(before.span().end, pair.span().end),
        (None, None) => return cx.whole_paragraph(step.instruction),
    };
    (!cx.build.file.comments().any(|comment| span.contains(comment))).then_some(span)
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

    #[test]
    fn a_variable_goes_where_nothing_else_depends_on_it() {
        let run = "RUN --mount=type=cache,target=/root/.cache/pip pip install a\n";
        fixes!(
            &format!("FROM python:3.14\nENV A=b \\\n    PIP_NO_CACHE_DIR=1 \\\n    C=d\n{run}") =>
            &format!("FROM python:3.14\nENV A=b \\\n    C=d\n{run}")
        );
        fixes!(
            &format!("FROM python:3.14\nENV A=b PIP_NO_CACHE_DIR=off\n{run}") =>
            &format!("FROM python:3.14\nENV A=b\n{run}")
        );
        fixes!(
            &format!("FROM python:3.14\nENV PIP_NO_CACHE_DIR 1\n{run}") => &format!("FROM python:3.14\n{run}")
        );
    }

    #[test]
    fn a_variable_is_seen_by_programs_in_the_container() {
        let stage = "FROM python:3.14 AS a\nENV PIP_NO_CACHE_DIR=1\nRUN --mount=type=cache,target=/root/.cache/pip pip install a\n";
        for rest in ["", "FROM a\n", "FROM debian\nCOPY --from=a /x /x\n"] {
            let found = findings(&META, check, &format!("{stage}{rest}"));
            assert_eq!(found[0].fix.as_ref().map(|fix| fix.effect), Some(Effect::Runtime), "{rest}");
        }
    }

    #[test]
    fn a_variable_that_others_need_stays_and_the_note_says_why() {
        let run = "RUN --mount=type=cache,target=/root/.cache/pip pip install a\n";
        for (text, reason) in [
            (format!("FROM a\nENV PIP_NO_CACHE_DIR=1\n{run}RUN pip install b\n"), "another command"),
            (format!("FROM a\nENV PIP_NO_CACHE_DIR=1\n{run}RUN ./install.sh\n"), "another command"),
            (format!("FROM a\nENV PIP_NO_CACHE_DIR=1\n{run}RUN pipenv install\n"), "another command"),
            (format!("FROM a\nENV PIP_NO_CACHE_DIR=1\n{run}ONBUILD RUN pip install -r b\n"), "another command"),
            (format!("FROM a AS b\nENV PIP_NO_CACHE_DIR=1\n{run}FROM b\nRUN pip install b\n"), "another command"),
            (format!("FROM a\nENV PIP_NO_CACHE_DIR=1\n{run}RUN echo $PIP_NO_CACHE_DIR\n"), "other places"),
            (format!("FROM a\nARG PIP_NO_CACHE_DIR=1\n{run}"), "no ENV"),
        ] {
            let found = findings(&META, check, &text);
            assert!(found[0].fix.is_none() && found[0].notes[0].contains(reason), "{text}: {found:?}");
        }
    }
}
