//! Taking away what npm has installed for development.

use crate::ir::{Command, Step};

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
    let invocation = install.manager.as_ref().filter(|it| it.manager.name == "npm" && it.directory().is_none())?;
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
    if leaves_out || !can_be_left_out || !is_same_user(single.last_change) {
        return None;
    }
    let here = single.path_of(install, ".").ok()?;
    let at_the_end = single.build.absolute_path(single.last_change, ".")?;
    let prune = if is_npm_6(single) { "npm prune --production" } else { "npm prune --omit=dev" };
    Some(if here == at_the_end { prune.to_owned() } else { format!("cd {here} && {prune}") })
}

/// npm 6, which came with Node.js up to 14, knows no `--omit`.
fn is_npm_6(single: &SingleStage<'_>) -> bool {
    let cycle = single.facts.product.map(|cycle| cycle.name);
    cycle.and_then(|name| name.parse::<u32>().ok()).is_some_and(|major| major < 15)
}
