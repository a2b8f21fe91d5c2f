//! `chown -R` or `chmod -R` over files that an earlier instruction has copied.
//!
//! ## Why
//! A layer holds whole files. Changing the owner or the mode of a file that lies in an earlier layer puts a second copy
//! of it into the new one, so `COPY . /app` followed by `RUN chown -R app /app` makes the image carry everything in
//! `/app` twice. `COPY --chown` and `COPY --chmod` set both while the files are written.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:22-slim
//! COPY . /app
//! RUN chown -R node:node /app
//! ```
//! ```dockerfile,good
//! FROM node:22-slim
//! COPY --chown=node:node . /app
//! ```
//!
//! ## Fix
//! None: the folder itself, files that other steps have made below it and names of users that only the RUN knows have to
//! be looked at first.
//!
//! ## Sources
//! Docker's reference of `COPY --chown --chmod`; the overlay file system of Linux ("copy up"),
//! `Documentation/filesystems/overlayfs.rst`.

use crate::finding::Severity;
use crate::ir::{Command, Step, is_small_by_name, lies_in};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "size/chown-after-copy", severity: Severity::Info, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(last) = cx.final_stage() else { return };
    let mut copies: Vec<(&Step<'_>, String)> = Vec::new();
    for step in cx.build.inherited_steps(last.index) {
        if let Some(copied) = cx.build.copied_to(step) {
            let names = if copied.below.is_empty() { std::slice::from_ref(&copied.destination) } else { &copied.below };
            if !names.iter().all(|name| is_small_by_name(name)) {
                copies.push((step, copied.destination));
            }
            continue;
        }
        for command in cx.commands.of_step(step).iter().filter(|command| command.is_in_build() && is_recursive(command))
        {
            let Some((setting, paths)) = operands(command) else { continue };
            // Advice to copy with mode 777 would be bad advice; `security/world-writable` has better.
            if lets_everybody_write(setting) {
                continue;
            }
            let targets: Vec<String> = paths.iter().filter_map(|path| cx.build.path_of(command, path)).collect();
            let is_set_by_copy = |step: &Step<'_>| sets_the_same(step, command.name(), setting);
            let hit = copies
                .iter()
                .rev()
                .take(MOST_COPIES)
                .rfind(|(step, to)| !is_set_by_copy(step) && targets.iter().any(|target| lies_in(to, target)));
            let Some((copy, destination)) = hit else { continue };
            let tool = command.name().unwrap_or_default();
            let line = cx.source().line_at(copy.instruction.span.start);
            sink.report(
                command.name_span(),
                format!("`{tool} -R` stores a second time what line {line} has copied to `{destination}`"),
            )
            .related(copy.instruction.keyword_span(), "stores the files for the first time")
            .help(help(cx, copy, tool, setting));
        }
    }
}

/// COPY looks names up in the image's `/etc/passwd` and fails where it finds none; a number always works.
fn help(cx: &Context<'_>, copy: &Step<'_>, tool: &str, setting: &str) -> String {
    let order = format!("write `{}{}` there", flag(tool), setting.trim_matches(['"', '\'']).replacen('.', ":", 1));
    let user = setting.split([':', '.']).next().unwrap_or_default();
    let users = cx.commands.users(cx.build, copy.stage);
    let is_known = tool == "chmod"
        || user.is_empty()
        || user.bytes().all(|byte| byte.is_ascii_digit())
        || user.contains('$')
        || users.of_base.contains(&user)
        || users.created.iter().any(|it| it.name == Some(user) && it.span.start < copy.instruction.span.start);
    if is_known { order } else { format!("{order}, below the line that creates `{user}`") }
}

/// As many copies are compared with one command.
const MOST_COPIES: usize = 200;

/// Whether COPY has given the files that owner or mode already: BuildKit leaves files that are as before out of the layer.
fn sets_the_same(step: &Step<'_>, tool: Option<&str>, setting: &str) -> bool {
    let flag = if tool == Some("chmod") { "chmod" } else { "chown" };
    let written = step.instruction.flag(flag).and_then(|flag| flag.value.as_ref());
    written.is_some_and(|value| value.text() == setting)
}

fn flag(tool: &str) -> &'static str {
    if tool == "chmod" { "COPY --chmod=" } else { "COPY --chown=" }
}

fn is_recursive(command: &Command<'_>) -> bool {
    matches!(command.name(), Some("chown" | "chmod"))
        && options(command).any(|option| option == "--recursive" || !option.starts_with("--") && option.contains('R'))
}

fn options<'b>(command: &Command<'b>) -> impl Iterator<Item = &'b str> {
    command
        .arguments()
        .iter()
        .map(|word| word.written)
        .filter(|word| word.starts_with('-') && word.len() > 1)
        .collect::<Vec<_>>()
        .into_iter()
}

/// The owner or mode, and the paths without a final `/*`.
fn operands<'b>(command: &Command<'b>) -> Option<(&'b str, Vec<&'b str>)> {
    let words = command.arguments().iter().map(|word| word.written).filter(|word| !word.starts_with('-'));
    let words: Vec<&str> = words.collect();
    let (setting, paths) = words.split_first()?;
    // `u+x` depends on what was there, which COPY has understood only since Dockerfile syntax 1.14.
    let is_plain =
        !setting.contains(['$', '`', '+', '=', '"', '\'']) || command.name() == Some("chown") && !setting.contains('`');
    let paths = paths.iter().map(|path| path.strip_suffix("/*").unwrap_or(path)).filter(|path| !path.is_empty());
    is_plain.then(|| (*setting, paths.collect()))
}

fn lets_everybody_write(setting: &str) -> bool {
    let is_octal = setting.bytes().all(|byte| byte.is_ascii_digit());
    is_octal && setting.bytes().last().is_some_and(|last| (last - b'0') & 2 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_mode_for_everybody_is_not_advised_for_the_copy() {
        silent!("COPY src /app/src\nRUN chmod -R 777 /app/src\n");
    }

    #[test]
    fn paths_are_compared_as_the_build_sees_them() {
        fires!("WORKDIR /app\nCOPY . .\nRUN «chown» -R app:app .\n");
        fires!("COPY a /srv/app/\nRUN «chmod» -R 755 /srv\n");
        fires!("WORKDIR /app\nCOPY . .\nRUN useradd app && «chown» --recursive app /app/*\n");
    }

    #[test]
    fn other_places_and_single_files_are_fine() {
        silent!("COPY . /app\nRUN chown -R app /data\n");
        silent!("COPY a.yml /etc/a/\nRUN chown -R app /etc/a\n");
        silent!("COPY run.sh /\nRUN chmod +x /run.sh\n");
        silent!("RUN mkdir /app && chown -R app /app\nCOPY . /app\n");
    }

    #[test]
    fn copy_knows_no_owner_that_a_later_run_creates() {
        let help = |text| findings(&META, check, text)[0].help.clone().unwrap();
        let text = "FROM php:8.4-alpine\nCOPY . /app/\nRUN apk add nginx && chown -R nginx:nginx /app\n";
        assert_eq!(help(text), "write `COPY --chown=nginx:nginx` there, below the line that creates `nginx`");
        let text = "FROM debian:13\nRUN useradd app\nCOPY . /app/\nRUN chown -R app /app\n";
        assert_eq!(help(text), "write `COPY --chown=app` there");
    }

    #[test]
    fn an_owner_that_the_copy_has_set_already_changes_nothing() {
        silent!("COPY --chown=app:app . /app\nRUN chown -R app:app /app\n");
        fires!("COPY --chown=app:app . /app\nRUN «chown» -R root:root /app\n");
    }

    #[test]
    fn other_stages_are_free() {
        silent!("FROM a AS b\nCOPY . /app\nRUN chown -R app /app\nFROM a\nCOPY --from=b /app /app\n");
    }
}
