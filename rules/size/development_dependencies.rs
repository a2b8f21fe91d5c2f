//! Packages that only the program's developers need are installed into the image that runs it.
//!
//! ## Why
//! `npm ci` installs everything that `package.json` names, also under `devDependencies`: test runners, linters,
//! bundlers, often several times the size of what the program itself uses. `node server.js` never loads them; they make
//! the image larger and give scanners more to complain about.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:22-slim
//! WORKDIR /app
//! COPY package.json package-lock.json ./
//! RUN npm ci
//! COPY . .
//! CMD ["node", "server.js"]
//! ```
//! ```dockerfile,good
//! FROM node:22-slim
//! WORKDIR /app
//! COPY package.json package-lock.json ./
//! RUN npm ci --omit=dev
//! COPY . .
//! CMD ["node", "server.js"]
//! ```
//!
//! Where an earlier stage needs these packages to build, they have to go before the last stage copies the folder: that is
//! reported at the COPY.
//!
//! Silent where the container runs something else than the finished program (`npm run dev`, nodemon), where the stage
//! still builds or tests, and where the file says that it is for development.
//!
//! ## Fix
//! Adds the manager's flag where the last stage installs: *content*. A program that loads a package from `devDependencies` when it runs has it in the
//! wrong place and will not start. Yarn 2 and later have another command instead of a flag, which the finding names.
//!
//! Where the last stage copies the packages, a suggestion, *content*: the stage that builds ends with `npm prune --omit=dev` or what the manager
//! has in its place. The `package.json` has to be at the root of the build context, the program to start with `node` or one of its
//! `dependencies`, and no other stage to need the one that builds; otherwise the finding says what stands in the way. Poetry, uv and Composer
//! get their option in that stage, unless a later command of it works with what they install.
//!
//! ## Sources
//! The manuals of npm (`--omit`), Yarn 1 (`--production`), Yarn 4 (`workspaces focus`), pnpm (`--prod`), Bun, Poetry (`--only`), uv (`--no-dev`) and
//! Composer (`--no-dev`).

use crate::context::Yarn;
use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, Stage, clean_path, lies_in};
use crate::knowledge::package_managers::{Action, Home, Invocation, Switch};
use crate::rewrite::multistage::{PrunedCopy, Refusal, prune};
use crate::rules::{Context, Meta, Report, Sink};
use crate::syntax::{InstructionKind, Keyword};

pub const META: Meta = Meta {
    name: "size/development-dependencies",
    severity: Severity::Info,
    effect: Some(Effect::Content),
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(last) = cx.final_stage().filter(|last| !is_for_development(cx, last)) else { return };
    copied_from_other_stages(cx, sink, last);
    for (command, invocation) in cx.commands.package_managers() {
        let Some(switch) = invocation.manager.no_development.as_ref() else { continue };
        let is_kept = invocation.is_project_install() && invocation.all_static && cx.shapes_final_image(command.step);
        if !is_kept
            || invocation.skips_development()
            || invocation.has_flag("--include --dev --frozen-dev --with --all-groups --all-extras -g --global")
            || is_on_by_environment(cx, command, switch)
            || !runs_finished_program(cx, last, invocation)
            || is_used_or_removed_later(cx, command, invocation)
            || has_no_development_part(cx, invocation)
        {
            continue;
        }
        let instead = match yarn(cx) {
            _ if invocation.manager.name != "yarn" => None,
            Some(Yarn::Classic) => None,
            Some(Yarn::Berry { .. }) => Some(FOCUS),
            None => continue,
        };
        let (tool, verb) = (invocation.manager.name, cx.text(command.verb_span()));
        let words = if verb == tool { tool.to_owned() } else { format!("{tool} {verb}") };
        let report = sink.report(command.verb_span(), format!("`{words}` also installs what only developers need"));
        if let Some(focus) = instead {
            report.help(format!("use `{focus}` instead; Yarn 2 and 3 have it with the plugin `workspace-tools`"));
            continue;
        }
        let report = report.help(format!("add `{}`", switch.insert));
        if let Some(anchor) = command.words.get(invocation.insert_after(switch.place)).filter(|word| word.is_contiguous)
        {
            let edit = Edit::insert(anchor.span.end, format!(" {}", switch.insert));
            report.fix(format!("add `{}`", switch.insert), Effect::Content, vec![edit]);
        }
    }
}

/// What takes packages for development away again.
const PRUNING: &[(&str, &str)] = &[
    ("npm", "npm prune --omit=dev"),
    ("pnpm", "CI=true pnpm prune --prod"),
    ("yarn", "yarn install --production --ignore-scripts --prefer-offline"),
];

/// What both installs without them and takes them away, since Yarn 2.
const FOCUS: &str = "yarn workspaces focus --production";

/// Reports folders with packages for development that the last stage copies from another.
fn copied_from_other_stages(cx: &Context<'_>, sink: &mut Sink<'_>, last: &Stage<'_>) {
    for step in cx.steps_of(Keyword::Copy).filter(|step| cx.shapes_final_image(step)) {
        let InstructionKind::Copy(transfer) = &step.instruction.kind else { continue };
        let Some((install, remedy)) = step.source_stage().and_then(|stage| install_with_development(cx, last, stage))
        else {
            continue;
        };
        let Some(packages) = folder_of_packages(cx, install) else { continue };
        for word in &transfer.sources {
            let Some(path) = step.certain_value(word).map(|path| clean_path(&format!("/{path}"))) else { continue };
            let is_copied = if packages.is_certain { lies_in(&packages.path, &path) } else { packages.path == path };
            if path == "/" || !is_copied {
                continue;
            }
            let report = sink
                .report(word.span(), format!("`{path}` holds what only developers need, too"))
                .related(install.verb_span(), "installs it");
            match remedy {
                Remedy::Prune(pruning) => {
                    let report = report.help(format!("take it away at the end of the build, with `{pruning}`"));
                    with_rewrite(report, prune(cx.build, cx.commands, cx.build_context, step));
                }
                Remedy::LeaveOut(switch) => leave_out(report, install, switch),
            }
        }
    }
}

/// What keeps the packages out of the image.
#[derive(Clone, Copy)]
enum Remedy {
    /// A command at the end of the build: the build itself needs them.
    Prune(&'static str),
    /// An option of the command that installs.
    LeaveOut(&'static Switch),
}

/// A folder with packages.
struct Packages {
    path: String,
    /// Whether they lie there; otherwise they do if somebody copies that very folder.
    is_certain: bool,
}

/// Where the command leaves packages: beside the project, or in an environment of which the file says where it is.
fn folder_of_packages(cx: &Context<'_>, install: &Command<'_>) -> Option<Packages> {
    let invocation = install.manager.as_ref()?;
    let project = cx.build.path_of(install, ".")?;
    let below = match invocation.manager.home {
        Home::Language("python") => ".venv",
        Home::Language("php") => "vendor",
        _ => "node_modules",
    };
    let environment =
        (invocation.manager.name == "uv").then(|| cx.build.environment(install, "UV_PROJECT_ENVIRONMENT"));
    let told = environment.flatten().filter(|path| path.starts_with('/'));
    // Settings that no command of the file need show decide where Poetry has its environment.
    let is_certain = invocation.manager.name != "poetry"
        || cx
            .build
            .environment(install, "POETRY_VIRTUALENVS_IN_PROJECT")
            .is_some_and(|value| value != "false" && value != "0");
    Some(Packages { path: told.unwrap_or_else(|| clean_path(&format!("{project}/{below}"))), is_certain })
}

fn leave_out(report: Report<'_>, install: &Command<'_>, switch: &Switch) {
    let report = report.help(format!("add `{}`", switch.insert));
    let after = install.manager.as_ref().map(|invocation| invocation.insert_after(switch.place));
    if let Some(anchor) = after.and_then(|at| install.words.get(at)).filter(|word| word.is_contiguous) {
        let edit = Edit::insert(anchor.span.end, format!(" {}", switch.insert));
        report.suggest(format!("add `{}`", switch.insert), Effect::Content, vec![edit]);
    }
}

/// Adds the fix, or why there is none.
fn with_rewrite(report: Report<'_>, rewrite: Result<PrunedCopy, Refusal>) {
    match rewrite {
        Ok(PrunedCopy { command, edits, assumptions }) => {
            let title = format!("run `{command}` at the end of the build");
            report.rewritten(title, Effect::Content, edits, &assumptions);
        }
        Err(refusal) => {
            report.no_fix(&refusal).remedy(refusal.remedy());
        }
    }
}

/// The command of a stage that installs packages for development, which stay to its end, and what would take them away.
fn install_with_development<'c>(cx: &Context<'c>, last: &Stage<'_>, stage: usize) -> Option<(&'c Command<'c>, Remedy)> {
    let is_of_stage = |command: &Command<'_>| cx.build.lineage(stage).any(|it| it.index == command.step.stage);
    let mut found = None;
    for (command, invocation) in cx.commands.package_managers().filter(|(command, _)| is_of_stage(command)) {
        let is_install = invocation.is_project_install();
        let takes_away = invocation.action == Action::Remove || invocation.verb_name() == Some("prune");
        if is_install || takes_away {
            let switch = invocation.manager.no_development.as_ref().filter(|_| is_install && invocation.all_static);
            let is_complete = switch.is_some_and(|switch| {
                !invocation.skips_development()
                    && !is_on_by_environment(cx, command, switch)
                    && runs_finished_program(cx, last, invocation)
                    && !has_no_development_part(cx, invocation)
            });
            let words = PRUNING.iter().find(|(name, _)| *name == invocation.manager.name).map(|(_, words)| *words);
            let remedy = match (invocation.manager.name, yarn(cx)) {
                ("yarn", Some(Yarn::Berry { .. })) => Some(Remedy::Prune(FOCUS)),
                ("composer" | "poetry" | "uv", _) => switch.map(Remedy::LeaveOut),
                _ => words.map(Remedy::Prune),
            };
            found = remedy.filter(|_| is_complete).map(|remedy| (command, remedy));
        } else if matches!(found, Some((_, Remedy::LeaveOut(_))))
            && matches!(invocation.action, Action::Build | Action::Run)
        {
            // The build may work with what is left out.
            found = None;
        }
    }
    found
}

/// Whether a name says that the image is not for production.
fn is_for_development(cx: &Context<'_>, last: &Stage<'_>) -> bool {
    let says_so = |text: &str| ["dev", "test", "ci", "lint", "debug"].iter().any(|word| has_word(text, word));
    says_so(cx.source().name()) || last.name().is_some_and(|name| says_so(&name))
}

/// Whether `text` has `word` or a word that begins with it: `Dockerfile.dev`, `.devcontainer`.
fn has_word(text: &str, word: &str) -> bool {
    text.to_ascii_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|part| part == word || word.len() > 2 && part.starts_with(word))
}

fn is_on_by_environment(cx: &Context<'_>, command: &Command<'_>, switch: &Switch) -> bool {
    switch.environment.iter().any(|(name, _)| {
        // A value that says "development" is a choice, too.
        cx.build.environment(command, name).is_some()
    })
}

/// Whether the container runs the program and not a tool that may be a development dependency.
fn runs_finished_program(cx: &Context<'_>, last: &Stage<'_>, invocation: &Invocation<'_>) -> bool {
    let step =
        cx.build.last_step_of(last.index, Keyword::Entrypoint).or(cx.build.last_step_of(last.index, Keyword::Cmd));
    let programs: &[&str] = match invocation.manager.home {
        Home::Language("javascript") => &["node", "pm2-runtime", "pm2", "bun"],
        Home::Language("python") => &["python", "python3", "gunicorn", "uvicorn", "hypercorn", "celery"],
        Home::Language("php") => &["php-fpm", "apache2-foreground", "php"],
        _ => return false,
    };
    let commands = step.map_or(&[][..], |step| cx.commands.of_step(step));
    match commands {
        [command] => command.name().is_some_and(|name| programs.contains(&name)) && !command.has_argument("test"),
        _ => false,
    }
}

/// Whether a later command builds or tests with the packages, or takes them out again.
fn is_used_or_removed_later(cx: &Context<'_>, command: &Command<'_>, invocation: &Invocation<'_>) -> bool {
    let start = command.name_span().start;
    cx.commands.package_managers().any(|(other, later)| {
        let is_behind = other.name_span().start > start && cx.shapes_final_image(other.step);
        let works = matches!(later.action, Action::Build | Action::Run | Action::Remove);
        is_behind && later.manager.home == invocation.manager.home && (works || later.is_project_install())
    })
}

/// Whether the manifest in the build context is known to have no such part.
fn has_no_development_part(cx: &Context<'_>, invocation: &Invocation<'_>) -> bool {
    let Some(context) = cx.build_context else { return false };
    let manifests = invocation.manager.project.manifests;
    let texts: Vec<&str> = manifests.iter().filter_map(|name| context.text(name)).collect();
    !texts.is_empty() && texts.iter().all(|text| !text.contains("dev"))
}

/// The Yarn of the project: Yarn 2 and later know no `--production`. `None` where neither the build context nor the file
/// tells.
fn yarn(cx: &Context<'_>) -> Option<Yarn> {
    let text = cx.source().text();
    let names = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let of_file = || match () {
        () if names(&["yarn set version berry", ".yarnrc.yml", ".yarn/releases", "--immutable"]) => {
            Some(Yarn::Berry { has_focus: false })
        }
        () if names(&["corepack", "berry", ".yarn"]) => None,
        () => Some(Yarn::Classic),
    };
    cx.build_context.and_then(crate::context::BuildContext::yarn).or_else(of_file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn an_environment_that_is_copied_holds_what_only_developers_need() {
        let file = |install: &str, copied: &str| {
            format!(
                "FROM python:3.12 AS b\nWORKDIR /app\nCOPY . .\n{install}\nFROM python:3.12-slim\nCOPY --from=b {copied} {}\nCMD [\"python\", \"a.py\"]\n",
                copied.replace(['«', '»'], "")
            )
        };
        fires!(&file("RUN uv sync --frozen", "«/app/.venv»"));
        fires!(&file("RUN uv sync --frozen", "«/app»"));
        fires!(&file("ENV UV_PROJECT_ENVIRONMENT=/opt/venv\nRUN uv sync", "«/opt/venv»"));
        fires!(&file("RUN poetry install", "«/app/.venv»"));
        silent!(&file("RUN poetry install", "/app"));
        fires!(&file("ENV POETRY_VIRTUALENVS_IN_PROJECT=1\nRUN poetry install", "«/app»"));
        silent!(&file("RUN uv sync --no-dev", "/app/.venv"));
        silent!(&file("RUN uv sync && uv run pytest", "/app/.venv"));
        let php = "FROM composer:2 AS b\nWORKDIR /app\nCOPY . .\nRUN composer install\nFROM php:8.3-fpm\nCOPY --from=b «/app/vendor» /var/www/vendor\nCMD [\"php-fpm\"]\n";
        fires!(php);
        let before = php.replace(['«', '»'], "");
        fixes!(&before => &before.replace("composer install", "composer install --no-dev"));
    }

    #[test]
    fn packages_that_only_the_build_stage_needs_are_not_copied_along() {
        let file = |build: &str, copied: &str| {
            format!(
                "FROM node:22 AS b\nWORKDIR /app\nCOPY . .\nRUN {build}\nFROM node:22-slim\nCOPY --from=b {copied} /app\nCMD [\"node\", \"a.js\"]\n"
            )
        };
        fires!(&file("npm ci && npm run build", "«/app»"));
        fires!(&file("npm ci && npm run build", "«/app/node_modules»"));
        silent!(&file("npm ci && npm run build", "/app/dist"));
        silent!(&file("npm ci && npm run build && npm prune --omit=dev", "/app"));
        silent!(&file("npm ci && npm run build && npm ci --omit=dev", "/app"));
        silent!(&file("npm ci --omit=dev", "/app"));
    }

    #[test]
    fn the_stage_that_builds_ends_with_taking_them_away() {
        let package = r#"{"dependencies": {"a": "1"}, "devDependencies": {"b": "1"}}"#;
        let file = |more: &str, pruning: &str, last: &str| {
            format!(
                "# context: package.json package-lock.json a.js\n# text of package.json: {package}\n\nFROM node:22 AS b\nWORKDIR /app\n\
                 COPY . .\nRUN npm ci && npm run build\n{pruning}ENV A=1\n{more}FROM node:22-slim\n\
                 COPY --from=b /app /app\n{last}CMD [\"node\", \"a.js\"]\n"
            )
        };
        fixes!(&file("", "", "") => &file("", "RUN npm prune --omit=dev\n", ""));
        for (more, last) in [
            ("FROM b AS test\nRUN npm test\n", ""),
            ("FROM a AS c\nCOPY --from=b /app /app\n", ""),
            ("", "RUN npm rebuild\n"),
        ] {
            let found = findings(&META, check, &file(more, "", last));
            assert!(found.iter().all(|it| it.fix.is_none() && !it.notes.is_empty()), "{more}{last}");
        }
    }

    #[test]
    fn each_manager_has_its_own_flag() {
        let file = |command: &str, tail: &str| format!("FROM a\nRUN {command}\nCMD {tail}\n");
        fixes!(&file("npm install", "node a.js") => &file("npm install --omit=dev", "node a.js"));
        fixes!(&file("pnpm install --frozen-lockfile", "node a") => &file("pnpm install --prod --frozen-lockfile", "node a"));
        fixes!(&file("poetry install", "python a.py") => &file("poetry install --only main", "python a.py"));
        fixes!(&file("composer install", "[\"php-fpm\"]") => &file("composer install --no-dev", "[\"php-fpm\"]"));
    }

    #[test]
    fn later_yarn_has_a_command_of_its_own() {
        let file = |copied: &str, install: &str| {
            format!("FROM node:22\nCOPY package.json yarn.lock {copied} ./\nRUN {install}\nCMD node a.js\n")
        };
        fires!(&file(".yarnrc.yml", "yarn «install» --immutable"));
        fires!(&file("", "«yarn»"));
        fixes!(&file("", "yarn install") => &file("", "yarn install --production"));
        silent!(&file(".yarnrc.yml", "yarn workspaces focus --production"));
        silent!(&file("", "corepack enable && yarn install"));
        fires!(
            "FROM node:22 AS b\nWORKDIR /app\nCOPY . .\nRUN yarn install --immutable && yarn build\nFROM node:22\nCOPY --from=b «/app» /app\nCMD node a.js\n"
        );
    }

    #[test]
    fn what_runs_may_be_a_development_dependency() {
        silent!("FROM node\nRUN npm ci\nCMD npm run dev\n");
        silent!("FROM node\nRUN npm ci\nCMD [\"nodemon\", \"a.js\"]\n");
    }

    #[test]
    fn a_stage_that_still_builds_needs_them() {
        silent!("FROM node\nRUN npm ci && npm run build\nCMD node a.js\n");
        silent!("FROM node\nRUN npm ci\nRUN npm prune --production\nCMD node a.js\n");
    }

    #[test]
    fn a_choice_is_respected() {
        silent!("FROM node\nENV NODE_ENV=production\nRUN npm ci\nCMD node a.js\n");
        silent!("FROM node\nRUN npm ci --omit=dev\nCMD node a.js\n");
        silent!("FROM node AS development\nRUN npm ci\nCMD node a.js\n");
    }

    #[test]
    fn other_stages_are_free() {
        silent!("FROM node AS a\nRUN npm ci\nFROM node\nCOPY --from=a /x /x\nCMD node a.js\n");
    }
}
