//! A package manager's lists, archives or download cache stay in a layer of the image.
//!
//! ## Why
//! What a RUN leaves behind becomes a layer, and every pull of the image carries it. The lists that `apt-get update`
//! fetches, the wheels that pip keeps, npm's tarballs are of use to the next installation only, and in an image there is
//! none. Removing them in a later RUN saves nothing: the layer that holds them is finished by then, and the later one
//! merely hides them.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM python:3.13-slim
//! RUN apt-get update && apt-get install -y libpq5
//! RUN pip install flask
//! CMD ["flask", "run"]
//! ```
//! ```dockerfile,good
//! FROM python:3.13-slim
//! RUN apt-get update && apt-get install -y libpq5 && rm -rf /var/lib/apt/lists/*
//! RUN pip install --no-cache-dir flask
//! CMD ["flask", "run"]
//! ```
//!
//! A cache mount keeps the directory out of the layer as well, and makes the next build faster:
//! `RUN --mount=type=cache,target=/root/.cache/pip pip install flask`.
//!
//! Only the layers of the final image count, its base stages included. The archives that `apt-get install` downloads are
//! no matter: the official Debian and Ubuntu images delete them by `/etc/apt/apt.conf.d/docker-clean`. Nor are caches
//! that programs read when they run (Deno, Maven) or that hold nothing but hard links (pnpm, Bun).
//!
//! All commands of one manager are one finding. It is left to `--profile strict` where it hardly matters: in images that
//! start nothing, which are rarely pulled, and where only tools of a megabyte or two are downloaded.
//!
//! ## Fix
//! Adds the manager's flag, or its clean-up as the last command of the RUN's `&&` chain: *debris*. Holds back where the
//! RUN is no plain chain, and where a later RUN installs from these lists. Where `cache/missing-cache-mount` is on and mounts
//! something in the same RUN, that comes first.
//!
//! ## Sources
//! hadolint DL3009, DL3019, DL3032, DL3036, DL3040, DL3042, DL3060; Trivy DS-0015, DS-0019, DS-0020, DS-0025, DS-0027;
//! Docker's best practices for `apt-get`.

use crate::edit::{Edit, Effect};
use crate::finding::{Severity, Weight};
use crate::ir::{Command, KeptCache};
use crate::knowledge::package_managers::{Action, CacheKind};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "size/package-cache-kept",
    severity: Severity::Info,
    effect: Some(Effect::Debris),
    aliases: &[
        "DL3009",
        "DL3019",
        "DL3032",
        "DL3036",
        "DL3040",
        "DL3042",
        "DL3060",
        "DS-0015",
        "DS-0019",
        "DS-0020",
        "DS-0025",
        "DS-0027",
        "KICS-df746b39",
        "KICS-ae9c56a6",
        "KICS-295acb63",
        "KICS-00481784",
        "KICS-38300d1a",
        "KICS-f2f903fb",
        "DKL-DI-0004",
        "DKL-DI-0005",
        "S6587",
        "remove-package-lists",
        "missing-apk-no-cache",
        "missing-dnf-clean-all",
        "missing-pip-no-cache-dir",
        "missing-zypper-clean",
        "aptGetInstallThenRemoveAptLists",
        "apkAddUseNoCache",
        "npmCacheCleanAfterInstall",
        "pipUseNoCacheDir",
        "yarnCacheCleanAfterInstall",
        "yumInstallRmVarCacheYum",
    ],
    gives_way_to: &["cache/missing-cache-mount", "cache/packages-in-volatile-run"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for caches in kept_caches(cx) {
        let (held_back, free): (Vec<_>, Vec<_>) =
            caches.into_iter().map(|kept| (obstacle(cx, &kept), kept)).partition(|(obstacle, _)| obstacle.is_some());
        for caches in [free, held_back] {
            let (obstacles, caches): (Vec<_>, Vec<_>) = caches.into_iter().unzip();
            report(cx, sink, &caches, obstacles.into_iter().flatten().next());
        }
    }
}

/// The caches that stay in the image and are debris there, one list for each package manager.
fn kept_caches<'b>(cx: &Context<'b>) -> Vec<Vec<KeptCache<'b>>> {
    let Some(last) = cx.final_stage() else { return Vec::new() };
    let mut by_manager: Vec<Vec<KeptCache<'b>>> = Vec::new();
    for kept in cx.build.kept_caches(cx.commands, last.index) {
        // Lists that a later RUN installs from are no debris; `cache/update-without-install` has a word for that.
        if kept.is_needed_later || kept.manager.name == "yarn" && cx.build.may_use_modern_yarn() {
            continue;
        }
        match by_manager.iter_mut().find(|list| list.iter().any(|other| other.manager == kept.manager)) {
            Some(list) => list.push(kept),
            None => by_manager.push(vec![kept]),
        }
    }
    by_manager
}

/// Whether the caches are hardly worth a word: the image starts nothing, so that nobody pulls it to run it, or only tools
/// of a megabyte or two were downloaded.
fn are_minor(cx: &Context<'_>, caches: &[KeptCache<'_>]) -> bool {
    cx.process().steps().next().is_none() || caches.iter().all(is_small)
}

/// Packages that are small, and need no others.
const SMALL: &[&str] = &["bundler", "pip", "pipenv", "setuptools", "virtualenv", "wheel"];

fn is_small(kept: &KeptCache<'_>) -> bool {
    let is_small = |command: &&Command<'_>| {
        command.manager.as_ref().is_some_and(|invocation| {
            let mut packages = invocation.packages().peekable();
            packages.peek().is_some()
                && packages.all(|package| SMALL.contains(&package.name))
                && invocation.packages().count() == invocation.operands.len()
        })
    };
    // What PECL downloads are sources, which it unpacks and compiles in the same folder.
    kept.manager.name == "pecl" || std::iter::once(&kept.command).chain(&kept.others).all(is_small)
}

/// Reports caches of one package manager: the first of its commands, and the others with it. They are emptied unless there is an
/// obstacle.
fn report(cx: &Context<'_>, sink: &mut Sink<'_>, caches: &[KeptCache<'_>], obstacle: Option<String>) {
    let Some(first) = caches.first() else { return };
    let remedy = Remedy::of(first);
    let others =
        caches.iter().flat_map(|kept| std::iter::once(kept.command).chain(kept.others.iter().copied())).skip(1);
    // Other tools know the caches of a few managers only.
    let mut report = sink
        .report(first.command.verb_span(), message(cx, first))
        .help(remedy.help())
        .aliases(first.manager.codes.cache)
        .related_all(others.map(|other| (other.verb_span(), "and so does this".to_owned())))
        .weight(if are_minor(cx, caches) { Weight::Minor } else { Weight::Ordinary });
    for late in caches.iter().filter_map(|kept| kept.emptied_later) {
        report = report.related(late.span(), "removes it too late: the layer that holds it is finished by then");
    }
    if let Some(obstacle) = obstacle {
        report.no_fix(obstacle);
        return;
    }
    let edits: Vec<Edit> = caches.iter().filter_map(|kept| Remedy::of(kept).edits(cx, kept)).flatten().collect();
    report.fix(remedy.help(), Effect::Debris, edits);
}

/// Why the remedy may break the build, where it may.
fn obstacle(cx: &Context<'_>, kept: &KeptCache<'_>) -> Option<String> {
    if let Some(script) = cx.build.may_need_lists_behind(cx.commands, kept.command.step, kept.manager) {
        return Some(format!("`{script}` behind it may install from the lists"));
    }
    let has_force = |command: &Command<'_>| {
        command
            .arguments()
            .iter()
            .filter_map(|word| word.value)
            .any(|word| word == "--force" || word.starts_with('-') && !word.starts_with("--") && word.contains('f'))
    };
    if kept.emptied_later.is_some_and(|late| late.name() == Some("rm") && !has_force(late)) {
        return Some("a later `rm` without `-f` would find nothing to remove".to_owned());
    }
    let tool = kept.manager.name;
    match Remedy::of(kept) {
        Remedy::Flag(flag) | Remedy::Needless(flag) if is_too_old(cx, kept) => {
            Some(format!("the `{tool}` of this image may be too old for `{flag}`"))
        }
        Remedy::Command(_) => command_obstacle(cx, kept),
        _ => None,
    }
}

/// pip has had its option since 6.0, apk since Alpine 3.3, Composer since 1.9.
fn is_too_old(cx: &Context<'_>, kept: &KeptCache<'_>) -> bool {
    const BEFORE_PIP_6: &[&str] = &["jessie", "precise", "squeeze", "trusty", "wheezy"];
    let stage = kept.command.step.stage;
    let image =
        cx.build.root_image(stage).map(|image| (image.familiar_name(), image.tag_or_latest().unwrap_or_default()));
    let (image, tag) = image.unwrap_or_default();
    let release = cx.build.image_facts(stage).and_then(|facts| facts.distribution?.release);
    match kept.manager.name {
        "apk" => {
            image == "alpine"
                && ["2.", "3.0", "3.1", "3.2"].iter().any(|old| tag == *old || tag.starts_with(&format!("{old}.")))
        }
        "composer" => {
            let names = |image: &str, tags: &[&str]| {
                tags.iter().any(|tag| cx.source().text().contains(&format!("{image}:{tag}")))
            };
            let is_of_distribution = cx.commands.package_managers().any(|(command, it)| {
                command.step.stage == stage
                    && it.manager.is_system()
                    && it.packages().any(|package| package.name == "composer")
            });
            names("composer", &["1"]) || is_of_distribution
        }
        "pip" => image != "python" && release.is_some_and(|release| BEFORE_PIP_6.contains(&release)),
        _ => false,
    }
}

/// Why the command that empties the cache may not be called as it has to be.
fn command_obstacle(cx: &Context<'_>, kept: &KeptCache<'_>) -> Option<String> {
    let tool = kept.manager.name;
    let replaces_itself = |command: &Command<'_>| {
        command
            .manager
            .as_ref()
            .is_some_and(|it| it.manager.name == tool && it.packages().any(|package| package.name == tool))
    };
    if cx.commands.of_step(kept.command.step).iter().any(replaces_itself) {
        return Some(format!("this RUN puts another `{tool}` in the place of the one that is there"));
    }
    if kept.command.has_argument("--user-install") {
        return Some("`--user-install` keeps what it has downloaded elsewhere".to_owned());
    }
    match kept.command.words.first() {
        Some(word) if word.value.is_some() => None,
        _ => Some(format!("how `{tool}` is called is only known when the build runs")),
    }
}

/// The command that empties the cache, called as the one that has filled it.
fn called_alike(clean: &str, command: &Command<'_>) -> String {
    let (program, rest) = clean.split_once(' ').unwrap_or((clean, ""));
    let manager = command.manager.as_ref().map(|it| it.manager);
    let is_of_manager = manager.is_some_and(|it| it.name == program || it.aliases.contains(&program));
    match command.words.first().and_then(|word| word.value).filter(|_| is_of_manager) {
        Some(called) => format!("{called} {rest}"),
        None => clean.to_owned(),
    }
}

fn message(cx: &Context<'_>, kept: &KeptCache<'_>) -> String {
    let what = match kept.cache.kind {
        CacheKind::Lists => "the package lists",
        CacheKind::Packages | CacheKind::Compiled => "what it has downloaded",
    };
    let verb = cx.text(kept.command.verb_span());
    let tool = kept.manager.name;
    let words = if verb == tool || verb.contains('\n') { tool.to_owned() } else { format!("{tool} {verb}") };
    format!("`{words}` leaves {what} in the image, in {}", kept.directory)
}

/// How to get rid of a cache.
enum Remedy {
    /// A flag of the command.
    Flag(&'static str),
    /// The same flag of a command that fetches lists, which no command with the flag reads.
    Needless(&'static str),
    /// A command at the end of the RUN.
    Command(String),
    /// None that dfx knows.
    Mount,
}

impl Remedy {
    fn of(kept: &KeptCache<'_>) -> Self {
        let switch = kept.manager.no_cache.as_ref();
        let switch =
            switch.filter(|switch| kept.command.manager.as_ref().is_some_and(|it| switch.actions.contains(&it.action)));
        match (switch, kept.manager.clean) {
            (Some(switch), _) if is_update(kept.command) => Remedy::Needless(switch.insert),
            (Some(switch), _) => Remedy::Flag(switch.insert),
            (None, Some(clean)) => {
                let is_wrapped = kept.command.invoked.as_ref().is_some_and(|invoked| invoked.wrapper("sudo").is_some());
                let clean = called_alike(clean, kept.command);
                Remedy::Command(if is_wrapped { format!("sudo {clean}") } else { clean })
            }
            (None, None) => Remedy::Mount,
        }
    }

    fn help(&self) -> String {
        match self {
            Remedy::Flag(flag) => format!("add `{flag}`"),
            Remedy::Needless(flag) => {
                format!("add `{flag}`, or leave it out: with `{flag}`, installing needs no lists")
            }
            Remedy::Command(command) => format!("end this RUN with `{command}`"),
            Remedy::Mount => "mount a cache over the directory".to_owned(),
        }
    }

    fn edits(&self, cx: &Context<'_>, kept: &KeptCache<'_>) -> Option<Vec<Edit>> {
        match self {
            Remedy::Flag(flag) | Remedy::Needless(flag) => {
                let place = kept.manager.no_cache.as_ref()?.place;
                let edit = |command: &Command<'_>| {
                    let anchor = command.words.get(command.manager.as_ref()?.insert_after(place))?;
                    anchor.is_contiguous.then(|| Edit::insert(anchor.span.end, format!(" {flag}")))
                };
                std::iter::once(kept.command).chain(kept.others.iter().copied()).map(edit).collect()
            }
            Remedy::Command(command) => {
                let invoked = kept.command.invoked.as_ref()?;
                let end = cx.build.chain_end(kept.command.step).filter(|_| invoked.circumstances.depth == 0)?;
                Some(vec![Edit::insert(end.offset, format!("{}{command}", end.joint))])
            }
            Remedy::Mount => None,
        }
    }
}

fn is_update(command: &Command<'_>) -> bool {
    command.manager.as_ref().is_some_and(|invocation| invocation.action == Action::UpdateLists)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    fn obstacle_to(text: &str) -> Option<String> {
        let base = if text.starts_with("FROM") { "" } else { "FROM debian:12\n" };
        let found = findings(&META, check, &format!("{base}{text}"));
        assert!(found.len() == 1 && found[0].fix.is_some() != found[0].refusal.is_some(), "{text}{found:?}");
        found[0].refusal.clone()
    }

    #[test]
    fn the_clean_up_is_called_as_the_program_was() {
        fixes!("RUN /opt/conda/bin/conda install -y numpy\n" => "RUN /opt/conda/bin/conda install -y numpy && /opt/conda/bin/conda clean -afy\n");
        fixes!("RUN micromamba install -y numpy\n" => "RUN micromamba install -y numpy && micromamba clean -afy\n");
    }

    #[test]
    fn lists_stay_for_a_script_that_may_install_from_them() {
        let after =
            |later: &str| obstacle_to(&format!("RUN apt-get update && apt-get install -y python3\nRUN {later}\n"));
        for later in [
            "/setup.sh",
            "/setup",
            "sh ./install.sh",
            "make deps",
            "ansible-playbook a.yml",
            "APT=apt-get; $APT install -y a",
            "apt-get download a",
            "apt-cache show nginx",
            "gdebi -n a.deb",
        ] {
            assert!(after(later).is_some(), "{later}");
        }
        for later in
            ["./configure && make && make install", "apt-get update && /setup.sh", "python3 a.py", "/usr/bin/a"]
        {
            assert_eq!(after(later), None, "{later}");
        }
    }

    #[test]
    fn a_later_rm_without_force_has_something_to_remove() {
        assert!(obstacle_to("RUN pip install flask\nRUN rm -r /root/.cache/pip\n").is_some());
        assert_eq!(obstacle_to("RUN pip install flask\nRUN rm -rf /root/.cache/pip\n"), None);
    }

    #[test]
    fn old_programs_do_not_know_the_option() {
        assert!(obstacle_to("FROM debian:jessie\nRUN pip install flask\n").is_some());
        assert!(obstacle_to("FROM composer:1.4\nRUN composer install\n").is_some());
        assert!(obstacle_to("FROM alpine:3.2\nRUN apk add curl\n").is_some());
        assert_eq!(obstacle_to("FROM python:3.6-jessie\nRUN pip install flask\n"), None);
    }

    #[test]
    fn a_program_that_replaces_itself_may_not_run_any_more() {
        assert!(obstacle_to("FROM node:10\nRUN npm install -g npm\n").is_some());
    }

    #[test]
    fn the_verb_that_fills_the_cache_is_reported() {
        fires!("RUN apt-get «update» && apt-get install -y curl\n");
        fires!("FROM fedora:42\nRUN dnf «install» -y curl\n");
        fires!("FROM node:22\nRUN npm «ci»\n");
    }

    #[test]
    fn only_layers_of_the_final_image_count() {
        fires!("FROM debian:13 AS base\nRUN apt-get «update»\nFROM base\n");
        silent!("FROM debian:13 AS build\nRUN apt-get update\nFROM debian:13\nCOPY --from=build /a /a\n");
    }

    #[test]
    fn what_the_same_run_removes_is_gone() {
        silent!("RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n");
        silent!("FROM fedora:42\nRUN dnf install -y curl && dnf clean all\n");
        silent!("FROM python:3.13\nRUN pip install flask && rm -rf ~/.cache\n");
    }

    #[test]
    fn mounts_and_variables_keep_it_out() {
        silent!("FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask\n");
        silent!("FROM python:3.13\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask\n");
    }

    #[test]
    fn the_directory_is_that_of_the_release() {
        let message =
            |image: &str| findings(&META, check, &format!("FROM {image}\nRUN dnf install -y a\n"))[0].message.clone();
        assert!(message("fedora:42").ends_with("/var/cache/libdnf5"), "{}", message("fedora:42"));
        assert!(message("rockylinux:9").ends_with("/var/cache/dnf"), "{}", message("rockylinux:9"));
    }

    #[test]
    fn removing_the_directory_of_another_release_is_no_clean_up() {
        fires!("FROM fedora:42\nRUN dnf «install» -y a && rm -rf /var/cache/dnf\n");
        fires!("FROM rockylinux:9\nRUN dnf «install» -y a && rm -rf /var/cache/libdnf5\n");
        fires!("FROM fedora:42\nRUN yum «install» -y a && rm -rf /var/cache/yum /var/cache/dnf\n");
        silent!("FROM fedora:42\nRUN dnf install -y a && rm -rf /var/cache/libdnf5/*\n");
        silent!("FROM fedora:42\nRUN dnf install -y a && rm -rf /var/cache/*\n");
        silent!("FROM example.com/a\nRUN dnf install -y a && rm -rf /var/cache/dnf\n");
    }

    #[test]
    fn tdnf_cleans_up_behind_itself() {
        fixes!(
            "FROM mcr.microsoft.com/azurelinux/base/core:3.0\nRUN tdnf install -y a\n" =>
            "FROM mcr.microsoft.com/azurelinux/base/core:3.0\nRUN tdnf install -y a && tdnf clean all\n"
        );
    }

    #[test]
    fn the_clean_up_takes_the_form_of_the_run() {
        fixes!(
            "RUN apt-get update \\\n # tools\n && apt-get install -y \\\n    curl\n" =>
            "RUN apt-get update \\\n # tools\n && apt-get install -y \\\n    curl && rm -rf /var/lib/apt/lists/*\n"
        );
        fixes!(
            "RUN sudo apt-get update && \\\n    sudo apt-get install -y a\n" =>
            "RUN sudo apt-get update && \\\n    sudo apt-get install -y a && \\\n    sudo rm -rf /var/lib/apt/lists/*\n"
        );
    }

    #[test]
    fn images_that_start_nothing_and_small_tools_hardly_matter() {
        let weight = |text: &str| findings(&META, check, text)[0].weight;
        assert_eq!(weight("FROM debian:13\nRUN apt-get update && apt-get install -y a\n"), Weight::Minor);
        assert_eq!(weight("FROM debian:13\nRUN apt-get update && apt-get install -y a\nCMD a\n"), Weight::Ordinary);
        assert_eq!(weight("FROM python:3.13\nRUN pip install --upgrade pip\nCMD a\n"), Weight::Minor);
        assert_eq!(weight("FROM python:3.13\nRUN pip install pip -r x.txt\nCMD a\n"), Weight::Ordinary);
    }

    #[test]
    fn one_manager_is_one_finding_and_mended_as_a_whole() {
        fires!("FROM fedora:42\nRUN dnf «install» -y a\nRUN dnf install -y b\n");
        fixes!(
            "FROM fedora:42\nRUN dnf install -y a\nRUN dnf install -y b\n" =>
            "FROM fedora:42\nRUN dnf install -y a && dnf clean all\nRUN dnf install -y b && dnf clean all\n"
        );
    }

    #[test]
    fn codes_of_other_managers_are_not_borrowed() {
        let codes = |text| findings(&META, check, text)[0].aliases.clone();
        assert_eq!(codes("FROM node:22\nRUN npm ci\n"), ["npmCacheCleanAfterInstall", "S6587"]);
        assert_eq!(codes("FROM node:22\nRUN yarn install\n"), ["DL3060", "yarnCacheCleanAfterInstall", "S6587"]);
    }

    #[test]
    fn each_apk_command_gets_the_flag() {
        fixes!(
            "FROM alpine:3.22\nRUN apk update && apk add curl\n" =>
            "FROM alpine:3.22\nRUN apk update --no-cache && apk add --no-cache curl\n"
        );
    }

    #[test]
    fn lists_that_a_later_run_needs_are_no_debris() {
        silent!("FROM debian:13\nRUN apt-get update\nRUN apt-get install -y curl\n");
        fires!("FROM archlinux:latest\nRUN pacman -Syu --noconfirm\nRUN pacman «-S» --noconfirm git\n");
    }

    #[test]
    fn a_later_clean_up_is_shown_as_too_late() {
        let text = "FROM debian:13\nRUN apt-get update\nRUN rm -rf /var/lib/apt/lists/*\n";
        let found = findings(&META, check, text);
        assert_eq!(found[0].related.len(), 1);
    }

    #[test]
    fn yarn_that_runs_from_its_cache_keeps_it() {
        silent!("FROM node:22\nRUN corepack enable && yarn install\n");
        fires!("FROM node:22\nRUN yarn «install» --production\n");
    }
}
