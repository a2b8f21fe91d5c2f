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
//! says which of `/var/cache/dnf`, `/var/cache/libdnf5` and `/var/cache/yum` they fill. Not so:
//!
//! - apk keeps no packages by itself, only a list of them that is fetched in a second. `--cache-dir` would have to take the
//!   place of `--no-cache` in each command.
//! - zypper keeps packages only of repositories that the image's own settings say so of. Its lists lie below the short name
//!   of a repository, `repo-oss`, which is the same in all of openSUSE's releases, and the keys of a repository get into
//!   the image only while lists are fetched.
//! - microdnf takes all lists for outdated when it starts, deletes packages once they are installed, and has versions that
//!   fail at `--setopt=keepcache=1`.
//! - tdnf deletes packages too, and not all of its versions let themselves be told otherwise.
//! - pacman's packages are deleted behind each installation by `package-cleanup.hook` of the archlinux image.
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
//! from lists that another one has fetched; the cache is emptied by something that cannot be taken out; a `# syntax` older
//! than 1.2 knows no mounts.
//!
//! ## Sources
//! Docker's documentation, "Optimize cache usage in builds: use cache mounts"; Dockerfile reference, `RUN --mount`;
//! dnf.conf(5), dnf5-caching(7), apk-cache(5), zypper(8); archlinux-docker, `package-cleanup.hook`.

use crate::edit::Effect;
use crate::finding::Severity;
use crate::ir::{Command, DOCKER_CLEAN, Stage, Step};
use crate::knowledge::package_managers::{Action, Family, Home, Invocation, PackageManager};
use crate::rewrite::{archives_flag, downloads_archives, mount_archives, mount_caches, mount_flags};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "cache/missing-cache-mount",
    severity: Severity::Info,
    effect: Some(Effect::Content),
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in cx.reachable_stages().filter(|stage| !stage.is_windows) {
        let mut named: Vec<&PackageManager> = Vec::new();
        for command in stage.steps.iter().flat_map(|step| cx.commands.of_step(step)) {
            let Some(invocation) = &command.manager else { continue };
            let manager = invocation.manager;
            if named.iter().any(|other| other.shares_a_cache_with(manager))
                || !fills_cache(cx, command, invocation)
                || cx.build.keeps_downloads(command, invocation)
            {
                continue;
            }
            let Some(flags) = mount_flags(cx.build, cx.commands, command, manager) else { continue };
            named.push(manager);
            report(cx, sink, stage, command, invocation, &flags);
        }
        let has_lists_alone =
            |step: &&Step<'_>| step.mounts_over("/var/lib/apt/lists") && !step.mounts_over("/var/cache/apt");
        let mut half_mounted = stage.steps.iter().filter(has_lists_alone);
        if let Some(command) = half_mounted.find_map(|step| downloads_archives(cx.commands, step)) {
            report_archives(cx, sink, stage, command);
        }
    }
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
        Err(refusal) => report.note(format!("It is not written for you: {refusal}.")),
    };
}

fn report(
    cx: &Context<'_>,
    sink: &mut Sink<'_>,
    stage: &Stage<'_>,
    command: &Command<'_>,
    invocation: &Invocation<'_>,
    flags: &[String],
) {
    let tool = invocation.manager.name;
    let what = match invocation.action {
        Action::Build => "starts from nothing",
        Action::UpdateLists => "fetches all lists again",
        _ => "downloads everything again",
    };
    let report = sink
        .report(command.verb_span(), format!("`{tool}` {what} each time this RUN is executed"))
        .help(format!("write `RUN {} ...`{}", flags.join(" "), keeping(invocation)));
    match mount_caches(cx.build, cx.commands, stage, invocation.manager) {
        Ok(edits) => report.fix(format!("mount the cache of `{tool}`"), Effect::Debris, edits),
        Err(refusal) => report.note(format!("It is not written for you: {refusal}.")),
    };
}

/// What makes the manager fill the mount with packages.
fn keeping(invocation: &Invocation<'_>) -> String {
    let switch = invocation.manager.keeps.as_ref().filter(|switch| switch.actions.contains(&invocation.action));
    switch.map_or_else(String::new, |switch| {
        format!(", and `{}`, without which `{}` deletes what it has downloaded", switch.insert, invocation.manager.name)
    })
}

/// Whether the command installs or compiles a project, or fetches lists, and could keep what it has downloaded.
fn fills_cache(cx: &Context<'_>, command: &Command<'_>, invocation: &Invocation<'_>) -> bool {
    let manager = invocation.manager;
    let variable = |name: &str| cx.build.environment(command, name);
    let is_off = manager.no_cache.iter().any(|switch| {
        let values = switch.environment.iter().filter_map(|(name, _)| Some((*name, variable(name)?)));
        values.into_iter().any(|(name, value)| value.is_empty() || switch.is_on_by(name, &value))
    });
    // `npm run build` compiles, and has no cache of npm's own.
    let compiles = || invocation.action == Action::Build && manager.home != Home::Language("javascript");
    let fills = match manager.home {
        Home::System(Family::Debian) => invocation.fetches_lists(),
        Home::System(_) => invocation.installs() || matches!(invocation.action, Action::Upgrade | Action::UpdateLists),
        Home::Language(_) => invocation.is_project_install() || compiles(),
    };
    command.is_in_build()
        && fills
        && !manager.caches.is_empty()
        && !invocation.has_flag("--cache-dir --cache --cache-folder --offline --dry-run --installroot --downloadonly")
        && !is_off
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
    fn every_run_that_uses_the_manager_gets_the_mount() {
        fixes!(
            "FROM golang:1.25 AS b\nRUN go mod download\nRUN go build -o /x . && strip /x\nFROM scratch\nCOPY --from=b /x /x\n" =>
            "FROM golang:1.25 AS b\nRUN --mount=type=cache,target=/go/pkg/mod \\\n    --mount=type=cache,target=/root/.cache/go-build \\\n    go mod download\nRUN --mount=type=cache,target=/go/pkg/mod \\\n    --mount=type=cache,target=/root/.cache/go-build \\\n    go build -o /x . && strip /x\nFROM scratch\nCOPY --from=b /x /x\n"
        );
        fixes!(
            "FROM python:3.14\nRUN pip install -r a.txt\n" =>
            "FROM python:3.14\nRUN --mount=type=cache,target=/root/.cache/pip pip install -r a.txt\n"
        );
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
    fn a_second_manager_gets_its_mount_beside_the_first() {
        fixes!(
            "FROM debian:13\nRUN --mount=type=cache,target=/root/.cache/pip apt-get update && pip install -r a.txt\n" =>
            "FROM debian:13\nRUN --mount=type=cache,target=/root/.cache/pip \\\n    --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \\\n    apt-get update && pip install -r a.txt\n"
        );
        fixes!(
            "FROM debian:13\nRUN --mount=type=cache,target=/root/.cache/pip \\\n  apt-get update && pip install -r a.txt\n" =>
            "FROM debian:13\nRUN --mount=type=cache,target=/root/.cache/pip \\\n  --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \\\n  apt-get update && pip install -r a.txt\n"
        );
    }

    #[test]
    fn flags_and_clean_ups_that_would_defeat_the_mount_go() {
        fixes!(
            "FROM python:3.14\nRUN pip install --no-cache-dir -r a.txt && rm -rf ~/.cache/pip\n" =>
            "FROM python:3.14\nRUN --mount=type=cache,target=/root/.cache/pip pip install -r a.txt\n"
        );
        fixes!(
            "FROM python:3.14\nRUN pip install -r a.txt && rm -rf $HOME/.cache\n" =>
            "FROM python:3.14\nRUN --mount=type=cache,target=/root/.cache/pip pip install -r a.txt\n"
        );
        fixes!(
            "FROM node:24\nRUN npm ci && npm cache clean --force\n" =>
            "FROM node:24\nRUN --mount=type=cache,target=/root/.npm npm ci\n"
        );
    }

    #[test]
    fn what_others_may_read_stays_in_the_layer() {
        let unfixed = |text: &str| findings(&META, check, text).iter().all(|finding| finding.fix.is_none());
        assert!(unfixed("FROM golang:1.25\nRUN go mod download\nRUN make\n"));
        assert!(unfixed("FROM maven:3\nRUN mvn package\nCMD [\"mvn\", \"jetty:run\"]\n"));
        assert!(unfixed("FROM golang:1.25 AS b\nRUN go mod download\nFROM b\nRUN ./x\n"));
        assert!(unfixed("FROM example.com/go\nRUN go mod download\n"));
        assert!(unfixed("FROM debian:13\nRUN apt-get update\nRUN apt-get install -y git\n"));
        assert!(unfixed("FROM debian:13\nRUN apt-get update && cp -r /var/lib/apt/lists /x\n"));
        assert!(unfixed("FROM python:3.14\nRUN pip install -r a.txt && ./x && rm -rf /root/.cache\n"));
        assert!(unfixed("FROM python:3.14\nRUN pip install -r a.txt; rm -rf ~/.cache/pip\n"));
        assert!(unfixed("FROM node:24\nCOPY .yarnrc.yml .\nRUN yarn install\n"));
        assert!(unfixed("FROM maven:3 AS b\nRUN mvn package\nFROM a\nCOPY --from=b /root/.m2 /root/.m2\n"));
        assert!(unfixed("# syntax=docker/dockerfile:1.1\nFROM python:3\nRUN pip install -r a.txt\n"));
    }

    #[test]
    fn a_mount_over_the_cache_is_enough() {
        silent!("RUN --mount=type=cache,target=/root/.m2 mvn package\n");
        silent!("ENV PIP_CACHE_DIR=/c\nRUN --mount=type=cache,target=/c pip install -r requirements.txt\n");
    }

    #[test]
    fn without_a_cache_there_is_nothing_to_mount() {
        silent!("ENV PIP_NO_CACHE_DIR=1\nRUN pip install -r requirements.txt\n");
        silent!("RUN npm run build\nRUN apk add --no-cache git\n");
    }

    #[test]
    fn other_users_get_a_cache_of_their_own() {
        silent!("USER app\nRUN npm ci\n");
        fixes!(
            "FROM node:24\nUSER node\nRUN npm ci && rm -rf ~/.npm\n" =>
            "FROM node:24\nUSER node\nRUN --mount=type=cache,target=/home/node/.npm,uid=1000 npm ci\n"
        );
        fixes!(
            "FROM python:3.14\nENV HOME=/app\nUSER 1000:1001\nRUN pip install -r a.txt\n" =>
            "FROM python:3.14\nENV HOME=/app\nUSER 1000:1001\nRUN --mount=type=cache,target=/app/.cache/pip,uid=1000,gid=1001 pip install -r a.txt\n"
        );
        fixes!(
            "FROM node:24\nRUN yarn install\nUSER node\nRUN yarn install\n" =>
            "FROM node:24\nRUN --mount=type=cache,target=/usr/local/share/.cache/yarn yarn install\nUSER node\nRUN --mount=type=cache,target=/home/node/.cache/yarn,uid=1000 yarn install\n"
        );
        let found = findings(&META, check, "FROM maven:3\nRUN useradd -u 7 a\nUSER a\nRUN mvn package\n");
        assert!(found[0].fix.is_none() && found[0].notes[0].contains("would belong to root"), "{found:?}");
    }

    #[test]
    fn rpm_packages_are_kept_in_the_directory_of_the_release() {
        fixes!(
            "FROM fedora:42\nRUN dnf -y install git && dnf clean all\n" =>
            "FROM fedora:42\nRUN --mount=type=cache,target=/var/cache/libdnf5,sharing=locked dnf -y install --setopt=keepcache=1 git\n"
        );
        fixes!(
            "FROM rockylinux:9\nRUN dnf install -y git && rm -rf /var/cache/dnf /tmp/*\n" =>
            "FROM rockylinux:9\nRUN --mount=type=cache,target=/var/cache/dnf,sharing=locked dnf install --setopt=keepcache=1 -y git && rm -rf /tmp/*\n"
        );
        fixes!(
            "FROM centos:7\nRUN yum install -y git && yum clean all && rm -rf /var/cache/yum\n" =>
            "FROM centos:7\nRUN --mount=type=cache,target=/var/cache/yum,sharing=locked yum install --setopt=keepcache=1 -y git\n"
        );
        fixes!(
            "FROM registry.access.redhat.com/ubi9/ubi:9.4\nRUN dnf upgrade -y --setopt=keepcache=0\n" =>
            "FROM registry.access.redhat.com/ubi9/ubi:9.4\nRUN --mount=type=cache,target=/var/cache/dnf,sharing=locked dnf upgrade -y --setopt=keepcache=0\n"
        );
        let found =
            findings(&META, check, "FROM fedora:42\nRUN dnf install -y a\nRUN dnf --installroot=/x install -y b\n");
        assert!(found[0].fix.is_none() && found[0].notes[0].contains("`--installroot`"), "{found:?}");
    }

    #[test]
    fn images_of_languages_say_where_their_caches_lie() {
        fixes!(
            "FROM composer:2\nCOPY . .\nRUN composer install\n" =>
            "FROM composer:2\nCOPY . .\nRUN --mount=type=cache,target=/tmp/cache composer install\n"
        );
        fixes!(
            "FROM elixir:1.19\nCOPY . .\nRUN mix deps.get\n" =>
            "FROM elixir:1.19\nCOPY . .\nRUN --mount=type=cache,target=/root/.hex/packages \\\n    --mount=type=cache,target=/root/.cache/rebar3 \\\n    mix deps.get\n"
        );
    }

    #[test]
    fn no_mount_comes_under_a_removal_that_may_reach_it() {
        let dnf = ["/var/cache/dnf*", "/var/cache/{dnf,yum}", "/var/{cache,log}/*", "/var/cache/[a-z]*", "/*"];
        let removals = dnf.map(|words| format!("FROM rockylinux:9\nRUN dnf install -y git && rm -rf {words}\n"));
        let pip = [
            "rm -rf \"$HOME\"/.cache",
            "rm -rf ${HOME:-/root}/.cache",
            "rm -rf ~/.cache/*/",
            "rm -rf /root/.cac*",
            "for d in ~/.cache; do rm -rf $d; done",
            "cd ~ && rm -rf .cache",
            "rm -rf ~/.cache /root",
        ];
        let of_pip = pip.map(|command| format!("FROM python:3.14\nRUN pip install -r a.txt && {command}\n"));
        let below = "FROM rockylinux:9\nWORKDIR /var/cache\nRUN dnf install -y git && rm -rf dnf\n".to_owned();
        for text in removals.into_iter().chain(of_pip).chain([below]) {
            let found = findings(&META, check, &text);
            assert!(found[0].fix.is_none() && !found[0].notes.is_empty(), "{text} {found:?}");
        }
        for others in [
            "/tmp/*",
            "\"$GNUPGHOME\" /var/log/dnf*",
            "/var/lib/{a,b}",
            "build",
            "*.rpm",
            "/var/cache/dnf-a",
            "/root/x-${V}/",
        ] {
            let text =
                format!("FROM rockylinux:9\nRUN GNUPGHOME=\"$(mktemp -d)\" && dnf install -y git && rm -rf {others}\n");
            assert!(findings(&META, check, &text)[0].fix.is_some(), "{text}");
        }
    }

    #[test]
    fn managers_that_a_mount_would_not_serve_are_passed_over() {
        silent!("FROM alpine:3.22\nRUN apk add git\n");
        silent!("FROM mcr.microsoft.com/azurelinux/base/core:3.0\nRUN tdnf install -y git && tdnf clean all\n");
        silent!("FROM archlinux\nRUN pacman -Syu --noconfirm git\n");
        silent!("FROM opensuse/leap:15.6\nRUN zypper --non-interactive install git\n");
        silent!("FROM registry.access.redhat.com/ubi9/ubi-minimal\nRUN microdnf install -y git\n");
        silent!("FROM example.com/a\nRUN dnf install -y git\n");
        silent!("FROM fedora:42\nRUN dnf install -y --installroot /x git\n");
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
