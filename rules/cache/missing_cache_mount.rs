//! A package manager downloads everything again, or a compiler starts from nothing, for want of a cache mount.
//!
//! ## Why
//! When anything above a RUN has changed, BuildKit runs it again in the file system that the instruction above left
//! behind: the package manager's cache is as empty as the first time, and one new dependency downloads all of them. A
//! cache mount, `RUN --mount=type=cache,target=DIRECTORY`, is a folder that stays with the builder from build to build.
//! It is no part of the layer, so that it also makes the image smaller. A builder that starts anew for each build, as
//! many CI services have it, keeps no such folder.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24-slim
//! WORKDIR /app
//! COPY package.json package-lock.json ./
//! RUN npm ci
//! ```
//! ```dockerfile,good
//! FROM node:24-slim
//! WORKDIR /app
//! COPY package.json package-lock.json ./
//! RUN --mount=type=cache,target=/root/.npm npm ci
//! ```
//!
//! Silent where a variable turns the cache off, and for users whose number or home directory is not known. Each manager is
//! named once in a stage; build stages count as well.
//!
//! Of the distributions' package managers, apt, dnf and yum are spoken of; dnf and yum where the base image
//! says which of `/var/cache/dnf`, `/var/cache/libdnf5` and `/var/cache/yum` they fill. Of the others, and where the user or
//! the place is not known, the reason is told to those who select this rule by its name:
//!
//! - apk keeps no packages by itself, only a list of them that is fetched in a second. A link `/etc/apk/cache` would have
//!   to be part of the image, or `--cache-dir` to take the place of `--no-cache` in each command, and from apk 3 on another
//!   option beside it.
//! - zypper keeps packages only of repositories that the image's own settings say so of. Its lists lie below the short name
//!   of a repository, `repo-oss`, which is the same in all of openSUSE's releases, and the keys of a repository get into
//!   the image only while lists are fetched.
//! - microdnf takes all lists for outdated when it starts, deletes packages once they are installed, and has versions that
//!   fail at `--setopt=keepcache=1`.
//! - tdnf deletes packages too, and not all of its versions let themselves be told otherwise.
//! - pacman's packages are deleted behind each installation by `package-cleanup.hook` of the archlinux image.
//!
//! npx is spoken of where it surely downloads what it runs: `npx -y cowsay`, `npx cowsay@1`.
//!
//! Some of the languages' package managers have it their own way:
//!
//! - cpanm, pecl and pear download each package again, whatever lies in `~/.cpanm` and `/tmp/pear`. That is told, and what can
//!   be done: to put such a RUN above what changes more often.
//! - gem and Bundler keep archives of gems below `GEM_HOME`, which Docker's `ruby` image sets. Without it, and with Bundler's
//!   settings `path` and `deployment`, the folder is named after the version of Ruby.
//! - conda and mamba have packages beside the installation, `/opt/conda/pkgs`. Environments get copies of what lies in a mount,
//!   instead of hard links. `conda pack` looks there for what it packs.
//! - cabal takes `~/.cabal` for everything where that folder is there, also for what it installs, and a mount would make it.
//!   With `CABAL_DIR` there is no such choice. `composer global` chooses likewise.
//! - cpan has settings in `~/.cpan`, so that `~/.cpan/sources` alone is mounted; pipx has the cache of pip.
//!
//! apt has two: package lists, and archives, which `/etc/apt/apt.conf.d/docker-clean` of the Debian and Ubuntu images deletes
//! behind each installation. The archives are spoken of once the lists are mounted.
//!
//! Mounts take BuildKit: Docker 23, or Docker 20.10 with `DOCKER_BUILDKIT=1`, or a line `# syntax=docker/dockerfile:1` where
//! the builder's own front end is older than 1.2.
//!
//! ## Fix
//! Mounts the cache in every RUN of the stage that uses the manager, and takes out of them what would empty it or go past
//! it: `rm -rf /var/lib/apt/lists/*`, `dnf clean all`, `npm cache clean`, `--no-cache-dir`, and `rm -rf ~/.cache` where
//! nothing but mounted caches would be there. *Debris*: what the manager has downloaded is no part of the layers any more.
//! A cache for another user than root gets `uid=`. dnf and yum get `--setopt=keepcache=1`, without which they keep lists
//! only.
//!
//! The archives of apt are *content*, because `docker-clean` is removed from the image: an image that is built FROM this one
//! keeps archives in its layers, unless it mounts the directory too.
//!
//! It says why where it holds back: something else uses the directory, such as a script or `make` behind
//! `go mod download`, another stage that copies it or starts from this one, or the container's own command; a RUN installs
//! from lists that another one has fetched, or builds with `--offline`, `--frozen` or `--no-restore` from what another one has
//! downloaded, which may be gone from the builder; the cache is emptied by something that cannot be taken out; a `# syntax`
//! older than 1.2 knows no mounts.
//!
//! ## Sources
//! Docker's documentation, "Optimize cache usage in builds: use cache mounts"; Dockerfile reference, `RUN --mount`;
//! dnf.conf(5), dnf5-caching(7), apk-cache(5), zypper(8); archlinux-docker, `package-cleanup.hook`; conda's user guide, "Using
//! custom locations for environment and package cache"; conda/conda-pack#192; haskell/cabal#7386. That cpanm downloads again and
//! cpan and luarocks do not, and what `opam init` asks, was tried.

use crate::edit::Effect;
use crate::finding::{Severity, Weight};
use crate::ir::{Command, DOCKER_CLEAN, Stage, Step};
use crate::knowledge::package_managers::{Action, Invocation, PackageManager};
use crate::rewrite::{
    MountRefusal as Refusal, archives_flag, downloads_archives, mount_archives, mount_caches, mount_flags,
};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "cache/missing-cache-mount",
    severity: Severity::Info,
    effect: Some(Effect::Content),
    // Each half of a RUN that is cut in two gets the mounts of its own package managers.
    gives_way_to: &["cache/packages-in-volatile-run"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in cx.reachable_stages().filter(|stage| !stage.is_windows) {
        let mut named: Vec<&PackageManager> = Vec::new();
        for command in stage.steps.iter().flat_map(|step| cx.commands.of_step(step)) {
            let Some(invocation) = &command.manager else { continue };
            let manager = invocation.manager;
            if named.iter().any(|other| other.shares_a_cache_with(manager))
                || !cx.build.fills_cache(command, invocation)
                || cx.build.keeps_downloads(command, invocation)
            {
                continue;
            }
            match mount_flags(cx.build, cx.commands, command, manager) {
                Ok(flags) if flags.is_empty() => continue,
                Ok(flags) => report(cx, sink, stage, command, invocation, &flags),
                Err(refusal) => report_refusal(sink, command, invocation, &refusal),
            }
            named.push(manager);
        }
        if let Some(command) =
            stage.steps.iter().filter(has_lists_alone).find_map(|step| downloads_archives(cx.commands, step))
        {
            report_archives(cx, sink, stage, command);
        }
    }
}

/// A manager whose cache is known, and could be mounted unless something else in the stage stands against it.
fn report(
    cx: &Context<'_>,
    sink: &mut Sink<'_>,
    stage: &Stage<'_>,
    command: &Command<'_>,
    invocation: &Invocation<'_>,
    flags: &[String],
) {
    let tool = invocation.manager.name;
    let help = format!("write `RUN {} ...`{}", flags.join(" "), keeping(invocation));
    let report = sink.report(command.verb_span(), message(invocation)).help(help);
    match mount_caches(cx.build, cx.commands, stage, invocation.manager) {
        Ok(edits) => report.fix(format!("mount the cache of `{tool}`"), Effect::Debris, edits),
        Err(refusal) => report.no_fix(refusal),
    };
}

/// A manager that no mount serves, as far as the table and the file tell.
fn report_refusal(sink: &mut Sink<'_>, command: &Command<'_>, invocation: &Invocation<'_>, refusal: &Refusal) {
    let help = match refusal {
        Refusal::Needless(_) => "put this RUN above what changes more often".to_owned(),
        _ => format!("mount a cache where `{}` keeps what it downloads", invocation.manager.name),
    };
    let report = sink.report(command.verb_span(), message(invocation)).help(help).no_fix(refusal);
    if !is_for_everybody(invocation, refusal) {
        report.weight(Weight::OnRequest);
    }
}

/// Whether the reason is about this file, or about a manager of few files. That no mount serves apk could be told of every
/// image of Alpine.
fn is_for_everybody(invocation: &Invocation<'_>, refusal: &Refusal) -> bool {
    match refusal {
        Refusal::Unplaced(_) => true,
        Refusal::Needless(_) => !invocation.manager.is_system(),
        _ => false,
    }
}

fn has_lists_alone(step: &&Step<'_>) -> bool {
    step.mounts_over("/var/lib/apt/lists") && !step.mounts_over("/var/cache/apt")
}

/// apt's archives: to keep them changes a file of the image.
fn report_archives<'a>(cx: &Context<'a>, sink: &mut Sink<'_>, stage: &'a Stage<'a>, command: &Command<'_>) {
    let flag = archives_flag(cx.build, command).unwrap_or_default();
    let report = sink
        .report(command.verb_span(), "`apt-get` downloads all packages again each time this RUN is executed")
        .help(format!("write `RUN {flag} ...`, and remove {DOCKER_CLEAN} before"));
    match mount_archives(cx.build, cx.commands, stage) {
        Ok(edits) => {
            let title = "mount the archives of `apt-get`, and remove `docker-clean`, which would delete them";
            report.fix(title, Effect::Content, edits)
        }
        Err(refusal) => report.no_fix(refusal),
    };
}

fn message(invocation: &Invocation<'_>) -> String {
    let what = match invocation.action {
        Action::Build => "starts from nothing",
        Action::UpdateLists => "fetches all lists again",
        _ => "downloads everything again",
    };
    format!("`{}` {what} each time this RUN is executed", invocation.manager.name)
}

/// What makes the manager fill the mount with packages.
fn keeping(invocation: &Invocation<'_>) -> String {
    let switch = invocation.manager.keeps.as_ref().filter(|switch| switch.actions.contains(&invocation.action));
    switch.map_or_else(String::new, |switch| {
        format!(", and `{}`, without which `{}` deletes what it has downloaded", switch.insert, invocation.manager.name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn installations_and_compilers_are_reported_in_build_stages_too() {
        fires!("FROM golang AS a\nRUN go «mod download»\nRUN go build .\nFROM scratch\nCOPY --from=a /x /x\n");
        fires!("RUN mvn -q «package»\n");
        fires!("RUN pip «install» -r requirements.txt\n");
    }

    #[test]
    fn lists_of_apt_are_mounted_and_not_removed_any_more() {
        fixes!(
            "FROM debian:13\nRUN apt update \\\n    && apt install -y git \\\n    && rm -rf /var/lib/apt/lists/* /tmp/*\n" =>
            "FROM debian:13\nRUN --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \\\n    apt update \\\n    && apt install -y git \\\n    && rm -rf /tmp/*\n"
        );
        fixes!(
            "FROM debian:13\nRUN set -eux; apt update; apt install -y git; rm -rf /var/lib/apt/lists/*\n" =>
            "FROM debian:13\nRUN --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \\\n    set -eux; apt update; apt install -y git\n"
        );
    }

    #[test]
    fn a_mount_over_the_cache_is_enough() {
        silent!("RUN --mount=type=cache,target=/root/.m2 mvn package\n");
        silent!("ENV PIP_CACHE_DIR=/c\nRUN --mount=type=cache,target=/c pip install -r requirements.txt\n");
    }

    #[test]
    fn without_a_cache_there_is_nothing_to_mount() {
        silent!("ENV PIP_NO_CACHE_DIR=1\nRUN pip install -r requirements.txt\n");
        silent!("RUN npm run build\n");
    }

    #[test]
    fn the_user_below_su_and_sudo_has_another_home() {
        for command in ["su node -c 'npm ci'", "sudo -u node npm ci", "gosu node npm ci", "sudo -u node sh -c 'npm ci'"]
        {
            let found = findings(&META, check, &format!("FROM node:24\nRUN {command}\n"));
            assert!(found[0].weight == Weight::OnRequest && found[0].fix.is_none(), "{found:?}");
        }
        fires!("FROM node:24\nRUN sudo npm «ci»\n");
        fires!("FROM node:24\nRUN sh -c 'npm «ci»'\n");
    }

    #[test]
    fn named_packages_are_downloaded_again_as_well() {
        fires!("FROM python:3.14\nRUN pip «install» flask\n");
        silent!("FROM node:24\nRUN pnpm add -g a\n");
    }

    #[test]
    fn managers_that_download_again_in_any_case_are_told_so() {
        for text in [
            "FROM php:8.4\nRUN pecl install redis\n",
            "FROM php:8.4\nRUN pear install a\n",
            "FROM perl:5.42\nRUN cpanm Moose\n",
        ] {
            let found = findings(&META, check, text);
            assert!(found[0].weight == Weight::Ordinary && found[0].notes[0].contains("of no use"), "{text}");
        }
    }

    #[test]
    fn why_a_manager_of_a_distribution_gets_no_mount_is_told_on_request_only() {
        for (text, reason) in [
            ("FROM alpine:3.22\nRUN apk add --no-cache git\n", "`/etc/apk/cache`"),
            ("FROM mcr.microsoft.com/azurelinux/base/core:3.0\nRUN tdnf install -y git\n", "`tdnf` deletes"),
            ("FROM archlinux\nRUN pacman -Syu --noconfirm git\n", "`package-cleanup.hook`"),
            ("FROM opensuse/leap:15.6\nRUN zypper --non-interactive install git\n", "`keeppackages=1`"),
            ("FROM registry.access.redhat.com/ubi9/ubi-minimal\nRUN microdnf install -y git\n", "`microdnf` fetches"),
            ("FROM example.com/a\nRUN dnf install -y git\n", "may have moved"),
            ("USER app\nRUN npm ci\n", "the user is not known"),
        ] {
            let text = if text.starts_with("FROM") { text.to_owned() } else { format!("FROM debian:13\n{text}") };
            let found = findings(&META, check, &text);
            assert!(found.len() == 1 && found[0].weight == Weight::OnRequest, "{text} {found:?}");
            let told = found[0].refusal.as_deref().unwrap_or_default();
            assert!(told.contains(reason) && found[0].notes[0].contains(told), "{found:?}");
        }
        silent!("FROM fedora:42\nRUN dnf install -y --installroot /x git\n");
        silent!("FROM alpine:3.22\nRUN --mount=type=cache,target=/var/cache/apk apk add git\n");
    }

    #[test]
    fn what_npx_may_find_in_the_project_is_not_taken_for_a_download() {
        fires!("FROM node:24\nRUN «npx» -y cowsay\n");
        fires!("FROM node:24\nRUN «npx» @angular/cli@20 new a\n");
        silent!("FROM node:24\nCOPY . .\nRUN npx webpack\nRUN npx @angular/cli build\n");
    }

    #[test]
    fn archives_of_apt_follow_the_lists() {
        let lists = "--mount=type=cache,target=/var/lib/apt/lists,sharing=locked";
        let archives = "--mount=type=cache,target=/var/cache/apt,sharing=locked";
        fixes!(
            &format!("FROM debian:13\nRUN {lists} \\\n    apt-get update \\\n    && apt-get install -y a \\\n    && apt-get clean\nRUN {lists} apt-get update; apt-get install b\n") =>
            &format!("FROM debian:13\nRUN {lists} \\\n    {archives} \\\n    rm -f /etc/apt/apt.conf.d/docker-clean \\\n    && apt-get update \\\n    && apt-get install -y a\nRUN {lists} \\\n    {archives} \\\n    apt-get update; apt-get install b\n")
        );
    }
}
