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
use crate::finding::Severity;
use crate::ir::{Command, DOCKER_CLEAN, Stage, Step};
use crate::knowledge::package_managers::{Action, Family, Home, Invocation, PackageManager};
use crate::rewrite::{
    MountRefusal as Refusal, archives_flag, downloads_archives, mount_archives, mount_caches, mount_flags,
};
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
            match mount_flags(cx.build, cx.commands, command, manager) {
                Ok(flags) if !flags.is_empty() => report(cx, sink, stage, command, invocation, &flags),
                Err(refusal @ (Refusal::Unplaced(_) | Refusal::Needless(_))) => {
                    report_refusal(sink, command, invocation, &refusal);
                }
                _ => continue,
            }
            named.push(manager);
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
    let report = sink.report(command.verb_span(), message(invocation)).help(format!(
        "write `RUN {} ...`{}",
        flags.join(" "),
        keeping(invocation)
    ));
    match mount_caches(cx.build, cx.commands, stage, invocation.manager) {
        Ok(edits) => report.fix(format!("mount the cache of `{tool}`"), Effect::Debris, edits),
        Err(refusal) => report.note(format!("It is not written for you: {refusal}.")),
    };
}

/// A manager that no mount serves, as far as the table and the file tell.
fn report_refusal(sink: &mut Sink<'_>, command: &Command<'_>, invocation: &Invocation<'_>, refusal: &Refusal) {
    let help = match refusal {
        Refusal::Needless(_) => "put this RUN above what changes more often".to_owned(),
        _ => format!("mount a cache where `{}` keeps what it downloads", invocation.manager.name),
    };
    let report = sink.report(command.verb_span(), message(invocation)).help(help);
    report.note(format!("It is not written for you: {refusal}."));
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

/// Whether the command installs or compiles a project, or fetches lists, and could keep what it has downloaded.
fn fills_cache(cx: &Context<'_>, command: &Command<'_>, invocation: &Invocation<'_>) -> bool {
    let manager = invocation.manager;
    let variable = |name: &str| cx.build.environment(command, name);
    let is_off = manager.no_cache.iter().any(|switch| {
        let values = switch.environment.iter().filter_map(|(name, _)| Some((*name, variable(name)?)));
        values.into_iter().any(|(name, value)| value.is_empty() || switch.is_on_by(name, &value))
    });
    // `npm run build` compiles, and has no cache of npm's own; `gem build` packs files.
    let has_compiler = !matches!(manager.home, Home::Language("javascript" | "ruby"));
    let compiles = || invocation.action == Action::Build && has_compiler;
    let fills = match manager.home {
        Home::System(Family::Debian) => invocation.fetches_lists(),
        Home::System(_) => invocation.installs() || matches!(invocation.action, Action::Upgrade | Action::UpdateLists),
        Home::Language(_) => {
            invocation.is_project_install() || invocation.installs() && !manager.runs_from_cache() || compiles()
        }
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
    fn the_user_below_su_and_sudo_has_another_home() {
        for command in ["su node -c 'npm ci'", "sudo -u node npm ci", "gosu node npm ci", "sudo -u node sh -c 'npm ci'"]
        {
            silent!(&format!("FROM node:24\nRUN {command}\n"));
        }
        silent!("FROM node:24\nUSER node\nRUN sudo npm ci\n");
        fires!("FROM node:24\nRUN sudo npm «ci»\n");
        fires!("FROM node:24\nRUN sh -c 'npm «ci»'\n");
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

    /// The reason that the first finding gives for having no fix.
    fn refusal(text: &str) -> String {
        let found = findings(&META, check, text);
        assert!(found.first().is_some_and(|it| it.fix.is_none()), "{text} {found:?}");
        found[0].notes[0].trim_start_matches("It is not written for you: ").to_owned()
    }

    fn is_fixed(text: &str) -> bool {
        findings(&META, check, text).first().is_some_and(|found| found.fix.is_some())
    }

    #[test]
    fn named_packages_are_downloaded_again_as_well() {
        fires!("FROM python:3.14\nRUN pip «install» flask\n");
        silent!("FROM node:24\nRUN pnpm add -g a\n");
    }

    #[test]
    fn gems_lie_below_gem_home() {
        fixes!(
            "FROM ruby:3.4\nRUN gem install rails && rm -rf /usr/local/bundle/cache\n" =>
            "FROM ruby:3.4\nRUN --mount=type=cache,target=/usr/local/bundle/cache,sharing=locked gem install rails\n"
        );
        fixes!(
            "FROM ruby:3.4\nRUN bundle install\n" =>
            "FROM ruby:3.4\nRUN --mount=type=cache,target=/usr/local/bundle/cache,sharing=locked \\\n    --mount=type=cache,target=/root/.bundle/cache \\\n    bundle install\n"
        );
        fixes!(
            "FROM ruby:3.4\nENV HOME=/app\nUSER 1000\nRUN gem install rails\n" =>
            "FROM ruby:3.4\nENV HOME=/app\nUSER 1000\nRUN --mount=type=cache,target=/usr/local/bundle/cache,sharing=locked,uid=1000 gem install rails\n"
        );
        fixes!(
            "FROM debian:13\nENV GEM_HOME=/gems\nRUN gem install rails\n" =>
            "FROM debian:13\nENV GEM_HOME=/gems\nRUN --mount=type=cache,target=/gems/cache,sharing=locked gem install rails\n"
        );
    }

    #[test]
    fn gems_below_a_folder_of_the_version_of_ruby_are_told_and_left() {
        assert!(refusal("FROM debian:13\nRUN gem install rails\n").starts_with("without `GEM_HOME`"));
        assert!(refusal("FROM ruby:3.4\nENV BUNDLE_PATH=/b\nRUN bundle install\n").contains("`BUNDLE_PATH`"));
        assert!(
            refusal("FROM ruby:3.4\nRUN bundle config set deployment true && bundle install\n")
                .contains("`bundle config`")
        );
        assert!(refusal("FROM ruby:3.4\nRUN bundle install --path vendor\n").contains("`--path`"));
        assert!(refusal("FROM ruby:3.4\nRUN gem install -i /x rails\n").contains("`-i`"));
        assert!(is_fixed("FROM ruby:3.4\nRUN bundle config set --local without test && bundle install\n"));
        let removal = "FROM ruby:3.4\nRUN gem install a && rm -rf \"$(gem env gemdir)\"/cache\n";
        assert!(refusal(removal).contains("empties the cache"));
        assert!(refusal("FROM ruby:3.4\nRUN gem install a && rm -rf $GEM_HOME/cache\n").contains("empties the cache"));
    }

    #[test]
    fn installed_gems_are_copied_without_their_archives() {
        let copied =
            |from: &str| format!("FROM ruby:3.4 AS b\nRUN bundle install\nFROM ruby:3.4\nCOPY --from=b {from} /x\n");
        assert!(is_fixed(&copied("/usr/local/bundle")));
        assert!(refusal(&copied("/usr/local/bundle/cache")).contains("something else uses"));
    }

    #[test]
    fn the_link_of_the_gradle_image_has_two_ends() {
        let gradle = |more: &str| format!("FROM gradle:8-jdk21\n{more}\n");
        fixes!(
            &gradle("RUN gradle build") =>
            &gradle("RUN --mount=type=cache,target=/root/.gradle/caches,sharing=locked gradle build")
        );
        fixes!(
            &gradle("USER gradle\nRUN gradle build") =>
            &gradle("USER gradle\nRUN --mount=type=cache,target=/home/gradle/.gradle/caches,sharing=locked,uid=1000 gradle build")
        );
        fixes!(
            &gradle("ENV GRADLE_USER_HOME=/c\nRUN gradle build") =>
            &gradle("ENV GRADLE_USER_HOME=/c\nRUN --mount=type=cache,target=/c/caches,sharing=locked gradle build")
        );
        fixes!(
            "FROM gradle:5.4.1-jdk8-slim\nRUN gradle build\n" =>
            "FROM gradle:5.4.1-jdk8-slim\nRUN --mount=type=cache,target=/home/gradle/.gradle/caches,sharing=locked,uid=1000 gradle build\n"
        );
        let other_end = "/home/gradle/.gradle/caches";
        assert!(refusal(&gradle(&format!("RUN gradle build && rm -rf {other_end}"))).contains("empties the cache"));
        let copied = format!("FROM gradle:8 AS b\nRUN gradle build\nFROM a\nCOPY --from=b {other_end} /x\n");
        assert!(refusal(&copied).contains(other_end));
        assert!(refusal(&gradle("RUN gradle build\nRUN gradle --offline test")).contains("`--offline`"));
        let mount = format!("--mount=type=cache,target={other_end}");
        silent!(&gradle(&format!("RUN {mount} gradle build")));
        fixes!(
            &gradle(&format!("RUN gradle assemble\nRUN {mount} gradle build")) =>
            &gradle(&format!("RUN --mount=type=cache,target=/root/.gradle/caches,sharing=locked gradle assemble\nRUN {mount} gradle build"))
        );
    }

    #[test]
    fn environments_of_conda_get_copies_of_what_lies_in_the_mount() {
        fixes!(
            "FROM continuumio/miniconda3\nRUN conda env create -f environment.yml && conda clean -afy\nRUN python -c 1\n" =>
            "FROM continuumio/miniconda3\nRUN --mount=type=cache,target=/opt/conda/pkgs,sharing=locked conda env create -f environment.yml\nRUN python -c 1\n"
        );
        fixes!(
            "FROM debian:13\nENV PATH=/opt/conda/bin:$PATH\nRUN conda install -y numpy\n" =>
            "FROM debian:13\nENV PATH=/opt/conda/bin:$PATH\nRUN --mount=type=cache,target=/opt/conda/pkgs,sharing=locked conda install -y numpy\n"
        );
        fixes!(
            "FROM debian:13\nENV CONDA_PKGS_DIRS=/c\nRUN conda install -y numpy\n" =>
            "FROM debian:13\nENV CONDA_PKGS_DIRS=/c\nRUN --mount=type=cache,target=/c,sharing=locked conda install -y numpy\n"
        );
        fixes!(
            "FROM mambaorg/micromamba\nUSER mambauser\nRUN micromamba install -y numpy\n" =>
            "FROM mambaorg/micromamba\nUSER mambauser\nRUN --mount=type=cache,target=/opt/conda/pkgs,sharing=locked,uid=57439 micromamba install -y numpy\n"
        );
        assert!(refusal("FROM debian:13\nRUN conda install -y numpy\n").contains("where `conda` is installed"));
        assert!(is_fixed("FROM debian:13\nRUN /opt/conda/bin/mamba install -y numpy\n"));
        assert!(
            refusal("FROM debian:13\nRUN /srv/conda/bin/conda install -y a\n").contains("where `conda` is installed")
        );
        let image = "FROM continuumio/miniconda3\n";
        // conda/conda-pack#192
        assert!(
            refusal(&format!("{image}RUN conda install -y a && conda clean -ay\nRUN conda-pack -n a\n"))
                .contains("may read")
        );
        assert!(
            refusal(&format!("{image}RUN conda install -y a\nRUN conda install --offline a\n")).contains("`--offline`")
        );
        let copied = "FROM continuumio/miniconda3 AS b\nRUN conda install -y a && conda clean -afy\nFROM c\nCOPY --from=b /opt/conda /opt/conda\n";
        assert!(is_fixed(copied));
        assert!(refusal(&copied.replace(" && conda clean -afy", "")).contains("may read"));
    }

    #[test]
    fn pipx_has_the_cache_of_pip_and_environments_that_are_none() {
        fixes!(
            "FROM python:3.14\nRUN pipx install --pip-args=--no-cache-dir poetry\n" =>
            "FROM python:3.14\nRUN --mount=type=cache,target=/root/.cache/pip pipx install poetry\n"
        );
        fixes!(
            "FROM python:3.14\nENV HOME=/app PIP_CACHE_DIR=/c\nUSER 7\nRUN pipx install poetry\n" =>
            "FROM python:3.14\nENV HOME=/app PIP_CACHE_DIR=/c\nUSER 7\nRUN --mount=type=cache,target=/c,uid=7 pipx install poetry\n"
        );
        assert!(
            refusal("FROM python:3.14\nRUN pipx install a\nCMD cat /root/.cache/pip/x\n").contains("something else")
        );
    }

    #[test]
    fn archives_of_cpan_are_kept_without_its_settings() {
        fixes!(
            "FROM perl:5.42\nRUN cpan Moose\n" =>
            "FROM perl:5.42\nRUN --mount=type=cache,target=/root/.cpan/sources,sharing=locked cpan Moose\n"
        );
        fixes!(
            "FROM perl:5.42\nENV HOME=/app\nRUN cpan Moose\n" =>
            "FROM perl:5.42\nENV HOME=/app\nRUN --mount=type=cache,target=/app/.cpan/sources,sharing=locked cpan Moose\n"
        );
        assert!(refusal("FROM perl:5.42\nENV HOME=/app\nUSER 7\nRUN cpan Moose\n").contains("would belong to root"));
        assert!(refusal("FROM perl:5.42\nRUN cpan Moose\nRUN cp -r /root/.cpan /x\n").contains("something else"));
        assert!(refusal("FROM perl:5.42\nRUN cpan Moose && rm -rf ~/.cpan\n").contains("empties the cache"));
    }

    #[test]
    fn rocks_are_kept_below_the_home_directory() {
        fixes!(
            "FROM debian:13\nRUN luarocks install lpeg\nRUN luarocks show lpeg && make\n" =>
            "FROM debian:13\nRUN --mount=type=cache,target=/root/.cache/luarocks,sharing=locked luarocks install lpeg\nRUN luarocks show lpeg && make\n"
        );
        fixes!(
            "FROM debian:13\nENV HOME=/h XDG_CACHE_HOME=/c\nUSER 7\nRUN luarocks install lpeg\n" =>
            "FROM debian:13\nENV HOME=/h XDG_CACHE_HOME=/c\nUSER 7\nRUN --mount=type=cache,target=/c/luarocks,sharing=locked,uid=7 luarocks install lpeg\n"
        );
        assert!(
            refusal("FROM debian:13\nRUN luarocks install a\nRUN cp -r ~/.cache/luarocks /x\n")
                .contains("something else")
        );
    }

    #[test]
    fn opam_keeps_archives_beside_what_it_installs() {
        fixes!(
            "FROM debian:13\nRUN opam init -y\nRUN opam install -y dune\nRUN make\n" =>
            "FROM debian:13\nRUN opam init -y\nRUN --mount=type=cache,target=/root/.opam/download-cache,sharing=locked opam install -y dune\nRUN make\n"
        );
        fixes!(
            "FROM debian:13\nENV OPAMROOT=/o\nRUN opam install -y dune\n" =>
            "FROM debian:13\nENV OPAMROOT=/o\nRUN --mount=type=cache,target=/o/download-cache,sharing=locked opam install -y dune\n"
        );
        for root in ["", "ENV OPAMROOT=/o\n"] {
            let text = format!("FROM debian:13\n{root}RUN opam init --bare && opam install -y dune\n");
            assert!(refusal(&text).contains("a root that is not empty"));
            assert!(is_fixed(&text.replace("--bare", "-y")));
        }
        let user = "FROM debian:13\nRUN useradd -m -u 7 a\nUSER a\nRUN opam install -y dune\n";
        assert!(refusal(user).contains("would belong to root"));
        assert!(refusal("FROM debian:13\nRUN opam install -y a\nRUN tar c ~/.opam\n").contains("something else"));
    }

    #[test]
    fn a_mount_would_change_where_cabal_installs() {
        assert!(refusal("FROM haskell:9\nRUN cabal update && cabal install hlint\n").contains("`CABAL_DIR`"));
        let placed = "FROM haskell:9\nENV CABAL_DIR=/c\n";
        fixes!(
            &format!("{placed}RUN cabal update && cabal install hlint\n") =>
            &format!("{placed}RUN --mount=type=cache,target=/c/packages,sharing=locked cabal update && cabal install hlint\n")
        );
        assert!(
            refusal(&format!("{placed}RUN cabal update\nRUN cabal install hlint\n"))
                .contains("another RUN has fetched")
        );
        assert!(refusal(&format!("{placed}RUN cabal update && cabal build\nRUN make\n")).contains("may read"));
    }

    #[test]
    fn stack_fetches_what_it_misses() {
        fixes!(
            "FROM haskell:9\nRUN stack install hlint\n" =>
            "FROM haskell:9\nRUN --mount=type=cache,target=/root/.stack/pantry,sharing=locked stack install hlint\n"
        );
        fixes!(
            "FROM haskell:9\nENV STACK_ROOT=/s\nRUN stack build\n" =>
            "FROM haskell:9\nENV STACK_ROOT=/s\nRUN --mount=type=cache,target=/s/pantry,sharing=locked stack build\n"
        );
        assert!(refusal("FROM haskell:9\nRUN stack build\nRUN make\n").contains("may read"));
        assert!(refusal("FROM haskell:9\nENV HOME=/h\nUSER 7\nRUN stack build\n").contains("would belong to root"));
    }

    #[test]
    fn managers_that_download_again_in_any_case_are_told_so() {
        for text in [
            "FROM php:8.4\nRUN pecl install redis\n",
            "FROM php:8.4\nRUN pear install a\n",
            "FROM perl:5.42\nRUN cpanm Moose\n",
        ] {
            assert!(refusal(text).contains("of no use"), "{text}");
        }
    }

    #[test]
    fn composer_has_a_home_that_a_mount_may_bring_about() {
        let mounts = "--mount=type=cache,target=/root/.composer/cache \\\n    --mount=type=cache,target=/root/.cache/composer \\\n    ";
        fixes!("FROM php:8.4\nRUN composer install\n" => &format!("FROM php:8.4\nRUN {mounts}composer install\n"));
        let global = "RUN composer global require a/b\n";
        assert!(refusal(&format!("FROM php:8.4\n{global}")).contains("`~/.composer`"));
        assert!(is_fixed(&format!("FROM php:8.4\nENV COMPOSER_HOME=/c\n{global}")));
        assert!(is_fixed(&format!("FROM composer:2\n{global}")));
    }

    #[test]
    fn what_an_earlier_run_has_restored_is_not_left_to_a_mount() {
        let sdk = "FROM mcr.microsoft.com/dotnet/sdk:9.0\n";
        assert!(
            refusal(&format!("{sdk}RUN dotnet restore\nRUN dotnet publish --no-restore\n")).contains("`--no-restore`")
        );
        assert!(is_fixed(&format!("{sdk}RUN dotnet restore && dotnet publish --no-restore\n")));
        assert!(is_fixed(&format!("{sdk}RUN dotnet restore\nRUN dotnet publish\n")));
        assert!(refusal("FROM rust:1\nRUN cargo fetch\nRUN cargo build --frozen\n").contains("`--frozen`"));
    }

    #[test]
    fn bun_and_deno_have_their_caches_where_their_images_say() {
        fixes!(
            "FROM oven/bun:1\nRUN bun install\n" =>
            "FROM oven/bun:1\nRUN --mount=type=cache,target=/root/.bun/install/cache bun install\n"
        );
        fixes!(
            "FROM denoland/deno:2.9.1\nRUN deno install\n" =>
            "FROM denoland/deno:2.9.1\nRUN --mount=type=cache,target=/deno-dir deno install\n"
        );
        assert!(
            refusal("FROM denoland/deno:2.9.1\nRUN deno install\nCMD [\"deno\", \"run\", \"a.ts\"]\n")
                .contains("may read")
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
