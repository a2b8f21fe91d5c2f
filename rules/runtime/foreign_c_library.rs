//! A program that is linked against another C library than the image has.
//!
//! ## Why
//! A program names the loader that starts it: `/lib64/ld-linux-x86-64.so.2` for GNU's C library, `/lib/ld-musl-x86_64.so.1`
//! for Alpine's. Where that file does not exist the kernel says `no such file or directory`, and means the loader, not the
//! program. `cargo build` in `rust:1` links against glibc; Alpine has musl, and `scratch` has nothing.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM rust:1.90 AS build
//! WORKDIR /src
//! COPY . .
//! RUN cargo build --release --locked
//! FROM alpine:3.22
//! COPY --from=build /src/target/release/tool /usr/local/bin/tool
//! CMD ["tool"]
//! ```
//! ```dockerfile,good
//! FROM rust:1.90-alpine AS build
//! WORKDIR /src
//! COPY . .
//! RUN cargo build --release --locked
//! FROM alpine:3.22
//! COPY --from=build /src/target/release/tool /usr/local/bin/tool
//! CMD ["tool"]
//! ```
//!
//! Reported are programs of `cargo` and of `dotnet publish --self-contained` that are copied to another kind of image, Go
//! programs with `CGO_ENABLED=1`, and archives fetched into Alpine whose names say that they are for glibc. Silent where
//! something may bring a loader: `gcompat`, `libc6-compat`, a copy to `/lib`.
//!
//! ## Fix
//! None: another base image, static linking and a compatibility package are all right answers.
//!
//! ## Sources
//! ld.so(8); Alpine Linux wiki, "Running glibc programs"; Rust, platform support (`x86_64-unknown-linux-musl`);
//! .NET RID catalog (`linux-musl-x64`); Go, "Command cgo".

use crate::finding::Severity;
use crate::ir::{CLibrary, Command, Step};
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Transfer;

pub const META: Meta = Meta { name: "runtime/foreign-c-library", severity: Severity::Error, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (step, transfer) in cx.transfers().filter(|(step, _)| cx.build.stage_of(step).is_reachable) {
        copied_program(cx, step, transfer, sink);
    }
    for command in cx.commands.of_build() {
        let stage = command.step.stage;
        let Some(download) = command.download() else { continue };
        if cx.build.c_library(stage) != Some(CLibrary::Musl) {
            continue;
        }
        for &index in &download.addresses {
            let Some(name) = name_for_glibc(command.written(index)) else { continue };
            let Some(word) = command.words.get(index) else { continue };
            sink.report(word.span, format!("`{name}` is built for glibc, and {} has musl", base_image(cx, stage)))
                .help("fetch the variant for musl, install Alpine's own package, or take a base image with glibc");
        }
    }
}

fn copied_program(cx: &Context<'_>, step: &Step<'_>, transfer: &Transfer, sink: &mut Sink<'_>) {
    let Some(from) = step.source_stage().filter(|from| cx.build.c_library(*from) == Some(CLibrary::Glibc)) else {
        return;
    };
    let has = match cx.build.c_library(step.stage) {
        Some(CLibrary::Musl) => "has musl",
        Some(CLibrary::Missing) => "has no C library",
        Some(CLibrary::Glibc) | None => return,
    };
    for source in &transfer.sources {
        let Some(maker) = maker(cx, from, step.value(source)) else { continue };
        let message = format!("`{}` needs glibc, and {} {has}", source.text(), base_image(cx, step.stage));
        sink.report(source.span(), message)
            .related(maker.verb_span(), format!("linked here, in {}", base_image(cx, from)))
            .help("build it in the Alpine variant of the image, link it statically, or copy it to an image with glibc");
    }
}

/// The command of the stage that has linked the program at `path` against the stage's C library.
fn maker<'b>(cx: &Context<'b>, stage: usize, path: &str) -> Option<&'b Command<'b>> {
    const STATIC: &[&str] = &["musl", "crt-static", "-static", "zigbuild"];
    let steps = cx.build.inherited_steps(stage);
    let is_other = ["musl", "wasm", "/doc/"].iter().any(|part| path.contains(part));
    if is_other || steps.iter().any(|step| names_any(cx, step, STATIC)) {
        return None;
    }
    steps.iter().flat_map(|step| cx.commands.of_step(step)).find(|command| {
        let verb = command.manager.as_ref().and_then(|manager| manager.verb_name());
        match (command.name(), verb) {
            (Some("cargo"), Some("build")) => path.contains("/target/") || path.starts_with("target/"),
            (Some("cargo"), Some("install")) => path.contains("/cargo/bin/"),
            (Some("go"), Some("build" | "install")) => {
                cx.build.environment(command, "CGO_ENABLED").as_deref() == Some("1") && is_program(path)
            }
            (Some("dotnet"), _) => command.has_argument("publish") && is_self_contained(command),
            _ => false,
        }
    })
}

fn names_any(cx: &Context<'_>, step: &Step<'_>, words: &[&str]) -> bool {
    let text = cx.text(step.instruction.span);
    words.iter().any(|word| text.contains(word))
}

/// Whether the path is likely that of a program: nothing follows a dot in its last part.
fn is_program(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| !name.is_empty() && !name.contains('.'))
}

/// `dotnet publish --self-contained -r linux-x64`
fn is_self_contained(command: &Command<'_>) -> bool {
    let says = |words: &[&str]| words.iter().any(|word| command.has_argument(word));
    let is_for_glibc = says(&["linux-x64", "linux-arm64", "-r=linux-x64", "--runtime=linux-x64"]);
    is_for_glibc
        && says(&["--self-contained", "--self-contained=true", "--sc", "-p:PublishAot=true", "/p:PublishAot=true"])
}

/// The file's name in an address, where it says that the programs inside are linked against glibc.
fn name_for_glibc(address: &str) -> Option<&str> {
    let name = address.split(['?', '#']).next()?.rsplit('/').next()?;
    let is_node = address.contains("nodejs.org/dist/") && name.contains("-linux-") && !name.contains("musl");
    let is_known = name.contains("linux-gnu")
        || is_node
        || ["awscli-exe-linux", "Miniconda3-", "Anaconda3-", "Miniforge3-"].iter().any(|start| name.starts_with(start));
    is_known.then_some(name)
}

fn base_image(cx: &Context<'_>, stage: usize) -> String {
    let root = cx.build.root(stage).map(|root| root.from.image.text());
    format!("`{}`", root.unwrap_or("scratch"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    const RUST: &str = "FROM rust:1.90 AS b\nRUN cargo build --release\n";

    #[test]
    fn a_program_for_glibc_does_not_start_without_it() {
        fires!(&format!("{RUST}FROM scratch\nCOPY --from=b «/src/target/release/a» /a\n"));
        fires!("FROM rust:1.90 AS b\nRUN cargo install a\nFROM alpine\nCOPY --from=b «/usr/local/cargo/bin/a» /a\n");
        fires!("FROM golang:1.25 AS b\nENV CGO_ENABLED=1\nRUN go build -o /a .\nFROM alpine\nCOPY --from=b «/a» /a\n");
        fires!("FROM alpine\nRUN wget «https://nodejs.org/dist/v22.1.0/node-v22.1.0-linux-x64.tar.xz»\n");
        fires!("FROM alpine\nRUN wget «https://x.io/a-x86_64-unknown-linux-gnu.tar.gz»\n");
        fires!(
            "FROM mcr.microsoft.com/dotnet/sdk:10.0 AS b\nRUN dotnet publish -r linux-x64 --self-contained -o /o\nFROM mcr.microsoft.com/dotnet/runtime-deps:10.0-alpine\nCOPY --from=b «/o» /a\n"
        );
    }

    #[test]
    fn the_same_library_on_both_sides_is_fine() {
        silent!(&format!("{RUST}FROM debian:13-slim\nCOPY --from=b /src/target/release/a /a\n"));
        silent!("FROM rust:1-alpine AS b\nRUN cargo build\nFROM alpine\nCOPY --from=b /target/debug/a /a\n");
        silent!("FROM debian:13\nRUN wget https://x.io/a-x86_64-unknown-linux-gnu.tar.gz\n");
    }

    #[test]
    fn static_programs_and_loaders_that_were_brought_are_fine() {
        silent!(
            "FROM rust:1 AS b\nRUN cargo build --target x86_64-unknown-linux-musl\nFROM scratch\nCOPY --from=b /target/x /a\n"
        );
        silent!(
            "FROM rust:1 AS b\nENV RUSTFLAGS='-C target-feature=+crt-static'\nRUN cargo build\nFROM scratch\nCOPY --from=b /target/x /a\n"
        );
        silent!(&format!("{RUST}FROM alpine\nRUN apk add gcompat\nCOPY --from=b /src/target/release/a /a\n"));
        silent!("FROM golang:1.25 AS b\nRUN go build -o /a .\nFROM alpine\nCOPY --from=b /a /a\n");
    }

    #[test]
    fn what_is_no_program_needs_no_library() {
        silent!(&format!("{RUST}FROM alpine\nCOPY --from=b /src/static /static\n"));
    }
}
