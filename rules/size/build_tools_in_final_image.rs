//! Compilers, headers and other build tools stay in the image that runs the program.
//!
//! ## Why
//! A compiler is needed until the program is built, and never again. Left in the final image, it is often larger than the
//! program itself, and it serves an attacker who wants to build something on the spot. In a multi-stage build, one stage
//! holds the tools, and the final one takes only what came out of it.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM golang:1.25
//! WORKDIR /src
//! COPY . .
//! RUN go build -o /usr/local/bin/app .
//! CMD ["/usr/local/bin/app"]
//! ```
//! ```dockerfile,good
//! FROM golang:1.25 AS build
//! WORKDIR /src
//! COPY . .
//! RUN go build -o /usr/local/bin/app .
//!
//! FROM debian:trixie-slim
//! WORKDIR /src
//! COPY --from=build /usr/local/bin/app /usr/local/bin/app
//! COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
//! COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /usr/local/go/lib/time/zoneinfo.zip
//! CMD ["/usr/local/bin/app"]
//! ```
//!
//! Packages are reported from 50 MB on, as computed from Debian's package lists, and only where the same RUN does not
//! remove them again. Images without CMD and ENTRYPOINT of their own, whose purpose may be to build, are left alone, unless they
//! inherit a server, such as Apache in `php:8-apache`.
//!
//! ## Fix
//! `dfx fix --effect runtime` makes two stages of one where it knows what the program needs when it runs. The first keeps
//! its instructions and its cache. The second starts from the bare image of the same release, with the same libraries, or
//! for an interpreted language from the slim image of the same version, for Java and .NET from an image without the kit;
//! files stay where they were, so that the command stays as it is. Variables, labels, ports, user and health check stay,
//! too. Where the container serves the files of a folder and does nothing else, with `serve`, `http-server`, `sirv` or `vite
//! preview`, nginx takes the place of Node.js: as a suggestion, which keeps the folder and the port. Where the file installs
//! nginx itself and starts nothing else, the new image holds that nginx and no Node.js. Where only you can
//! know whether that is all, the finding says what to look at, and the fix is made when the rule is selected by name. Where
//! dfx does not see what a command leaves behind, it changes nothing and says why.
//!
//! ## Sources
//! Docker's documentation, "Multi-stage builds"; CIS Docker Benchmark 4.3.

use crate::edit::Effect;
use crate::finding::Weight;
use crate::ir::{Command, Stage};
use crate::knowledge::debian::{Class, Recommends, class};
use crate::knowledge::package_managers::{Action, Home, Invocation};
use crate::knowledge::static_servers::static_server;
use crate::rewrite::multistage::{Refusal, Split, split};
use crate::rules::{Context, Meta, Report, Sink};
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "size/build-tools-in-final-image",
    aliases: &["best-practices/multi-stage", "CIS-DI-0003"],
    effect: Some(Effect::Runtime),
    ..Meta::on_by_default()
};

/// The least that is worth a word, in megabytes.
const LEAST: u64 = 50;

/// The file as two stages, or why it stays one; nothing where no build is known.
type Rewrite = Option<Result<Split, Refusal>>;

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(last) = cx.final_stage().filter(|last| runs_a_program(cx, last)) else { return };
    let rewrite = split(cx.build, cx.commands, cx.build_context, &cx.options.runtime_base);
    if toolchain_as_base(cx, sink, last, &rewrite) || packages_of_build(cx, sink, &rewrite) {
        return;
    }
    let cleans_up = || cx.build.inherited_steps(last.index).iter().any(|step| cx.commands.removes_packages(step));
    let is_told = match &rewrite {
        None | Some(Err(Refusal::NothingToSplit)) => false,
        Some(Err(_)) => !cleans_up(),
        Some(Ok(_)) => true,
    };
    if is_told {
        let message = "the image that runs the program is the one that builds it";
        let report = sink.report(last.from.image.span(), message).weight(Weight::Minor);
        with_rewrite(report, &rewrite).help("build in an earlier stage and copy the result into a small image");
    }
}

/// Adds the fix, or why there is none.
fn with_rewrite<'r>(report: Report<'r>, rewrite: &Rewrite) -> Report<'r> {
    match rewrite {
        None => report,
        Some(Err(refusal)) => report.no_fix(refusal).remedy(refusal.remedy()),
        Some(Ok(Split { edits, new_stage, decisions, assumptions, remarks })) => {
            let base = decisions.first().map_or("", |decision| &decision.chosen);
            let title = format!("build in a stage of its own, and run on `{base}`");
            let megabytes = new_stage.least_megabytes;
            let saved = megabytes.map(|megabytes| format!("Estimated to save at least {megabytes} MB of packages."));
            let report = saved.into_iter().fold(report, Report::note);
            let report = remarks.iter().fold(report, |report, remark| report.note(remark.to_string()));
            let decided = decisions.iter().map(ToString::to_string);
            let assumed = assumptions.iter().map(|assumption| format!("assumed: {assumption}"));
            let remarked = remarks.iter().map(|remark| format!("remarked: {remark}"));
            let report = report.rewritten(title, Effect::Runtime, edits.clone(), assumptions);
            report.new_stage(new_stage.clone()).decisions(decided.chain(assumed).chain(remarked))
        }
    }
}

/// Reports installed packages that only the build needs. Says whether there are any.
fn packages_of_build(cx: &Context<'_>, sink: &mut Sink<'_>, rewrite: &Rewrite) -> bool {
    let builds = |command: &Command<'_>| cx.shapes_final_image(command.step) && is_build(command);
    let Some(build) = cx.commands.of_build().filter(|command| builds(command)).last() else { return false };
    let mut is_reported = false;
    for (command, invocation) in cx.commands.package_managers() {
        if !matches!(invocation.manager.name, "apt-get" | "apt")
            || !invocation.installs()
            || !cx.shapes_final_image(command.step)
            || is_removed(cx, command)
        {
            continue;
        }
        let Some(base) = cx.build.debian_base(command.step.stage) else { continue };
        let names = invocation.packages().map(|package| package.name);
        let tools: Vec<&str> =
            names.filter(|name| class(name).is_some_and(|(class, _)| class == Class::Build)).collect();
        let megabytes = base.added_megabytes(recommends(invocation), tools.iter().copied());
        if megabytes < LEAST {
            continue;
        }
        let shown: Vec<String> = tools.iter().take(3).map(|name| format!("`{name}`")).collect();
        let more = if tools.len() > 3 { " and others" } else { "" };
        let message = format!("build tools stay in the final image, about {megabytes} MB: {}{more}", shown.join(", "));
        let report = sink
            .report(command.verb_span(), message)
            .related(build.name_span(), "needs them for the last time")
            .note(base.basis())
            .help("build in an earlier stage and copy the result");
        if !std::mem::replace(&mut is_reported, true) {
            with_rewrite(report, rewrite);
        }
    }
    is_reported
}

/// Whether the stage says what the container runs, and that it is no shell and no build.
fn runs_a_program(cx: &Context<'_>, last: &Stage<'_>) -> bool {
    let step =
        cx.build.last_step_of(last.index, Keyword::Entrypoint).or(cx.build.last_step_of(last.index, Keyword::Cmd));
    let commands = step.map_or(&[][..], |step| cx.commands.of_step(step));
    !is_workplace(cx.source().name())
        && (!commands.is_empty() || cx.build.starts_server_of_image(last.index))
        && !commands.iter().any(|command| {
            let is_managed = command.manager.as_ref().filter(|_| command.assembly().is_none());
            is_managed.is_some_and(|it| !starts_a_program(it))
                || matches!(command.name(), None | Some("bash" | "sh" | "zsh" | "make" | "air" | "sleep" | "tail"))
        })
}

/// Whether the file of this name makes an image for those who write, build or test the program.
fn is_workplace(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let mut parts = path.rsplit('/').next().unwrap_or_default().split(['.', '-', '_']);
    [".devcontainer", ".gitpod", "dev.", ".dev", "builder"].iter().any(|word| path.contains(word))
        || parts.any(|part| matches!(part, "ci" | "test" | "testing" | "tests"))
}

/// Whether a package manager of an interpreted language starts what it has installed: `npm start`, `bundle exec`.
fn starts_a_program(invocation: &Invocation<'_>) -> bool {
    let is_of_interpreter = matches!(invocation.manager.home, Home::Language("javascript" | "python" | "ruby"));
    let runs = invocation.action == Action::Run || matches!(invocation.verb_name(), Some("run"));
    let is_for_development = |text: &str| ["dev", "test", "watch", "build", "lint"].iter().any(|it| text.contains(it));
    let words: Vec<&str> = invocation.operands.iter().filter_map(|it| it.text).collect();
    is_of_interpreter && runs && (serves_a_folder(&words) || !words.iter().copied().any(is_for_development))
}

/// Whether a program that serves files is started: the folder behind its name is no script, `npx serve build`.
fn serves_a_folder(words: &[&str]) -> bool {
    let Some((first, rest)) = words.split_first() else { return false };
    let name = first.split('@').next().unwrap_or(first);
    static_server(&[&[name], rest].concat()).is_some()
}

/// Images whose whole purpose is to compile, with the managers that do it; none where compilers are called by name.
const TOOLCHAINS: &[(&str, Option<&str>)] = &[
    ("gcc", None),
    ("golang", Some("go")),
    ("gradle", Some("gradle")),
    ("maven", Some("mvn")),
    ("mcr.microsoft.com/dotnet/sdk", Some("dotnet")),
    ("rust", Some("cargo")),
];

/// Reports a final stage that compiles on a compiler's image and is that image.
fn toolchain_as_base(cx: &Context<'_>, sink: &mut Sink<'_>, last: &Stage<'_>, rewrite: &Rewrite) -> bool {
    let (Some(image), Some(root)) = (cx.build.root_image(last.index), cx.build.root(last.index)) else { return false };
    let name = image.familiar_name();
    let Some((_, manager)) = TOOLCHAINS.iter().find(|(image, _)| *image == name) else { return false };
    let builds = |command: &Command<'_>| match (manager, &command.manager) {
        (Some(name), Some(it)) => it.manager.name == *name && matches!(it.action, Action::Build | Action::Install),
        (None, _) => is_build(command),
        (Some(_), None) => matches!(command.name(), Some("just" | "mage" | "make" | "task")),
    };
    let build = cx.commands.of_build().filter(|command| cx.shapes_final_image(command.step) && builds(command)).last();
    let Some(build) = build else { return false };
    let message = format!("the whole toolchain of `{name}` stays in the final image");
    let report = sink.report(root.from.image.span(), message);
    // What calls the compiler where no command of the file does: only the language's own tools tell what comes out of a build.
    let hidden = build.name().filter(|_| build.manager.is_none() && rewrite.is_none());
    let hidden = hidden.map(|name| Err(Refusal::UnknownCommand(name.to_owned())));
    with_rewrite(report, &rewrite.clone().or(hidden))
        .related(build.name_span(), "needs it for the last time")
        .help("build in an earlier stage and copy the result into a small image");
    true
}

/// Whether the command compiles, or installs what may have to be compiled.
fn is_build(command: &Command<'_>) -> bool {
    let compiles = matches!(
        command.name(),
        Some(
            "make"
                | "cmake"
                | "gcc"
                | "g++"
                | "cc"
                | "c++"
                | "configure"
                | "ninja"
                | "meson"
                | "docker-php-ext-install"
        )
    );
    let installs = command
        .manager
        .as_ref()
        .is_some_and(|it| !it.manager.is_system() && (it.installs() || it.action == Action::Build));
    compiles || installs
}

fn recommends(invocation: &Invocation<'_>) -> Recommends {
    if invocation.skips_recommends() { Recommends::LeftOut } else { Recommends::Installed }
}

fn is_removed(cx: &Context<'_>, command: &Command<'_>) -> bool {
    // A removal in a later RUN saves nothing, but `size/cleanup-in-later-layer` has the better words for that.
    let place = (command.step.stage, command.step.index);
    cx.commands.of_build().any(|other| {
        (other.step.stage, other.step.index) >= place
            && cx.shapes_final_image(other.step)
            && other.manager.as_ref().is_some_and(|it| it.action == Action::Remove && it.manager.is_system())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn large_packages_beside_a_build_are_reported() {
        fires!(
            "FROM python:3.12-slim-bookworm\nRUN apt-get update && apt-get «install» -y --no-install-recommends build-essential\nRUN pip install -r r.txt\nCMD [\"python\", \"a.py\"]\n"
        );
    }

    #[test]
    fn an_image_that_has_the_tools_already_gets_no_word_on_packages() {
        fires!(
            "FROM «python:3.12-bookworm»\nRUN apt-get install -y build-essential\nRUN pip install a\nCMD [\"python\", \"a.py\"]\n"
        );
    }

    #[test]
    fn a_makefile_on_the_image_of_a_compiler_hides_what_comes_out_of_it() {
        let file = "FROM golang:1.20\nWORKDIR /app\nCOPY . .\nRUN make build\nENTRYPOINT [\"./build/main\"]\n";
        let found = findings(&META, check, file);
        assert!(found[0].fix.is_none());
        assert_eq!(found[0].refusal.as_deref(), Some("it is not known what `make` leaves behind"));
    }

    #[test]
    fn tools_that_the_same_run_removes_are_gone() {
        silent!(
            "FROM python:3.12-slim-bookworm\nRUN apt-get install -y gcc && pip install a && apt-get purge -y --auto-remove gcc\nCMD [\"python\", \"a.py\"]\n"
        );
    }

    #[test]
    fn what_is_no_stage_of_its_own_and_cleans_up_is_fine() {
        silent!(
            "FROM example.com/alpine\nRUN apk add --virtual .b go && go build example.com/a && apk del .b\nCMD [\"./a\"]\n"
        );
    }

    #[test]
    fn images_for_building_are_left_alone() {
        silent!("FROM golang:1.25\nRUN go install example.com/tool@v1\n");
        silent!("FROM golang:1.25\nRUN go build .\nCMD [\"bash\"]\n");
        silent!("FROM rust:1.90\nCMD [\"cargo\", \"run\"]\n");
    }

    #[test]
    fn containers_for_development_are_left_alone_and_servers_of_files_are_not() {
        let file = |image: &str, cmd: &str| format!("FROM {image}\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD {cmd}\n");
        for cmd in [
            r#"["npx", "next", "dev"]"#,
            r#"["npx", "vite", "dev"]"#,
            r#"["npx", "react-scripts", "test"]"#,
            r#"["pnpm", "exec", "next", "dev"]"#,
        ] {
            silent!(&file("node:22", cmd));
        }
        silent!(
            "FROM ruby:3.4\nWORKDIR /app\nCOPY . .\nRUN bundle install\nCMD [\"bundle\", \"exec\", \"rails\", \"test\"]\n"
        );
        for cmd in [r#"["npx", "serve", "build"]"#, r#"["npx", "serve@14", "-s", "build"]"#, r#"["npm", "start"]"#] {
            fires!(&file("«node:22»", cmd));
        }
    }

    #[test]
    fn a_server_of_the_image_is_a_program() {
        let apt = "apt-get «install» -y --no-install-recommends build-essential";
        let file = |image: &str, apt: &str| {
            format!("FROM php:8.2-{image}-bookworm\nRUN {apt}\nRUN docker-php-ext-install zip\n")
        };
        fires!(&file("apache", apt));
        silent!(&file("cli", &apt.replace(['«', '»'], "")));
    }

    #[test]
    fn workplaces_are_known_by_name() {
        for path in
            ["Dockerfile.dev", "dev.Dockerfile", ".devcontainer/Dockerfile", "a/Dockerfile.test", "ci.Dockerfile"]
        {
            assert!(is_workplace(path), "{path}");
        }
        for path in ["Dockerfile", "test/Dockerfile", "Dockerfile.latest", "ci/prod.Dockerfile"] {
            assert!(!is_workplace(path), "{path}");
        }
    }

    #[test]
    fn build_stages_are_where_they_belong() {
        silent!("FROM rust:1.90 AS b\nRUN cargo build\nFROM debian:13\nCOPY --from=b /x /x\nCMD [\"/x\"]\n");
    }
}
