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
//! RUN chown node:node /app
//! ```
//!
//! The folder itself may have been there before, so that COPY leaves it as it is; without `-R`, the command takes no room.
//!
//! ## Fix
//! Writes `--chown` or `--chmod` into the copies, and takes `-R` out of the command. *Content*: files that the base image
//! has in that folder keep their owner. Only where nothing but the copies has filled the folder, and COPY knows the user
//! already.
//!
//! ## Sources
//! Docker's reference of `COPY --chown --chmod`; the overlay file system of Linux ("copy up"),
//! `Documentation/filesystems/overlayfs.rst`.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, CommandWord, Step, is_small_by_name, lies_in};
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "size/chown-after-copy",
    severity: Severity::Info,
    effect: Some(Effect::Content),
    ..Meta::on_by_default()
};

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
            let report = sink
                .report(
                    command.name_span(),
                    format!("`{tool} -R` stores a second time what line {line} has copied to `{destination}`"),
                )
                .related(copy.instruction.keyword_span(), "stores the files for the first time")
                .help(help(cx, copy, tool, setting));
            if let [target] = targets.as_slice()
                && let Some(edits) = edits(cx, command, setting, target)
            {
                report.fix(order(tool, setting), Effect::Content, edits);
            }
        }
    }
}

/// The flag for each copy into `target`, and the command without `-R`; `None` where other steps may have put files there.
fn edits(cx: &Context<'_>, command: &Command<'_>, setting: &str, target: &str) -> Option<Vec<Edit>> {
    let tool = command.name()?;
    let is_plain = setting.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":._-".contains(&byte));
    let steps = cx.build.inherited_steps(command.step.stage);
    let of_run = cx.commands.of_step(command.step).first()?;
    let before = cx.text(Span::new(command.step.instruction.span.start, command.name_span().start));
    let is_first = of_run.name_span() == command.name_span();
    if !is_first && (works_in(command.step, target) || before.contains(target)) {
        return None;
    }
    let mut edits = vec![without_recursion(command)?];
    for step in steps.into_iter().take_while(|step| step.instruction.span.start < command.step.instruction.span.start) {
        match step.instruction.keyword {
            Some(Keyword::Copy | Keyword::Add) => {
                let destination = cx.build.copied_to(step)?.destination;
                if lies_in(target, &destination) && target != destination {
                    return None;
                }
                if lies_in(&destination, target) {
                    let is_settled = step.instruction.flag(flag_name(tool)).is_some();
                    if is_settled || !is_known_to_copy(cx, step, tool, setting) {
                        return None;
                    }
                    let flag = format!(" --{}={}", flag_name(tool), in_copy(setting));
                    edits.push(Edit::insert(step.instruction.keyword_span().end, flag));
                }
            }
            Some(Keyword::Run) if works_in(step, target) || step.instruction.text.text().contains(target) => {
                return None;
            }
            _ => {}
        }
    }
    (is_plain && edits.len() > 1).then_some(edits)
}

fn works_in(step: &Step<'_>, target: &str) -> bool {
    step.state.workdir.as_ref().is_some_and(|workdir| lies_in(&workdir.value, target))
}

/// `-R` and the blanks before it.
fn without_recursion(command: &Command<'_>) -> Option<Edit> {
    let is_flag = |word: &CommandWord<'_>| matches!(word.value, Some("-R" | "--recursive"));
    let at = command.words.iter().position(is_flag)?;
    let (before, flag) = (command.words.get(at.checked_sub(1)?)?, command.words.get(at)?);
    Some(Edit::delete(Span::new(before.span.end, flag.span.end)))
}

fn help(cx: &Context<'_>, copy: &Step<'_>, tool: &str, setting: &str) -> String {
    let order = order(tool, setting);
    if is_known_to_copy(cx, copy, tool, setting) {
        return order;
    }
    let user = user_of(setting);
    let is_created = cx.commands.users(cx.build, copy.stage).created.iter().any(|it| it.name == Some(user));
    if is_created {
        format!("{order}, below the line that creates `{user}`")
    } else {
        format!("{order}, below the line that creates `{user}`, unless the base image has it")
    }
}

fn order(tool: &str, setting: &str) -> String {
    format!("write `COPY --{}={}` there", flag_name(tool), in_copy(setting))
}

/// The owner as COPY takes it: `user.group` is an old way to write `user:group`.
fn in_copy(setting: &str) -> String {
    setting.trim_matches(['"', '\'']).replacen('.', ":", 1)
}

fn user_of(setting: &str) -> &str {
    setting.trim_matches(['"', '\'']).split([':', '.']).next().unwrap_or_default()
}

/// COPY looks names up in the image's `/etc/passwd` and fails where it finds none; a number always works.
fn is_known_to_copy(cx: &Context<'_>, copy: &Step<'_>, tool: &str, setting: &str) -> bool {
    let user = user_of(setting);
    let users = cx.commands.users(cx.build, copy.stage);
    tool == "chmod"
        || user.is_empty()
        || user.bytes().all(|byte| byte.is_ascii_digit())
        || user.contains('$')
        || users.of_base.contains(&user)
        || users.created.iter().any(|it| it.name == Some(user) && it.span.start < copy.instruction.span.start)
}

/// As many copies are compared with one command.
const MOST_COPIES: usize = 200;

/// Whether COPY has given the files that owner or mode already: BuildKit leaves files that are as before out of the layer.
fn sets_the_same(step: &Step<'_>, tool: Option<&str>, setting: &str) -> bool {
    let written = step.instruction.flag(flag_name(tool.unwrap_or_default())).and_then(|flag| flag.value.as_ref());
    written.is_some_and(|value| value.text() == setting)
}

fn flag_name(tool: &str) -> &'static str {
    if tool == "chmod" { "chmod" } else { "chown" }
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
        assert_eq!(
            help(text),
            "write `COPY --chown=nginx:nginx` there, below the line that creates `nginx`, unless the base image has it"
        );
        let text = "FROM debian:13\nCOPY . /app/\nRUN chown -R \"www-data:www-data\" /app\n";
        assert_eq!(help(text), "write `COPY --chown=www-data:www-data` there");
        let text = "FROM debian:13\nRUN useradd app\nCOPY . /app/\nRUN chown -R app /app\n";
        assert_eq!(help(text), "write `COPY --chown=app` there");
    }

    #[test]
    fn every_copy_into_the_folder_is_told_the_owner() {
        fixes!(
            "FROM node:22\nWORKDIR /app\nCOPY package.json ./\nCOPY src src/\nRUN chown -R node:node /app && ls\n" =>
            "FROM node:22\nWORKDIR /app\nCOPY --chown=node:node package.json ./\nCOPY --chown=node:node src src/\nRUN chown node:node /app && ls\n"
        );
        fixes!("COPY . /srv/a\nRUN chmod -R 755 /srv/a\n" => "COPY --chmod=755 . /srv/a\nRUN chmod 755 /srv/a\n");
    }

    #[test]
    fn a_folder_that_others_have_filled_needs_the_recursion() {
        let unfixed = |text: &str| findings(&META, check, text).iter().all(|finding| finding.fix.is_none());
        assert!(unfixed("FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN chown -R node /app\n"));
        assert!(unfixed("FROM node:22\nRUN mkdir /app/data\nCOPY . /app\nRUN chown -R node /app\n"));
        assert!(unfixed("FROM debian:13\nCOPY . /app\nRUN useradd app && chown -R app /app\n"));
        assert!(unfixed("FROM node:22\nCOPY . /\nRUN chown -R node /app /data\n"));
        assert!(unfixed("FROM node:22\nCOPY . /app\nRUN mkdir /app/x && chown -R node /app\n"));
        assert!(unfixed("FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && chown -R node .\n"));
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
