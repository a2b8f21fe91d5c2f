//! A lock file is copied, and the command that installs the project may go past it.
//!
//! ## Why
//! `npm install` reads `package-lock.json`, but where it does not fit `package.json` any more, npm resolves versions
//! anew, writes another lock file into the image and says nothing: the image holds packages that nobody has tested.
//! `npm ci` installs what the lock file says, or fails. Yarn, pnpm, Bun, uv and Pipenv have a flag for the same.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:26-trixie
//! WORKDIR /app
//! COPY package.json package-lock.json ./
//! RUN npm install
//! ```
//! ```dockerfile,good
//! FROM node:26-trixie
//! WORKDIR /app
//! COPY package.json package-lock.json ./
//! RUN npm ci
//! ```
//!
//! ## Fix
//! Writes `npm ci`, or adds the manager's flag. *Content*: where lock file and manifest disagree, the build now fails,
//! and where a lock file asks for other packages than npm would have chosen, these are installed. Holds back for Yarn,
//! whose versions disagree about the flag, and where an option is not known to `npm ci`.
//!
//! ## Sources
//! docs.npmjs.com, `npm ci`; classic.yarnpkg.com, `--frozen-lockfile`; pnpm.io, `--frozen-lockfile`; docs.astral.sh/uv,
//! `--locked`; pipenv.pypa.io, `--deploy`.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, Step, clean_path};
use crate::knowledge::package_managers::Invocation;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::InstructionKind;

pub const META: Meta = Meta {
    name: "pin/unlocked-install",
    severity: Severity::Info,
    effect: Some(Effect::Content),
    ..Meta::on_by_default()
};

/// The managers whose plain command may go past the lock file, each with what makes it keep to it, and with the variables
/// that do so as well.
const MANAGERS: [(&str, Locking, &[&str]); 6] = [
    ("npm", Locking::Verb("ci"), &[]),
    ("yarn", Locking::Unsure, &["CI"]),
    ("pnpm", Locking::Flag("--frozen-lockfile"), &["CI"]),
    ("bun", Locking::Flag("--frozen-lockfile"), &[]),
    ("uv", Locking::Flag("--locked"), &["UV_LOCKED", "UV_FROZEN"]),
    ("pipenv", Locking::Flag("--deploy"), &[]),
];

/// How a manager is made to keep to its lock file.
#[derive(Clone, Copy)]
enum Locking {
    /// By another verb.
    Verb(&'static str),
    /// By a flag.
    Flag(&'static str),
    /// By a flag that depends on the version.
    Unsure,
}

impl Locking {
    /// What to do. `command` is the one that keeps to the lock file, without the options that the file's may have.
    fn order(self, command: &str) -> String {
        match self {
            Locking::Verb(_) => format!("use `{command}`"),
            Locking::Flag(flag) => format!("add `{flag}`"),
            Locking::Unsure => "add `--frozen-lockfile`, or from Yarn 2 on `--immutable`".to_owned(),
        }
    }
}

/// Flags with which the user has decided about the lock file.
const DECIDED: &str = "--no-package-lock --package-lock-only --no-lockfile --no-frozen-lockfile --lockfile-only \
                       --no-lock --skip-lock --upgrade -U --lockfile-dir --fix-lockfile --package-lock";

/// Flags of `npm install` that `npm ci` takes as well.
const ALSO_OF_CI: &str = "--production --omit --only --no-audit --no-fund --silent -s --quiet -q --ignore-scripts \
                          --legacy-peer-deps --force -f --prefer-offline --loglevel --unsafe-perm --no-optional \
                          --registry --no-progress --progress --include --verbose -d -dd";

/// Stages with more steps than this are not judged: each install looks at all steps above it.
const MOST_STEPS: usize = 2000;

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (command, install) in cx.commands.package_managers() {
        let Some((_, locking, variables)) = MANAGERS.iter().find(|(name, ..)| *name == install.manager.name) else {
            continue;
        };
        let is_plain = matches!(install.verb_name(), Some("" | "install" | "sync")) && install.all_static;
        let is_decided = install.respects_lock() || install.has_flag(DECIDED) || install.directory().is_some();
        if !install.is_project_install() || !is_plain || is_decided || !install.operands.is_empty() {
            continue;
        }
        if sets_any(cx, command, variables) || !cx.build.stage_of(command.step).is_reachable {
            continue;
        }
        let Some((lock, copied_by)) = copied_lock(cx, command, install) else { continue };
        let Some(locked) = &install.manager.locked else { continue };
        let what = if install.verb.is_empty() { install.manager.name } else { cx.text(command.verb_span()) };
        let what =
            if what == install.manager.name { what.to_owned() } else { format!("{} {what}", install.manager.name) };
        let report = sink
            .report(command.verb_span(), format!("`{what}` may install other versions than `{lock}` says"))
            .related(copied_by.instruction.keyword_span(), format!("`{lock}` is copied here"))
            .help(locking.order(locked.command));
        if let Some(edit) = edit(command, install, *locking) {
            report.fix(locking.order(locked.command), Effect::Content, vec![edit]);
        }
    }
}

/// Whether one of the variables is set for the command: by ENV or ARG, or in front of it.
fn sets_any(cx: &Context<'_>, command: &Command<'_>, variables: &[&str]) -> bool {
    let visible = cx.build.visible(command.step);
    variables.iter().any(|name| {
        visible.variable(name).is_some() || command.invoked.as_ref().is_some_and(|invoked| invoked.sets_variable(name))
    })
}

/// The lock file that has surely been copied to where the command runs, and the COPY.
fn copied_lock<'b>(
    cx: &Context<'b>,
    command: &Command<'b>,
    install: &Invocation<'_>,
) -> Option<(&'static str, &'b Step<'b>)> {
    let here = workdir(command.step).filter(|_| cx.build.stage_of(command.step).steps.len() <= MOST_STEPS)?;
    let earlier = cx.build.inherited_steps(command.step.stage);
    let end = earlier.iter().position(|step| (step.stage, step.index) == (command.step.stage, command.step.index))?;
    let earlier = earlier.get(..end)?;
    let changes_directory = |other: &Command<'_>| matches!(other.name(), Some("cd" | "pushd"));
    if cx.commands.of_step(command.step).iter().any(changes_directory) {
        return None;
    }
    let is_removed = |lock: &str| {
        let steps = earlier.iter().copied().chain([command.step]);
        let mut words = steps.flat_map(|step| cx.commands.of_step(step)).filter(|other| other.name() == Some("rm"));
        words.any(|other| {
            other
                .arguments()
                .iter()
                .any(|word| word.value.is_none_or(|value| value.ends_with(lock) || value.contains('*')))
        })
    };
    install.manager.project.locks.iter().find_map(|&lock| {
        let copy = earlier.iter().rfind(|step| brings(cx, step, lock, &here))?;
        (!is_removed(lock)).then_some((lock, *copy))
    })
}

/// Whether a COPY or ADD puts a file called `lock` into the directory `here`.
fn brings(cx: &Context<'_>, step: &Step<'_>, lock: &str, here: &str) -> bool {
    let (InstructionKind::Copy(transfer) | InstructionKind::Add(transfer)) = &step.instruction.kind else {
        return false;
    };
    let (Some(workdir), Some(destination)) = (workdir(step), step.certain_value(&transfer.destination)) else {
        return false;
    };
    let target = clean_path(&if destination.starts_with('/') {
        destination.to_owned()
    } else {
        format!("{workdir}/{destination}")
    });
    let is_lock = |path: &str| path == lock || path.strip_suffix(lock).is_some_and(|folder| folder.ends_with('/'));
    let below = target.strip_suffix(lock).map(|folder| folder.trim_end_matches('/'));
    if below == Some(here.trim_end_matches('/')) && transfer.sources.iter().any(|source| is_lock(step.value(source))) {
        return true;
    }
    if target != here {
        return false;
    }
    transfer.sources.iter().filter_map(|source| step.certain_value(source)).any(|source| {
        // A folder or a pattern brings the file if it is there: only the build context can tell.
        let in_context = || cx.build_context.filter(|_| step.instruction.flag("from").is_none());
        is_lock(source)
            || in_context().is_some_and(|context| {
                let folder = clean_path(&format!("/{source}")).trim_start_matches('/').to_owned();
                let path = if folder.is_empty() { lock.to_owned() } else { format!("{folder}/{lock}") };
                (folder.is_empty() || context.is_dir(&folder)) && context.exists(&path) && !context.would_exclude(&path)
            })
    })
}

/// The working directory of a step, where the file says it.
fn workdir(step: &Step<'_>) -> Option<String> {
    let workdir = step.state.workdir.as_ref()?;
    workdir.is_certain.then(|| workdir.value.clone())
}

fn edit(command: &Command<'_>, install: &Invocation<'_>, locking: Locking) -> Option<Edit> {
    let verb = command.words.get(install.verb.last().copied()?)?;
    if !verb.is_contiguous {
        return None;
    }
    match locking {
        Locking::Verb(other) => {
            let known = install.flags.iter().all(|flag| flag.is_one_of(ALSO_OF_CI));
            known.then(|| Edit::replace(verb.span, other))
        }
        Locking::Flag(flag) => Some(Edit::insert(verb.span.end, format!(" {flag}"))),
        Locking::Unsure => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{BuildContext, Entry};
    use crate::rules::harness::*;

    #[test]
    fn the_verb_is_reported_and_replaced() {
        fires!("FROM node:26\nWORKDIR /a\nCOPY package-lock.json .\nRUN npm «i» --production\n");
        fixes!(
            "FROM node:26\nWORKDIR /a\nCOPY p/package-lock.json .\nRUN npm install --omit=dev && npm run build\n" =>
            "FROM node:26\nWORKDIR /a\nCOPY p/package-lock.json .\nRUN npm ci --omit=dev && npm run build\n"
        );
        fixes!(
            "FROM node:26\nWORKDIR /a\nCOPY pnpm-lock.yaml .\nRUN pnpm install -P\n" =>
            "FROM node:26\nWORKDIR /a\nCOPY pnpm-lock.yaml .\nRUN pnpm install --frozen-lockfile -P\n"
        );
    }

    #[test]
    fn yarn_without_a_verb_is_reported() {
        fires!("FROM node:26\nWORKDIR /a\nCOPY package.json yarn.lock ./\nRUN «yarn»\n");
    }

    #[test]
    fn without_a_lock_file_in_sight_nothing_is_said() {
        silent!("FROM node:26\nWORKDIR /a\nCOPY package*.json ./\nRUN npm install\n");
        silent!("FROM node:26\nWORKDIR /a\nCOPY package-lock.json /b/\nRUN npm install\n");
        silent!("FROM node:26\nWORKDIR /a\nCOPY package-lock.json ./\nRUN cd b && npm install\n");
    }

    #[test]
    fn who_keeps_to_the_lock_file_or_has_decided_otherwise_is_left_alone() {
        silent!("FROM node:26\nWORKDIR /a\nCOPY package-lock.json .\nRUN npm ci\n");
        silent!("FROM node:26\nWORKDIR /a\nCOPY package-lock.json .\nRUN npm install -g typescript\n");
        silent!("FROM node:26\nWORKDIR /a\nCOPY package-lock.json .\nRUN rm package-lock.json && npm install\n");
        silent!("FROM node:26\nENV CI=true\nWORKDIR /a\nCOPY yarn.lock .\nRUN yarn install\n");
        silent!("FROM node:26\nWORKDIR /a\nCOPY yarn.lock .\nRUN yarn install --immutable\n");
    }

    #[test]
    fn the_build_context_tells_what_a_folder_brings() {
        let found = |files: &[&str]| {
            let file = crate::syntax::parse(crate::source::SourceFile::new(
                "Dockerfile",
                "FROM node:26\nWORKDIR /a\nCOPY . .\nRUN npm install\n",
            ));
            let entries = files.iter().map(|path| Entry::file(*path, 0o644, 1)).collect();
            let context = BuildContext::new(entries, None, Default::default(), false);
            let rule = crate::rules::Rule { meta: &META, check, source: "" };
            crate::lint(&file, [&rule], &crate::rules::Options::new(today()), Some(&context)).len()
        };
        assert_eq!(found(&["package.json", "package-lock.json"]), 1);
        assert_eq!(found(&["package.json"]), 0);
    }
}
