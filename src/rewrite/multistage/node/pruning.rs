//! Taking away what a package manager has installed for development.

use crate::context::{BuildContext, Yarn};
use crate::ir::{Command, Step};
use crate::knowledge::package_managers::Invocation;

use super::super::single_stage::SingleStage;
use super::globals::is_global;
use super::package::Package;

/// The command that does it, for the end of the build; `None` where there is nothing to take away, or where the program
/// may start with something of it.
pub fn command(single: &SingleStage<'_>, package: &Package) -> Option<String> {
    let installs = |command: &&Command<'_>| {
        command.manager.as_ref().is_some_and(|it| it.manager.name != "npx" && it.is_project_install() && !is_global(it))
    };
    let mut installs = single.build_commands().filter(installs);
    let (install, None) = (installs.next()?, installs.next()) else { return None };
    let invocation = install.manager.as_ref().filter(|it| it.directory().is_none())?;
    let leaves_out = invocation.skips_development()
        || single.build.environment(install, "NODE_ENV").is_some_and(|value| value == "production");
    let starts_with_a_dependency = package.started.first().is_some_and(|word| {
        word == "node"
            || package.dependencies.iter().any(|name| name == word || name.strip_suffix("-cli") == Some(word))
    });
    let can_be_left_out = !package.for_development.is_empty() && !package.has_workspaces && starts_with_a_dependency;
    let is_same_user = |step: &Step<'_>| {
        step.state.user.as_ref().map(|user| &user.value) == install.step.state.user.as_ref().map(|user| &user.value)
    };
    if leaves_out || is_pruned(single) || !can_be_left_out || !is_same_user(single.last_change) {
        return None;
    }
    let here = single.path_of(install, ".").ok()?;
    let at_the_end = single.build.absolute_path(single.last_change, ".")?;
    let prune = match invocation.manager.name {
        "npm" if is_npm_6(single) => "npm prune --production",
        "npm" => "npm prune --omit=dev",
        "pnpm" => of_pnpm(single.context?, install, invocation)?,
        "yarn" if !changes_yarn(single) => of_yarn(single.context?, install, invocation)?,
        _ => return None,
    };
    Some(if here == at_the_end { prune.to_owned() } else { format!("cd {here} && {prune}") })
}

/// Whether the build has done so itself.
fn is_pruned(single: &SingleStage<'_>) -> bool {
    let prunes = |command: &Command<'_>| {
        command
            .manager
            .as_ref()
            .is_some_and(|it| command.has_argument("prune") && matches!(it.manager.name, "npm" | "pnpm"))
    };
    single.build_commands().any(prunes)
}

/// npm 6, which came with Node.js up to 14, knows no `--omit`.
fn is_npm_6(single: &SingleStage<'_>) -> bool {
    let cycle = single.facts.product.map(|cycle| cycle.name);
    cycle.and_then(|name| name.parse::<u32>().ok()).is_some_and(|major| major < 15)
}

/// Options that do not change what is installed and where.
const HARMLESS: &str = "--frozen-lockfile --immutable --immutable-cache --inline-builds --network-concurrency \
    --network-timeout --no-progress --non-interactive --offline --prefer-frozen-lockfile --prefer-offline --reporter -s \
    --silent";

/// Scripts of the project that `pnpm prune` runs again, when what they call may be gone:
/// <https://github.com/pnpm/pnpm/issues/5030>. It has `--ignore-scripts` only since 8.15.6. Yarn 4 runs those of the
/// installation again, as the dependencies of the project have changed.
const SCRIPTS: &[&str] = &[
    "install",
    "pnpm:devPreinstall",
    "postinstall",
    "postprepare",
    "preinstall",
    "prepare",
    "preprepare",
    "prepublish",
    "prepublishOnly",
];

/// `pnpm prune` does not reach the members of a workspace, and asks before it removes where `CI` is not set. Its store
/// has to be where it was.
fn of_pnpm(context: &BuildContext, install: &Command<'_>, invocation: &Invocation<'_>) -> Option<&'static str> {
    let has_members = || context.text("pnpm-workspace.yaml").is_some_and(|text| text.contains("packages:"));
    let is_known = is_plain(install, invocation) && context.exists("pnpm-lock.yaml");
    let is_possible = is_known && !has_members() && install.step.mounts().is_empty() && !has_scripts(context);
    is_possible.then_some("CI=true pnpm prune --prod")
}

/// Yarn 1 takes away what an installation for production does not need; scripts that have run need not run again.
fn of_yarn(context: &BuildContext, install: &Command<'_>, invocation: &Invocation<'_>) -> Option<&'static str> {
    match context.yarn().filter(|_| is_plain(install, invocation))? {
        Yarn::Classic if invocation.has_flag("--immutable") => None,
        Yarn::Classic => Some("yarn install --production --frozen-lockfile --ignore-scripts --prefer-offline"),
        Yarn::Berry { has_focus } => {
            (has_focus && !has_scripts(context)).then_some("yarn workspaces focus --production")
        }
    }
}

/// Whether the build itself chooses another Yarn than the project names: `yarn set version berry`.
fn changes_yarn(single: &SingleStage<'_>) -> bool {
    single.build_commands().any(|command| {
        let is_yarn = command.manager.as_ref().is_some_and(|it| it.manager.name == "yarn");
        is_yarn && (command.has_argument("set") || command.has_argument("policies"))
    })
}

/// Whether the manager is called by its own name, with nothing that a second call would have to repeat.
fn is_plain(install: &Command<'_>, invocation: &Invocation<'_>) -> bool {
    let is_install = matches!(invocation.verb_name(), Some("" | "install" | "ci"));
    is_install
        && install.name() == Some(invocation.manager.name)
        && invocation.all_static
        && invocation.flags.iter().all(|flag| flag.is_one_of(HARMLESS))
}

pub fn has_scripts(context: &BuildContext) -> bool {
    SCRIPTS.iter().any(|name| context.package_script(name).is_some())
}

/// Whether the `package.json` that is known is the one that the build copies.
pub fn copies_root_manifest(single: &SingleStage<'_>) -> bool {
    let copies = single.steps_of_build().flat_map(|step| single.build.context_copies(step));
    copies.into_iter().any(|copy| {
        let source = copy.step.certain_value(copy.source).unwrap_or_default();
        let source = source.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
        matches!(source, "" | "." | "*" | "package.json" | "package*.json" | "package*" | "*.json")
    })
}
