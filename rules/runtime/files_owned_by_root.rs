//! A user who is not root has to write into a working directory that belongs to root.
//!
//! ## Why
//! WORKDIR makes the directory if it is not there, and BuildKit gives it to the user that USER has named by then: before
//! the USER line that is root. COPY does the same for files. A `USER node` further down changes nothing of that, so
//! that `npm ci` fails with `EACCES: permission denied` when it wants to make `node_modules`.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24-slim
//! WORKDIR /app
//! USER node
//! COPY package.json package-lock.json ./
//! RUN npm ci
//! ```
//! ```dockerfile,good
//! FROM node:24-slim
//! USER node
//! WORKDIR /app
//! COPY package.json package-lock.json ./
//! RUN npm ci
//! ```
//!
//! Reported only where it is certain: the base image is known not to have the directory, no RUN above may have changed
//! its owner or its mode, nothing was copied into it with `--chown`, and the command writes right into it.
//!
//! ## Fix
//! None: the directory may have to stay with root for other files, and `chown` in a RUN or USER above WORKDIR are both
//! right.
//!
//! ## Sources
//! BuildKit, `frontend/dockerfile/dockerfile2llb/convert.go`, `dispatchWorkdir`: the directory is made with the owner
//! `Config.User`; moby/moby#36677.

use crate::finding::Severity;
use crate::ir::{Base, Command, Stage, Step, lies_in};
use crate::knowledge::images::Known;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::{InstructionKind, Keyword};

pub const META: Meta = Meta { name: "runtime/files-owned-by-root", severity: Severity::Error, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in cx.reachable_stages().filter(|stage| !stage.is_windows && matches!(stage.base, Base::Image(_))) {
        let Some((command, span, directory)) = first_refused_write(cx, stage) else { continue };
        let Some(made) = made_by_root(cx, stage, command.step, &directory) else { continue };
        let user = command.step.state.user.as_ref().map_or("", |user| user.value.as_str());
        sink.report(span, format!("`{user}` may not write into `{directory}`, which belongs to root"))
            .related(made, "makes the directory, as root")
            .help(format!(
                "write `USER {user}` above this WORKDIR, or `RUN chown {user} {directory}` before the USER line"
            ));
    }
}

/// The first command of the stage that writes right into its working directory as another user than root, and that
/// directory.
fn first_refused_write<'b>(cx: &Context<'b>, stage: &'b Stage<'b>) -> Option<(&'b Command<'b>, Span, String)> {
    let steps =
        stage.steps.iter().filter(|step| step.instruction.keyword == Some(Keyword::Run) && is_unprivileged(step));
    steps.flat_map(|step| cx.commands.of_step(step)).find_map(|command| {
        let directory = cx.build.path_of(command, ".")?;
        let is_shared = ["/", "/home", "/tmp", "/var/tmp", "/dev/shm"].contains(&directory.as_str());
        let may_fail = cx.text(command.step.instruction.span).contains("||");
        let is_plain = command.is_in_build()
            && command.wrapping.is_empty()
            && command.invoked.as_ref().is_none_or(|invoked| invoked.wrappers().is_empty());
        let span = writes_here(command)?;
        (is_plain && !is_shared && !may_fail).then_some((command, span, directory))
    })
}

fn is_unprivileged(step: &Step<'_>) -> bool {
    step.state.user.as_ref().is_some_and(|user| {
        let name = user.value.split(':').next().unwrap_or_default();
        user.is_certain && !matches!(name, "" | "root" | "0")
    })
}

/// The word that says that the command makes something in the working directory itself.
fn writes_here(command: &Command<'_>) -> Option<Span> {
    if let Some(invocation) = &command.manager {
        const WRITERS: &[&str] = &["npm", "pnpm", "bun", "composer", "cargo", "uv"];
        let is_here = WRITERS.contains(&invocation.manager.name) && invocation.directory().is_none();
        let goes_elsewhere = "-g --global --system --target-dir --root --dry-run --user --active";
        let writes = invocation.is_project_install() && is_here && !invocation.has_flag(goes_elsewhere);
        return writes.then(|| command.verb_span());
    }
    let makes = matches!(command.name(), Some("mkdir" | "touch"));
    let word = command.first_operand().filter(|_| makes)?;
    let name = word.value?;
    (!name.contains(['/', '~']) && !name.is_empty()).then_some(word.span)
}

/// The WORKDIR that makes the directory while USER says root, if nothing since may have given it to somebody else.
fn made_by_root(cx: &Context<'_>, stage: &Stage<'_>, before: &Step<'_>, directory: &str) -> Option<Span> {
    // Homes are made with their users.
    if lies_in(directory, "/home") || !cx.build.stands_on_plain_image(stage.index) {
        return None;
    }
    let image = cx.build.image_configuration(stage.index)?;
    if image.workdir.value().is_some_and(|workdir| lies_in(workdir, directory)) {
        return None;
    }
    let made = stage.steps.iter().find(|step| {
        matches!(&step.instruction.kind, InstructionKind::Workdir(word)
            if step.certain_value(word).and_then(|path| cx.build.absolute_path(step, path)).as_deref() == Some(directory))
    })?;
    let is_root = match &made.state.user {
        Some(user) => user.is_certain && matches!(user.value.split(':').next(), Some("root" | "0")),
        None => matches!(cx.build.image_user(stage.index), Known::Is("root" | "0")),
    };
    let is_untouched = stage.steps.iter().take(before.index).all(|step| leaves_owners(cx, step, directory));
    let has_mount = before.mounts().iter().any(|mount| mount.kind != "secret" && mount.kind != "ssh");
    (is_root && is_untouched && !has_mount && made.index < before.index).then_some(made.instruction.span)
}

/// What a RUN says that may make the directory somebody's.
const CHANGES_OWNERS: &[&str] =
    &["chown", "chmod", "chgrp", "setfacl", "install -", "usermod", "mkdir", "--home", " -d ", ".sh", "<<"];

/// Whether the step surely leaves the owner and the mode of the directory alone.
fn leaves_owners(cx: &Context<'_>, step: &Step<'_>, directory: &str) -> bool {
    match step.instruction.keyword {
        Some(Keyword::Run) => {
            let text = cx.text(step.instruction.span);
            let scripts = cx.build.scripts(step);
            let is_read = !scripts.is_empty() && scripts.iter().all(|script| script.is_clean());
            is_read && !text.contains(directory) && !CHANGES_OWNERS.iter().any(|word| text.contains(word))
        }
        Some(Keyword::Copy | Keyword::Add) => {
            step.instruction.flag("chown").is_none()
                && step.instruction.flag("chmod").is_none()
                && step.instruction.flag("from").is_none()
        }
        Some(Keyword::Onbuild) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    const HEAD: &str = "FROM node:24-slim\nWORKDIR /app\nUSER node\n";

    #[test]
    fn what_must_be_made_in_roots_directory_is_reported() {
        fires!(&format!("{HEAD}COPY package.json ./\nRUN npm «ci»\n"));
        fires!(&format!("{HEAD}RUN touch «state.json»\n"));
        fires!("FROM debian:13\nRUN useradd app\nWORKDIR /app\nUSER app\nRUN mkdir «logs»\n");
    }

    #[test]
    fn the_owner_may_be_another_one() {
        silent!("FROM node:24-slim\nUSER node\nWORKDIR /app\nRUN npm ci\n");
        silent!("FROM node:24-slim\nWORKDIR /app\nRUN chown node .\nUSER node\nRUN npm ci\n");
        silent!("FROM node:24-slim\nWORKDIR /app\nCOPY --chown=node . .\nUSER node\nRUN npm ci\n");
        silent!("FROM node:24-slim\nRUN mkdir /app && chown node /app\nWORKDIR /app\nUSER node\nRUN npm ci\n");
        silent!("FROM debian:13\nRUN useradd -d /app -m app\nWORKDIR /app\nUSER app\nRUN touch a\n");
        silent!("FROM node:24-slim\nWORKDIR /home/node\nUSER node\nRUN npm ci\n");
    }

    #[test]
    fn what_the_image_holds_may_be_unknown() {
        silent!("FROM example.com/base\nWORKDIR /app\nUSER app\nRUN npm ci\n");
        silent!("FROM node:24-slim\nWORKDIR $DIR\nUSER node\nRUN npm ci\n");
    }

    #[test]
    fn what_is_written_elsewhere_needs_no_right_here() {
        silent!(&format!("{HEAD}RUN npm install -g a\nRUN cd /tmp && touch a\nRUN touch /tmp/a\nRUN sudo npm ci\n"));
        silent!(&format!("{HEAD}RUN npm ci || true\n"));
    }
}
