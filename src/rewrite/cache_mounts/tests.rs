//! What is mounted where, and what is refused.

use crate::edit::apply;
use crate::knowledge::package_managers::{all, find};
use crate::plan::{Tolerance, differences_beyond};
use crate::source::SourceFile;
use crate::syntax::parse;

use super::*;

/// What comes of the first command that fills a cache and has none mounted; `None` where there is no such command.
fn first(text: &str) -> Option<Result<String, Refusal>> {
    let before = parse(SourceFile::new("Dockerfile", text));
    let build = Build::new(&before);
    let commands = Commands::new(&build);
    let of_stage = |stage: &Stage<'_>| stage.steps.iter().flat_map(|step| commands.of_step(step)).collect::<Vec<_>>();
    let of_build =
        build.stages.iter().flat_map(|stage| of_stage(stage).into_iter().map(move |command| (stage, command)));
    let mut open = of_build.filter_map(|(stage, command)| Some((stage, command, command.manager.as_ref()?)));
    let (stage, command, manager) = open.find_map(|(stage, command, invocation)| {
        let is_open = build.fills_cache(command, invocation) && !build.keeps_downloads(command, invocation);
        is_open.then_some((stage, command, invocation.manager))
    })?;
    let flags = mount_flags(&build, &commands, command, manager);
    let edits = flags.and_then(|_| mount_caches(&build, &commands, stage, manager));
    Some(edits.map(|mut edits| {
        edits.sort();
        let after = String::from_utf8(apply(before.source.bytes(), &edits)).unwrap();
        let differences =
            differences_beyond(Tolerance::Debris, &before, &parse(SourceFile::new("Dockerfile", after.as_str())));
        assert!(differences.is_empty(), "{differences:?} in\n{after}");
        after
    }))
}

/// The file with all mounts.
fn mounted(text: &str) -> String {
    match first(text) {
        Some(Ok(after)) => mounted(&after),
        Some(Err(refusal)) => panic!("{refusal}\n{text}"),
        None => text.to_owned(),
    }
}

fn is_mounted(text: &str) -> bool {
    matches!(first(text), Some(Ok(_)))
}

/// Why nothing is mounted.
fn refusal(text: &str) -> String {
    match first(text) {
        Some(Err(refusal)) => refusal.to_string(),
        other => panic!("{other:?}\n{text}"),
    }
}

macro_rules! fixes {
    ($before:expr => $after:expr) => {
        assert_eq!(mounted($before), *$after)
    };
}

/// Where each row of the table is at home, with a command that fills its cache.
const ROWS: &[(&str, &str)] = &[
    ("apt-get", "FROM debian:13\nRUN apt-get update && apt-get install -y a"),
    ("apt", "FROM debian:13\nRUN apt update && apt install -y a"),
    ("aptitude", "FROM debian:13\nRUN aptitude update && aptitude install -y a"),
    ("apk", "FROM alpine:3.22\nRUN apk add a"),
    ("dnf", "FROM fedora:42\nRUN dnf install -y a"),
    ("tdnf", "FROM photon:5.0\nRUN tdnf install -y a"),
    ("microdnf", "FROM redhat/ubi9-minimal\nRUN microdnf install -y a"),
    ("yum", "FROM centos:7\nRUN yum install -y a"),
    ("zypper", "FROM opensuse/leap:15.6\nRUN zypper -n install a"),
    ("pacman", "FROM archlinux\nRUN pacman -Syu --noconfirm a"),
    ("pip", "FROM python:3.14\nRUN pip install a"),
    ("pipx", "FROM python:3.14\nRUN pipx install a"),
    ("uv", "FROM python:3.14\nRUN uv pip install --system a"),
    ("poetry", "FROM python:3.14\nRUN poetry install"),
    ("pipenv", "FROM python:3.14\nRUN pipenv install --system"),
    ("conda", "FROM continuumio/miniconda3\nRUN conda install -y a && conda clean -afy"),
    ("npm", "FROM node:24\nRUN npm ci"),
    ("npx", "FROM node:24\nRUN npx -y a"),
    ("yarn", "FROM node:24\nRUN yarn install"),
    ("pnpm", "FROM node:24\nRUN pnpm install"),
    ("bun", "FROM oven/bun:1\nRUN bun install"),
    ("deno", "FROM denoland/deno:2.9.1\nRUN deno install"),
    ("cargo", "FROM rust:1\nRUN cargo build"),
    ("go", "FROM golang:1.25\nRUN go build ."),
    ("mvn", "FROM maven:3\nRUN mvn package"),
    ("gradle", "FROM gradle:8\nRUN gradle build"),
    ("dotnet", "FROM mcr.microsoft.com/dotnet/sdk:9.0\nRUN dotnet restore"),
    ("mix", "FROM elixir:1.19\nRUN mix deps.get"),
    ("cabal", "FROM haskell:9\nRUN cabal update && cabal install a"),
    ("stack", "FROM haskell:9\nRUN stack install a"),
    ("opam", "FROM debian:13\nRUN opam install -y a"),
    ("gem", "FROM ruby:3.4\nRUN gem install a"),
    ("bundle", "FROM ruby:3.4\nRUN bundle install"),
    ("composer", "FROM composer:2\nRUN composer install"),
    ("pecl", "FROM php:8.4\nRUN pecl install a"),
    ("pear", "FROM php:8.4\nRUN pear install a"),
    ("cpan", "FROM perl:5.42\nRUN cpan A"),
    ("cpanm", "FROM perl:5.42\nRUN cpanm A"),
    ("luarocks", "FROM debian:13\nRUN luarocks install a"),
];

/// The rows that no mount serves.
const REFUSED: &[&str] = &["apk", "tdnf", "microdnf", "zypper", "pacman", "cabal", "pecl", "pear", "cpanm"];

#[test]
fn each_row_of_the_table_is_mounted_or_has_its_reason() {
    for manager in all() {
        let (_, text) = ROWS.iter().find(|(name, _)| *name == manager.name).expect(manager.name);
        match first(text) {
            Some(Ok(after)) => assert!(!REFUSED.contains(&manager.name) && after.contains("--mount"), "{after}"),
            Some(Err(refusal)) => assert!(REFUSED.contains(&manager.name), "{}: {refusal}", manager.name),
            None => panic!("{} fills no cache", manager.name),
        }
    }
    assert!(REFUSED.iter().all(|name| find(name).is_some()));
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
    let unfixed = |text: &str| !is_mounted(text);
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
fn other_users_get_a_cache_of_their_own() {
    assert_eq!(refusal("FROM debian:13\nUSER app\nRUN npm ci\n"), Refusal::Account.to_string());
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
    let of_maven = refusal("FROM maven:3\nRUN useradd -u 7 a\nUSER a\nRUN mvn package\n");
    assert!(of_maven.contains("would belong to root"), "{of_maven}");
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
    let elsewhere = refusal("FROM fedora:42\nRUN dnf install -y a\nRUN dnf --installroot=/x install -y b\n");
    assert!(elsewhere.contains("`--installroot`"), "{elsewhere}");
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
        refusal("FROM ruby:3.4\nRUN bundle config set deployment true && bundle install\n").contains("`bundle config`")
    );
    assert!(refusal("FROM ruby:3.4\nRUN bundle install --path vendor\n").contains("`--path`"));
    assert!(refusal("FROM ruby:3.4\nRUN gem install -i /x rails\n").contains("`-i`"));
    assert!(is_mounted("FROM ruby:3.4\nRUN bundle config set --local without test && bundle install\n"));
    let removal = "FROM ruby:3.4\nRUN gem install a && rm -rf \"$(gem env gemdir)\"/cache\n";
    assert!(refusal(removal).contains("empties the cache"));
    assert!(refusal("FROM ruby:3.4\nRUN gem install a && rm -rf $GEM_HOME/cache\n").contains("empties the cache"));
}

#[test]
fn installed_gems_are_copied_without_their_archives() {
    let copied =
        |from: &str| format!("FROM ruby:3.4 AS b\nRUN bundle install\nFROM ruby:3.4\nCOPY --from=b {from} /x\n");
    assert!(is_mounted(&copied("/usr/local/bundle")));
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
    assert_eq!(first(&gradle(&format!("RUN {mount} gradle build"))), None);
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
    assert!(is_mounted("FROM debian:13\nRUN /opt/conda/bin/mamba install -y numpy\n"));
    assert!(refusal("FROM debian:13\nRUN /srv/conda/bin/conda install -y a\n").contains("where `conda` is installed"));
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
    assert!(is_mounted(copied));
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
    assert!(refusal("FROM python:3.14\nRUN pipx install a\nCMD cat /root/.cache/pip/x\n").contains("something else"));
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
        refusal("FROM debian:13\nRUN luarocks install a\nRUN cp -r ~/.cache/luarocks /x\n").contains("something else")
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
        assert!(is_mounted(&text.replace("--bare", "-y")));
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
        refusal(&format!("{placed}RUN cabal update\nRUN cabal install hlint\n")).contains("another RUN has fetched")
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
fn composer_has_a_home_that_a_mount_may_bring_about() {
    let mounts = "--mount=type=cache,target=/root/.composer/cache \\\n    --mount=type=cache,target=/root/.cache/composer \\\n    ";
    fixes!("FROM php:8.4\nRUN composer install\n" => &format!("FROM php:8.4\nRUN {mounts}composer install\n"));
    let global = "RUN composer global require a/b\n";
    assert!(refusal(&format!("FROM php:8.4\n{global}")).contains("`~/.composer`"));
    assert!(is_mounted(&format!("FROM php:8.4\nENV COMPOSER_HOME=/c\n{global}")));
    assert!(is_mounted(&format!("FROM composer:2\n{global}")));
}

#[test]
fn what_an_earlier_run_has_restored_is_not_left_to_a_mount() {
    let sdk = "FROM mcr.microsoft.com/dotnet/sdk:9.0\n";
    assert!(refusal(&format!("{sdk}RUN dotnet restore\nRUN dotnet publish --no-restore\n")).contains("`--no-restore`"));
    assert!(is_mounted(&format!("{sdk}RUN dotnet restore && dotnet publish --no-restore\n")));
    assert!(is_mounted(&format!("{sdk}RUN dotnet restore\nRUN dotnet publish\n")));
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
        refusal("FROM denoland/deno:2.9.1\nRUN deno install\nCMD [\"deno\", \"run\", \"a.ts\"]\n").contains("may read")
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
        assert!(!is_mounted(&text), "{text}");
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
        assert!(is_mounted(&text), "{text}");
    }
}

#[test]
fn packages_that_were_compiled_for_another_library_are_not_shared() {
    let both = "FROM python:3.12\nRUN pip install uwsgi\nFROM python:3.12-alpine\nRUN pip install uwsgi\n";
    assert_eq!(first(both).unwrap().unwrap_err(), Refusal::OtherLibrary);
    assert!(first(&both.replace("-alpine", "-slim")).unwrap().is_ok());
}

#[test]
fn what_maven_installs_or_tells_the_place_of_stays_in_the_image() {
    let file =
        |run: &str, more: &str| format!("FROM maven:3.9-eclipse-temurin-21\nWORKDIR /a\nCOPY . .\nRUN {run}\n{more}");
    let is_read_later = |run: &str, more: &str| first(&file(run, more)).unwrap() == Err(Refusal::ReadLater);
    assert!(!is_read_later("mvn clean install", "CMD [\"java\", \"-jar\", \"target/a.jar\"]\n"));
    assert!(is_read_later("mvn -f common install", "RUN mvn -f app package\n"));
    assert!(is_read_later("mvn package dependency:build-classpath -Dmdep.outputFile=cp.txt", ""));
    assert!(is_read_later("mvn package", "CMD [\"./run.sh\"]\n"));
}

#[test]
fn a_user_who_has_more_below_cache_gets_no_folder_of_roots_around_a_mount() {
    let file = |run: &str| format!("FROM python:3.12\nRUN useradd -m -u 1000 app\nUSER app\nRUN {run}\n");
    assert!(first(&file("pip install --user flask")).unwrap().is_ok());
    let refused = first(&file("pip install --user flask && mkdir -p ~/.cache/foo")).unwrap();
    assert!(matches!(refused, Err(Refusal::Folder(_))), "{refused:?}");
}
