//! The final stage stands on an image that is made for building, where there is one for running.
//!
//! ## Why
//! `node:22` and `python:3.13` are built on `buildpack-deps`: compilers, headers and version control systems for
//! whatever a package may want to compile. The `-slim` variant has the same interpreter without them. A finished program
//! mostly needs nothing else. The images of compilers and development kits have counterparts, too: a Java archive runs on
//! `eclipse-temurin:21-jre`, a program of Go on the bare distribution.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:22-bookworm
//! COPY server.js /
//! CMD ["node", "/server.js"]
//! ```
//! ```dockerfile,good
//! FROM node:22-bookworm-slim
//! COPY server.js /
//! CMD ["node", "/server.js"]
//! ```
//!
//! An image with a compiler is reported in the last of several stages, where it takes what another stage has built and builds
//! nothing itself.
//!
//! ## Fix
//! A suggestion, *runtime*: the other image takes its place. A program may call one of the tools, or a library that comes
//! with them, which the finding says. Where a command of the file or the health check calls a tool that the other image lacks and no package brings, nothing is
//! changed, and the finding names the tool.
//!
//! ## Sources
//! The descriptions of Docker's official images, "Image Variants"; the Dockerfiles of `buildpack-deps`.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, Stage};
use crate::knowledge::images::{NamedImage, Presence, lookup, runtime_image, slim_tag};
use crate::knowledge::package_managers::Action;
use crate::rewrite::multistage::{Assumption, is_in_every_image};
use crate::rules::{Context, Meta, Report, Sink};
use crate::syntax::Keyword;

pub const META: Meta =
    Meta { name: "size/full-base-image", severity: Severity::Info, effect: Some(Effect::Runtime), ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(last) = cx.final_stage() else { return };
    let Some(root) = cx.build.root(last.index).filter(|root| !root.from.image.text().contains('$')) else { return };
    let image = root.from.image.text();
    if let Some(slim) = slim_variant(cx, last) {
        let report = sink.report(root.from.image.span(), format!("`{image}` brings compilers and headers along"));
        match of_same_release(cx, last, image) {
            Some(same) => match calls_what_is_missing(cx, last) {
                None => {
                    let extras = Assumption::NeedsNoExtras(last_part(image).to_owned());
                    replaced(report, root, &same, &[extras]);
                }
                Some(tool) => {
                    let reason = format!("`{tool}` is called, which `{same}` does not have");
                    report.help(format!("try `{same}`, and install `{tool}`")).no_fix(reason);
                }
            },
            None => drop(report.help(format!("try `{}`", of_same_version(slim, image)))),
        }
    } else if let Some(smaller) = for_running(cx, last) {
        let report =
            sink.report(root.from.image.span(), format!("`{image}` is made for building, and nothing is built here"));
        let configuration = lookup(&smaller.repository, Some(&smaller.tag)).and_then(|facts| facts.configuration);
        let has = |name: &str| configuration.as_ref().is_some_and(|image| image.has(name) == Presence::Present);
        match health_check_tools(cx, last).find(|name| !is_in_every_image(name) && !has(name)) {
            Some(tool) => {
                let reason = format!("the health check calls `{tool}`, which `{smaller}` may not have");
                report.help(format!("try `{smaller}`, and another health check")).no_fix(reason);
            }
            None => {
                let is_java = smaller.repository == "eclipse-temurin";
                let lacks_certificates = matches!(smaller.repository.as_str(), "debian" | "ubuntu");
                let kit = is_java.then_some(Assumption::NeedsNoDevelopmentKit);
                let certificates = lacks_certificates.then(|| Assumption::NeedsNoCertificates(smaller.to_string()));
                let assumptions: Vec<Assumption> = kit.into_iter().chain(certificates).collect();
                replaced(report, root, &smaller.to_string(), &assumptions);
            }
        }
    }
}

/// Always a suggestion: nobody but the user knows what the program calls.
fn replaced(report: Report<'_>, root: &Stage<'_>, smaller: &str, assumptions: &[Assumption]) {
    let edit = Edit::replace(root.from.image.span(), smaller);
    let report = assumptions.iter().fold(report, |report, assumption| report.note(assumption.to_string()));
    report.help(format!("try `{smaller}`")).suggest(format!("start from `{smaller}`"), Effect::Runtime, vec![edit]);
}

/// The programs of the distribution that the health check calls.
fn health_check_tools<'c>(cx: &Context<'c>, last: &Stage<'_>) -> impl Iterator<Item = &'c str> {
    let step = cx.build.last_step_of(last.index, Keyword::Healthcheck);
    let commands = step.map_or(&[][..], |step| cx.commands.of_step(step));
    let is_own = |command: &&Command<'_>| {
        command
            .words
            .first()
            .and_then(|word| word.value)
            .is_some_and(|word| word.contains('/') && !word.contains("/bin/"))
    };
    commands.iter().filter(move |command| !is_own(command)).filter_map(Command::name)
}

/// An image without its registry.
fn last_part(image: &str) -> &str {
    image.rsplit('/').next().unwrap_or(image)
}

/// The same image without the usual extras.
fn slim_variant(cx: &Context<'_>, last: &Stage<'_>) -> Option<&'static str> {
    let facts = cx.build.image_facts(last.index).filter(|facts| !facts.slim)?;
    facts.configuration.filter(|it| it.buildpack_deps == Some("full"))?.slim_sibling
}

/// The image that runs what the image of a compiler builds, where that is done in another stage.
fn for_running(cx: &Context<'_>, last: &Stage<'_>) -> Option<NamedImage> {
    let image = cx.build.root_image(last.index)?;
    let smaller = runtime_image(&image.familiar_name(), image.tag_or_latest()?)?;
    let takes_from_stage =
        cx.steps_of(Keyword::Copy).any(|step| cx.shapes_final_image(step) && step.source_stage().is_some());
    let builds = cx.commands.of_build().any(|command| cx.shapes_final_image(command.step) && is_build(command));
    let mut started = cx.process_commands().peekable();
    let runs_a_program =
        started.peek().is_some() && !started.any(|command| is_build(command) || command.name() == Some("jshell"));
    (takes_from_stage && !builds && runs_a_program).then_some(smaller)
}

/// Whether the command may need what is beyond a runtime: a build tool, a script of which nothing is known.
fn is_build(command: &Command<'_>) -> bool {
    let is_script =
        command.name().is_none_or(|name| name.ends_with(".sh") || matches!(name, "bash" | "sh" | "make" | "cmake"));
    let is_tool = command.manager.as_ref().is_some_and(|it| !it.manager.is_system() && command.assembly().is_none());
    let installs = command.manager.as_ref().is_some_and(|it| it.manager.is_system() && it.action == Action::Install);
    is_script || is_tool || installs
}

/// A program of `buildpack-deps` that the build or the container calls, and no package manager is told to install.
fn calls_what_is_missing<'c>(cx: &Context<'c>, last: &Stage<'_>) -> Option<&'c str> {
    let root = |stage: usize| cx.build.root(stage).map(|root| root.index);
    let is_on_image = |command: &&Command<'_>| root(command.step.stage) == root(last.index);
    let systems = cx.commands.package_managers().filter(|(_, it)| it.manager.is_system() && it.installs());
    let installed: Vec<&str> = systems.flat_map(|(_, it)| it.packages().map(|package| package.name)).collect();
    let brings = |package: &str, name: &str| package == name || BRINGING.contains(&(package, name));
    let lacks =
        |name: &&str| BUILDPACK.binary_search(name).is_ok() && !installed.iter().any(|package| brings(package, name));
    cx.commands.all().iter().filter(is_on_image).filter_map(Command::name).find(lacks)
}

/// Programs of `buildpack-deps` that are in no image of Debian without it: the packages of its Dockerfiles.
const BUILDPACK: &[&str] = &[
    "autoconf",
    "automake",
    "c++",
    "cc",
    "convert",
    "curl",
    "file",
    "g++",
    "gcc",
    "git",
    "hg",
    "identify",
    "make",
    "patch",
    "pgrep",
    "pkg-config",
    "pkill",
    "ps",
    "ssh",
    "svn",
    "unzip",
    "wget",
];

/// Packages that are not called like their programs.
const BRINGING: &[(&str, &str)] = &[
    ("build-essential", "c++"),
    ("build-essential", "cc"),
    ("build-essential", "g++"),
    ("build-essential", "gcc"),
    ("build-essential", "make"),
    ("g++", "c++"),
    ("gcc", "cc"),
    ("imagemagick", "convert"),
    ("imagemagick", "identify"),
    ("mercurial", "hg"),
    ("openssh-client", "ssh"),
    ("procps", "pgrep"),
    ("procps", "pkill"),
    ("procps", "ps"),
    ("subversion", "svn"),
];

/// The slim variant of the same version on the same release of the distribution.
fn of_same_release(cx: &Context<'_>, last: &Stage<'_>, written: &str) -> Option<String> {
    let image = cx.build.root_image(last.index).filter(|image| !image.is_digest_pinned())?;
    let slim = slim_tag(&image.familiar_name(), image.tag_or_latest()?)?;
    Some(format!("{}:{slim}", written.get(..image.spans.repository.end)?))
}

/// The name of the slim variant with the version that the file names: the table has the shortest of several names for the
/// same image, `python:3-slim` for `python:3.14-slim`.
fn of_same_version(slim: &str, image: &str) -> String {
    let parts = (slim.rsplit_once(':'), image.rsplit_once(':'));
    let (Some((repository, tag)), Some((_, written))) = parts else { return slim.to_owned() };
    match (version_of(tag), version_of(written)) {
        ("", _) | (_, "") => slim.to_owned(),
        (shortest, version) => format!("{repository}:{version}{}", &tag[shortest.len()..]),
    }
}

/// The digits and dots at the front of a tag.
fn version_of(tag: &str) -> &str {
    &tag[..tag.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(tag.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn build_stages_may_be_full() {
        silent!("FROM node:22-bookworm AS a\nFROM node:22-bookworm-slim\nCOPY --from=a /x /x\n");
        fires!("FROM «python:3.13-bookworm» AS a\nFROM a\n");
    }

    #[test]
    fn the_slim_variant_is_of_the_same_version() {
        assert_eq!(of_same_version("python:3-slim", "python:3.14"), "python:3.14-slim");
        assert_eq!(of_same_version("pypy:3-slim-bullseye", "pypy:3.9-bullseye"), "pypy:3.9-slim-bullseye");
        assert_eq!(of_same_version("ruby:4-slim", "ruby:latest"), "ruby:4-slim");
        assert_eq!(of_same_version("node:8-slim", "node:carbon"), "node:8-slim");
    }

    #[test]
    fn the_slim_variant_takes_its_place() {
        fixes!("FROM node:22-bookworm\nCMD [\"node\"]\n" => "FROM node:22-bookworm-slim\nCMD [\"node\"]\n");
    }

    #[test]
    fn tools_that_the_slim_variant_lacks_keep_the_full_one() {
        let file = |run: &str| format!("FROM node:22-bookworm\nRUN {run}\nCMD [\"node\"]\n");
        let is_fixed = |run: &str| findings(&META, check, &file(run)).iter().any(|it| it.fix.is_some());
        assert!(!is_fixed("curl -fsS https://example.com/a -o a"));
        assert!(!is_fixed("git clone https://example.com/a"));
        assert!(is_fixed("apt-get update && apt-get install -y curl && curl -fsS https://example.com/a -o a"));
        assert!(is_fixed("npm ci"));
        assert!(BUILDPACK.is_sorted());
    }

    #[test]
    fn what_another_stage_has_built_runs_without_the_kit() {
        let file = |image: &str, cmd: &str| {
            format!("FROM maven:3 AS b\nRUN mvn package\nFROM {image}\nCOPY --from=b /a.jar /\n{cmd}\n")
        };
        fixes!(
            &file("openjdk:17-jdk-slim", "CMD java -jar /a.jar") => &file("eclipse-temurin:17-jre", "CMD java -jar /a.jar")
        );
        fires!(&file("«golang:1.22-bookworm»", "CMD [\"/a\"]"));
        silent!(&file("openjdk:17-jdk-slim", "RUN mvn package\nCMD java -jar /a.jar"));
        silent!(&file("openjdk:17-jdk-slim", "CMD [\"./run.sh\"]"));
        silent!(&file("openjdk:17-jdk-slim", ""));
        silent!("FROM openjdk:17-jdk-slim\nCOPY a.jar /\nCMD java -jar /a.jar\n");
    }

    #[test]
    fn a_tool_that_the_health_check_calls_keeps_the_kit() {
        let file = |health: &str| {
            format!(
                "FROM maven:3 AS b\nRUN mvn package\nFROM openjdk:17-jdk-slim\nCOPY --from=b /a.jar /\n{health}CMD java -jar /a.jar\n"
            )
        };
        let is_fixed = |health: &str| findings(&META, check, &file(health)).iter().any(|it| it.fix.is_some());
        assert!(
            is_fixed("")
                && is_fixed("HEALTHCHECK CMD test -f /a.jar\n")
                && is_fixed("HEALTHCHECK CMD [\"java\", \"-version\"]\n")
        );
        assert!(!is_fixed("HEALTHCHECK CMD jcmd 1 VM.version\n"));
        assert!(!is_fixed("HEALTHCHECK CMD [\"/usr/bin/jcmd\", \"1\", \"VM.version\"]\n"));
    }

    #[test]
    fn what_the_smaller_image_lacks_is_told() {
        let notes = |file: &str| findings(&META, check, file)[0].notes.join(" ");
        assert!(notes("FROM python:3.12\nCMD [\"python\"]\n").contains("beyond its interpreter"));
        let go = "FROM golang:1.22-bookworm AS b\nRUN go build -o /a\nFROM golang:1.22-bookworm\nCOPY --from=b /a /a\nCMD [\"/a\"]\n";
        assert!(notes(go).contains("neither root certificates nor time zones"));
    }

    #[test]
    fn other_images_have_no_slim_variant() {
        silent!("FROM alpine:3.22\n");
        silent!("FROM example.com/node:22\n");
    }
}
