//! A program that is compiled from TypeScript: the folder that the compiler writes, the packages, and what is no source.

use crate::context::{BuildContext, Yarn};
use crate::ir::{Command, clean_path, lies_in};
use crate::knowledge::package_managers::{Action, Invocation};

use super::super::ecosystem::{Ecosystem, Product};
use super::super::single_stage::SingleStage;
use super::super::{Assumption, Refusal};
use super::package::Package;
use super::pruning::{copies_root_manifest, has_scripts};
use super::{NODE, builds, folder, is_managed};

/// Node.js, where the sources stay behind.
pub const COMPILED: Ecosystem = Ecosystem { is_source, ..NODE };

fn is_source(name: &str) -> bool {
    const ENDINGS: &[&str] = &[".cts", ".mts", ".ts", ".tsx"];
    const STARTS: &[&str] = &[
        ".eslint",
        ".mocharc",
        ".node-version",
        ".npmrc",
        ".nvmrc",
        ".prettier",
        ".swcrc",
        "babel.config.",
        "eslint.config.",
        "jest.config.",
        "jest-e2e.",
        "nest-cli.",
        "nodemon.",
        "prettier.config.",
        "tsconfig",
        "tslint.",
        "vitest.config.",
    ];
    const NAMES: &[&str] = &["npm-shrinkwrap.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock"];
    ENDINGS.iter().any(|ending| name.ends_with(ending))
        || STARTS.iter().any(|start| name.starts_with(start))
        || NAMES.contains(&name)
}

/// What comes out of the compiler, with the packages of the program.
///
/// # Errors
/// Where the build does more than to install and to compile, and where the program is not what the compiler writes.
pub fn product(single: &SingleStage<'_>) -> Result<Product, Refusal> {
    let context = single.context.filter(|context| !context.is_truncated()).ok_or(Refusal::UnknownManifest)?;
    let package = Package::of(single).filter(|_| copies_root_manifest(single)).ok_or(Refusal::UnknownManifest)?;
    let is_plain = !package.has_workspaces && !context.exists("pnpm-workspace.yaml") && !has_scripts(context);
    let has_modules = !context.exists(".yarnrc.yml") && !matches!(context.yarn(), Some(Yarn::Berry { .. }));
    let loads_sources = || package.dependencies.iter().any(|name| LOADERS.contains(&name.as_str()));
    if !is_plain || !has_modules || loads_sources() {
        return Err(Refusal::UnknownManifest);
    }
    let mut project = None;
    let mut compiled = None;
    for command in single.build_commands().filter(|command| builds(command)) {
        let here = folder(single, command, &[])?.ok_or_else(|| unknown(command))?;
        if *project.get_or_insert_with(|| here.clone()) != here {
            return Err(unknown(command));
        }
        if is_project_install(command) || takes_packages_away(command) {
            continue;
        }
        let config = config_of_compiler(context, command).ok_or_else(|| unknown(command))?;
        compiled = Some(clean_path(&format!(
            "{here}/{}",
            context.out_dir_of_tsconfig(&config).ok_or_else(|| unknown(command))?
        )));
    }
    let (Some(project), Some(compiled)) = (project, compiled) else { return Err(Refusal::NothingToSplit) };
    check_start(single, &package, &project, &compiled)?;
    let mut artifacts = vec![compiled, format!("{project}/node_modules"), format!("{project}/package.json")];
    // It looks for the paths of modules there when the program runs.
    if package.dependencies.iter().any(|name| name == "tsconfig-paths") {
        artifacts.push(format!("{project}/tsconfig.json"));
    }
    Ok(Product { artifacts, assumptions: vec![Assumption::ReadsNoSources], ..Product::default() })
}

/// Packages that compile sources when they are loaded.
const LOADERS: &[&str] = &["@swc-node/register", "esbuild-register", "sucrase", "ts-node", "tsx"];

fn unknown(command: &Command<'_>) -> Refusal {
    Refusal::UnknownCommand(command.name().unwrap_or_default().to_owned())
}

fn is_project_install(command: &Command<'_>) -> bool {
    command.manager.as_ref().is_some_and(Invocation::is_project_install) && is_managed(command)
}

fn takes_packages_away(command: &Command<'_>) -> bool {
    let invocation = command.manager.as_ref().filter(|_| is_managed(command));
    invocation.is_some_and(|it| it.action == Action::Remove || it.verb_name() == Some("workspaces focus"))
}

/// The file that tells the compiler what to do, where the command is the compiler, or a script of the package that is nothing
/// but that.
fn config_of_compiler(context: &BuildContext, command: &Command<'_>) -> Option<String> {
    if command.name() == Some("tsc") {
        return of_tsc(command.words.iter().skip(1).map(|word| word.value).collect::<Option<Vec<_>>>()?.as_slice());
    }
    let invocation = command.manager.as_ref().filter(|_| is_managed(command))?;
    let words: Vec<&str> = invocation.operands.iter().filter_map(|operand| operand.text).collect();
    let name = match (invocation.verb_name()?, words.as_slice()) {
        ("run" | "run-script", [name]) => name,
        (name, []) if invocation.manager.name != "npm" => name,
        _ => return None,
    };
    let hooks = [format!("pre{name}"), format!("post{name}")];
    if hooks.iter().any(|hook| context.package_script(hook).is_some()) {
        return None;
    }
    let text = context.package_script(name)?;
    let mut config = None;
    for part in text.split("&&") {
        let words: Vec<&str> = part.split_whitespace().collect();
        match words.as_slice() {
            ["tsc", options @ ..] => config = Some(of_tsc(options)?),
            ["nest", "build"] => config = Some(of_nest(context)),
            ["rimraf", _] | ["rm", "-rf", _] => {}
            _ => return None,
        }
    }
    config
}

fn of_tsc(options: &[&str]) -> Option<String> {
    match options {
        [] | ["-b" | "--build"] => Some("tsconfig.json".to_owned()),
        ["-p" | "--project" | "-b" | "--build", file] if !file.starts_with('-') => {
            Some(file.trim_start_matches("./").to_owned())
        }
        _ => None,
    }
}

/// Nest prefers the file that leaves tests out.
fn of_nest(context: &BuildContext) -> String {
    let preferred = "tsconfig.build.json";
    if context.exists(preferred) { preferred } else { "tsconfig.json" }.to_owned()
}

/// The container starts Node.js with a file that the compiler writes, by itself or by a script of the package.
fn check_start(single: &SingleStage<'_>, package: &Package, project: &str, compiled: &str) -> Result<(), Refusal> {
    let [program, rest @ ..] = package.started.as_slice() else { return Err(Refusal::NoProgram) };
    let script = rest.iter().find(|word| !word.starts_with('-'));
    let is_of_npm = single.process().commands(single.commands).any(|command| command.manager.is_some());
    let path = script.map(|script| match is_of_npm {
        true => Ok(clean_path(&format!("{project}/{script}"))),
        false => {
            let command = single.process().commands(single.commands).next().ok_or(Refusal::NoProgram)?;
            single.path_of(command, script)
        }
    });
    match path.transpose()? {
        Some(path) if program == "node" && lies_in(&path, compiled) => Ok(()),
        _ => Err(Refusal::NotBuilt(program.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_compiler_reads_is_told_by_plain_words_alone() {
        assert_eq!(of_tsc(&[]).as_deref(), Some("tsconfig.json"));
        assert_eq!(of_tsc(&["-p", "./tsconfig.build.json"]).as_deref(), Some("tsconfig.build.json"));
        assert_eq!(of_tsc(&["--outDir", "x"]), None);
    }
}
