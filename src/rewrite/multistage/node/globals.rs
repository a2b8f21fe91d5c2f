//! Packages that are installed for all projects, beside Node.js itself.

use crate::knowledge::package_managers::Invocation;

use super::super::single_stage::SingleStage;
use super::super::{Refusal, start};

/// Where the official image has the packages of `npm install --global`, and the programs that they bring.
const OF_NPM: [&str; 2] = ["/usr/local/lib/node_modules", "/usr/local/bin"];
/// Where Yarn keeps such packages for root; their programs are links in `/usr/local/bin`.
const OF_YARN: &str = "/usr/local/share/.config/yarn/global";

/// Packages that build, or install other packages. The image of Node.js has npm and Yarn itself.
const FOR_BUILDING: &[&str] = &[
    "@angular/cli",
    "@nestjs/cli",
    "@vue/cli",
    "bower",
    "corepack",
    "eslint",
    "gatsby-cli",
    "grunt",
    "grunt-cli",
    "gulp",
    "gulp-cli",
    "lerna",
    "modclean",
    "node-gyp",
    "node-pre-gyp",
    "node-prune",
    "npm",
    "nx",
    "pnpm",
    "rimraf",
    "rollup",
    "sass",
    "turbo",
    "typescript",
    "webpack",
    "webpack-cli",
    "yarn",
];

/// The folders of the packages for all projects that the container needs.
///
/// # Errors
/// Where it starts with a package manager that the image does not have.
pub fn folders(single: &SingleStage<'_>) -> Result<Vec<String>, Refusal> {
    let started: Vec<&str> = start::commands(single).filter_map(|command| command.name()).collect();
    let mut folders: Vec<String> = Vec::new();
    let mut packages: Vec<&str> = Vec::new();
    for (command, invocation) in
        single.build_commands().filter_map(|command| Some((command, command.manager.as_ref()?)))
    {
        if !is_global(invocation) || !invocation.installs() {
            continue;
        }
        if invocation.packages().next().is_none() {
            return Err(Refusal::UnknownPackage);
        }
        let is_needed = |name: &&str| !FOR_BUILDING.contains(name) || started.contains(name) && !is_of_image(name);
        let needed: Vec<&str> = invocation.packages().map(|package| package.name).filter(is_needed).collect();
        if !needed.is_empty() {
            let prefix = single.build.environment(command, "NPM_CONFIG_PREFIX");
            prefix.map_or(Ok(()), |prefix| Err(Refusal::UnknownPath(prefix)))?;
            folders.extend(OF_NPM.map(str::to_owned));
            folders.extend((invocation.manager.name == "yarn").then(|| OF_YARN.to_owned()));
        }
        packages.extend(needed);
    }
    // The Yarn of the image refuses projects that ask Corepack for another.
    let uses_corepack = single.build_commands().any(|command| command.name() == Some("corepack"));
    let is_missing = |name: &&&str| match **name {
        "bun" | "corepack" | "pnpm" => !packages.contains(*name),
        "yarn" => uses_corepack,
        _ => false,
    };
    started.iter().find(is_missing).map_or(Ok(folders), |name| Err(Refusal::MissingTool((*name).to_owned())))
}

/// Whether the command installs for all projects.
pub fn is_global(invocation: &Invocation<'_>) -> bool {
    match invocation.manager.name {
        "npm" | "pnpm" => invocation.has_flag("-g --global"),
        "yarn" => invocation.verb_name() == Some("global add") || invocation.has_flag("global"),
        _ => false,
    }
}

fn is_of_image(name: &str) -> bool {
    matches!(name, "npm" | "npx" | "yarn")
}
