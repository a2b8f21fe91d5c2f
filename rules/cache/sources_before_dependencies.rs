//! The whole source tree is copied before the dependencies are installed.
//!
//! ## Why
//! BuildKit runs an instruction again when anything above it has changed. `COPY . .` changes with every edit of any
//! file, so each commit downloads and installs all dependencies once more, though they are the same. Copy the few files
//! that name the dependencies first, install, and copy the rest afterwards: then the installation comes out of the
//! cache until one of those files changes.
//!
//! ## Example
//! ```dockerfile,bad
//! # context: package.json package-lock.json server.js
//! # .dockerignore: node_modules
//! FROM node:22-slim
//! WORKDIR /app
//! COPY . .
//! RUN npm ci
//! CMD ["node", "server.js"]
//! ```
//! ```dockerfile,good
//! # context: package.json package-lock.json server.js
//! # .dockerignore: node_modules
//! FROM node:22-slim
//! WORKDIR /app
//! COPY package.json package-lock.json ./
//! RUN npm ci
//! COPY . .
//! CMD ["node", "server.js"]
//! ```
//!
//! Silent where the installation needs the sources (`pip install .`, scripts of the package that run on installation, as
//! far as the build context is known), where a cache mount keeps the downloads, and where the same
//! dependencies have been installed above the COPY already.
//!
//! ## Fix
//! With `--effect content`, and where this rule is selected by name: a COPY of the files that name the dependencies takes
//! the place of the COPY, which goes behind the installation. The build context has to be known: its files tell which of
//! them the manager reads, and whether they name others, as those of a workspace of npm, Yarn, pnpm or Bun do. What was
//! installed must not be overwritten by the later COPY, so `.dockerignore` has to leave out `node_modules` and its kin: what
//! `cache/whole-context-copy` adds to it in the same run counts. Poetry without
//! `--no-root`, and uv where a build system is named, install the project itself as well, and so need its sources: the
//! dependencies are installed first, and the same command stays behind the sources to install the project. Where dfx does
//! not do it, the finding says why.
//!
//! ## Sources
//! Docker's documentation, "Optimize cache usage in builds: order your layers"; BuildKit, `solver/llbsolver/ops/file.go`
//! and `exec.go`, for what enters a cache key.

use crate::context::BuildContext;
use crate::edit::Effect;
use crate::ir::{Breadth, Command, ContextCopy, Stage};
use crate::knowledge::package_managers::{Invocation, OperandKind};
use crate::rewrite::{LateSources, dependencies_first, flag_without_project, words_of_local_parts};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "cache/sources-before-dependencies",
    aliases: &["best-practices/leverage-cache"],
    effect: Some(Effect::Content),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in cx.reachable_stages() {
        let Some(copy) = first_broad_copy(cx, stage) else { continue };
        let behind = stage.steps.iter().skip(copy.step.index + 1).flat_map(|step| cx.commands.of_step(step));
        let mut late = behind.filter_map(|command| {
            let invocation = command.manager.as_ref()?;
            is_hurt(cx, stage, &copy, command, invocation).then_some((command, invocation))
        });
        let Some((command, invocation)) = late.next() else { continue };
        let tool = invocation.manager.name;
        let verb = cx.text(command.verb_span());
        let words = if verb == tool { tool.to_owned() } else { format!("{tool} {verb}") };
        let mut report = sink
            .report(
                copy.source.span(),
                format!("every change of a source file makes `{words}` install everything again"),
            )
            .related(command.verb_span(), "runs again whenever anything that is copied above has changed")
            .flow(cx.cache_flow(copy.step, copy.source.span(), "takes in every source file"))
            .help(help(cx, &copy, invocation, &words));
        match dependencies_first(cx.build, cx.commands, cx.build_context, &copy, command) {
            Ok(edits) => {
                let title = format!("copy what `{words}` reads first, and the rest behind it");
                report = report.suggest(title, Effect::Content, edits);
            }
            Err(LateSources::NoContext) => {}
            Err(refusal @ LateSources::Overwritten(_)) => {
                report = report.no_fix(refusal).remedy("name it there, or select `cache/whole-context-copy` as well");
            }
            Err(refusal) => report = report.no_fix(refusal),
        }
        for (other, _) in late.filter(|(_, it)| it.manager != invocation.manager).take(3) {
            report = report.related(other.verb_span(), "and so does this");
        }
    }
}

/// The first COPY of a stage that brings source code.
fn first_broad_copy<'b>(cx: &Context<'b>, stage: &'b Stage<'b>) -> Option<ContextCopy<'b>> {
    let copies = stage.steps.iter().flat_map(|step| cx.build.context_copies(step));
    copies.into_iter().find(|copy| copy.breadth != Breadth::Part)
}

/// Whether the command installs dependencies that it could have installed without the sources.
fn is_hurt(
    cx: &Context<'_>,
    stage: &Stage<'_>,
    copy: &ContextCopy<'_>,
    command: &Command<'_>,
    invocation: &Invocation<'_>,
) -> bool {
    command.is_in_build()
        && invocation.is_project_install()
        && invocation.all_static
        && !reads_sources(cx.build_context, invocation)
        && !cx.build.keeps_downloads(command, invocation)
        && !is_installed_above(cx, stage, copy, invocation)
        && invocation.flag("--dry-run --lockfile-only --package-lock-only -g --global").is_none()
}

fn reads_sources(context: Option<&BuildContext>, invocation: &Invocation<'_>) -> bool {
    let names_sources = invocation.operands.iter().any(|operand| {
        matches!(
            operand.kind,
            OperandKind::ProjectPath | OperandKind::File | OperandKind::Argument | OperandKind::Unknown
        )
    });
    // What these read is not in manifests alone: modules of the reactor, projects of the solution, a settings script.
    let reads_tree =
        matches!(invocation.manager.name, "gradle" | "opam" | "stack" | "cabal" | "deno" | "gem" | "cpanm");
    let has_requirements = invocation.operands.iter().any(|operand| operand.kind == OperandKind::Requirements);
    let is_bare_pip = matches!(invocation.manager.name, "pip" | "uv")
        && invocation.verb.len() < 2
        && !has_requirements
        && invocation.manager.name == "pip";
    let is_project_alone = invocation.has_flag("--only-root");
    names_sources
        || reads_tree
        || is_bare_pip
        || is_project_alone
        || context.is_some_and(|context| files_say_so(context, invocation))
}

/// Whether the manifests in the build context name local packages, or scripts that run on installation.
fn files_say_so(context: &BuildContext, invocation: &Invocation<'_>) -> bool {
    let listed = invocation.operands.iter().filter(|operand| operand.kind == OperandKind::Requirements);
    let names = listed.map(|operand| operand.name).chain(invocation.manager.project.manifests.iter().copied());
    let texts: Vec<&str> = names.filter_map(|name| context.text(name.trim_start_matches("./"))).collect();
    let local = words_of_local_parts(invocation.manager.name);
    texts.iter().any(|text| local.iter().any(|word| text.contains(word)))
}

/// Whether the same manager has installed a project before the sources came.
fn is_installed_above(
    cx: &Context<'_>,
    stage: &Stage<'_>,
    copy: &ContextCopy<'_>,
    invocation: &Invocation<'_>,
) -> bool {
    let own = stage.steps.iter().take(copy.step.index);
    let below = stage.base_stage().and_then(|base| cx.build.stages.get(base)).into_iter().flat_map(|base| &base.steps);
    own.chain(below)
        .flat_map(|step| cx.commands.of_step(step))
        .filter_map(|command| command.manager.as_ref())
        .any(|it| it.is_project_install() && it.manager.home == invocation.manager.home)
}

fn help(cx: &Context<'_>, copy: &ContextCopy<'_>, invocation: &Invocation<'_>, words: &str) -> String {
    let files = manifests(cx.build_context, invocation);
    let rest = cx.text(copy.source.span());
    if files.is_empty() {
        return format!("copy the files that name the dependencies, run `{words}`, and copy `{rest}` after that");
    }
    let flag = match invocation.manager.name {
        "composer" => Some("--no-scripts --no-autoloader"),
        _ => flag_without_project(invocation, cx.build_context.and_then(|it| it.text("pyproject.toml"))),
    };
    let only = flag.map(|flag| format!(" {flag}")).unwrap_or_default();
    let after = match invocation.manager.name {
        // Scripts and the list of classes to load are of the sources.
        "composer" => ", with `composer dump-autoload`".to_owned(),
        _ if !only.is_empty() => format!("; then `{words}` installs the project itself"),
        _ => String::new(),
    };
    // `go get` in a folder without sources has nothing to get.
    let words = if invocation.manager.name == "go" { "go mod download" } else { words };
    let where_known = if cx.build_context.is_some() { "" } else { ", as far as they exist" };
    format!("copy {files}{where_known}, run `{words}{only}`, and copy `{rest}` after that{after}")
}

/// The files that the installation reads: those of the context where it is known, else those that it usually reads.
fn manifests<'n>(context: Option<&BuildContext>, invocation: &Invocation<'n>) -> String {
    let folder = invocation.directory().and_then(|flag| flag.value?.text).filter(|folder| !folder.starts_with('/'));
    let folder = folder.map(|folder| format!("{}/", folder.trim_end_matches('/'))).unwrap_or_default();
    let listed = invocation
        .operands
        .iter()
        .filter(|operand| matches!(operand.kind, OperandKind::Requirements | OperandKind::Constraints));
    // An absolute path is one inside the image; the name says which file of the context it is.
    let file = |path: &'n str| if path.starts_with('/') { path.rsplit('/').next().unwrap_or(path) } else { path };
    let listed: Vec<&str> = listed.map(|operand| file(operand.name)).collect();
    let project = &invocation.manager.project;
    let names: Vec<&str> = match (listed.is_empty(), context) {
        (false, _) => listed,
        (true, Some(context)) => {
            let all = project.manifests.iter().chain(project.locks).chain(project.settings).copied();
            let here: Vec<&str> = all.filter(|name| !name.contains('*') && context.exists(name)).collect();
            // Where they lie in a folder of their own, the names still say which.
            if here.is_empty() { usual(project.manifests, project.locks) } else { here }
        }
        (true, None) => usual(project.manifests, project.locks),
    };
    let mut quoted: Vec<String> = names.iter().map(|name| format!("`{folder}{name}`")).collect();
    let root = folder.trim_end_matches('/');
    let members = || context.and_then(|context| context.workspace_members(root).ok()).unwrap_or_default();
    if project.manifests.contains(&"package.json") && !members().is_empty() {
        quoted.push("the `package.json` of each package of the workspace".to_owned());
    }
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

fn usual(manifests: &[&'static str], locks: &[&'static str]) -> Vec<&'static str> {
    // Patterns are for projects whose files have names of their own; hardly one of those has a lock file.
    let locks = if manifests.first().is_some_and(|name| name.contains('*')) { &[] } else { locks };
    manifests.first().into_iter().chain(locks.first()).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_source_is_reported_whatever_the_manager() {
        for command in [
            "npm ci",
            "yarn install",
            "pip install -r requirements.txt",
            "go mod download",
            "bundle install",
            "composer install",
        ] {
            fires!(&format!("FROM a\nCOPY «.» /app\nRUN cd /app && {command}\n"));
        }
        fires!("FROM a\nADD package.json «src» /app/\nRUN npm ci\n");
    }

    #[test]
    fn the_help_names_a_command_that_needs_no_sources() {
        let help = |command: &str| {
            let text = format!("FROM a\nCOPY . /app\nRUN cd /app && {command}\n");
            findings(&META, check, &text)[0].help.clone().unwrap()
        };
        assert!(help("uv sync --frozen").contains("`uv sync --no-install-project`"));
        assert!(help("uv pip install -r r.txt").contains("`uv pip install`"));
        assert!(help("composer install").ends_with("and copy `.` after that, with `composer dump-autoload`"));
    }

    #[test]
    fn one_finding_a_stage() {
        fires!(
            "FROM a AS b\nCOPY «.» .\nRUN npm ci\nRUN pip install -r r.txt\nFROM a\nCOPY --from=b . .\nRUN npm ci\n"
        );
    }

    #[test]
    fn the_installation_is_put_before_the_sources() {
        let context = "# context: package.json package-lock.json server.js\n# .dockerignore: node_modules\n";
        fixes!(
            &format!("{context}FROM a\nCOPY . ./\nRUN npm ci\n") =>
            &format!("{context}FROM a\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . ./\n")
        );
        let context = context.replace("node_modules", "dist");
        let findings = findings(&META, check, &format!("{context}FROM a\nCOPY . ./\nRUN npm ci\n"));
        assert!(findings[0].fix.is_none() && findings[0].notes[0].contains("`node_modules` is not in `.dockerignore`"));
    }

    #[test]
    fn manifests_first_is_right() {
        silent!("FROM a\nCOPY package.json .\nRUN npm ci\nCOPY . .\nRUN npm run build\n");
        silent!("FROM a\nCOPY composer.json .\nRUN composer install --no-scripts\nCOPY . .\nRUN composer install\n");
    }

    #[test]
    fn installations_that_need_the_sources_may_come_after_them() {
        silent!("FROM a\nCOPY . .\nRUN pip install .\n");
        silent!("FROM a\nCOPY . .\nRUN pip install -r requirements.txt -e .\n");
    }

    #[test]
    fn a_cache_mount_keeps_the_downloads() {
        silent!("FROM a\nCOPY . .\nRUN --mount=type=cache,target=/root/.npm npm ci\n");
    }

    #[test]
    fn stages_that_nothing_needs_are_left_alone() {
        silent!("FROM a AS b\nCOPY . .\nRUN npm ci\nFROM a\n");
    }
}
