//! Node.js: packages lie in `node_modules` beside the program, which is text or what a compiler has made of it.
//!
//! The folder of the program is copied whole. What npm, Yarn or pnpm has installed for development is taken
//! away at the end of the build where `package.json` is known; nobody but the user knows that the program loads none of it.

pub mod compiled;
mod globals;
mod package;
mod pruning;

use crate::ir::{Command, clean_path, lies_in};
use crate::knowledge::package_managers::Action;

use super::deeds::Deeds;
use super::ecosystem::{Ecosystem, Maker, Product, Runtime};
use super::single_stage::SingleStage;
use super::{Assumption, Refusal, application, start};

pub const NODE: Ecosystem = Ecosystem {
    images: &["node"],
    builds,
    product: Maker::OfFolders(product),
    is_source: |_| false,
    runtime: Runtime::Interpreter,
};

/// Programs that come with packages, write to the folder of the project, and are called without a package manager.
const TOOLS: &[&str] = &["bower", "corepack", "grunt", "gulp", "nest", "next", "ng", "node", "tsc", "vite", "webpack"];

fn builds(command: &Command<'_>) -> bool {
    is_managed(command) || command.name().is_some_and(|name| TOOLS.contains(&name))
}

/// Whether a package manager of Node.js is asked.
fn is_managed(command: &Command<'_>) -> bool {
    command.manager.as_ref().is_some_and(|it| matches!(it.manager.name, "npm" | "npx" | "pnpm" | "yarn"))
}

fn product(single: &SingleStage<'_>, deeds: &Deeds<'_>) -> Result<Product, Refusal> {
    let mut product =
        Product { has_all_files: true, artifacts: application::of_context(single)?, ..Product::default() };
    for command in single.build_commands().filter(|command| builds(command)) {
        let folder = folder(single, command, &product.artifacts)?;
        product.artifacts.extend(folder);
    }
    product.artifacts.extend(globals::folders(single)?);
    let package = package::Package::of(single);
    match &package {
        Some(package) => product.packages = package.needs(single, deeds)?,
        None => product.assumptions.extend(unknown_packages(single)),
    }
    product.pruning = package.and_then(|package| pruning::command(single, &package));
    if product.pruning.is_some() {
        product.assumptions.push(Assumption::LoadsNothingOfDevelopment);
    }
    product.assumptions.extend(start::scripts(single));
    let unknown = scripts_of_shell(single).filter(|it| !product.assumptions.contains(it));
    product.assumptions.extend(unknown.collect::<Vec<_>>());
    Ok(product)
}

/// The command that takes away, at the end of the build, what is only there for development.
///
/// # Errors
/// Where it is not known that this leaves all that the program needs.
pub fn pruning(single: &SingleStage<'_>) -> Result<String, Refusal> {
    let package = package::Package::of(single).ok_or(Refusal::UnknownManifest)?;
    match pruning::command(single, &package) {
        Some(command) if pruning::copies_root_manifest(single) => Ok(command),
        Some(_) => Err(Refusal::UnknownManifest),
        None => Err(Refusal::CannotPrune),
    }
}

/// The folder in which a command that builds leaves its files; none for those that install for all projects.
pub fn builds_in(single: &SingleStage<'_>, command: &Command<'_>) -> Option<String> {
    let is_for_all = command.manager.as_ref().is_some_and(globals::is_global);
    if is_for_all || !builds(command) { None } else { folder(single, command, &[]).ok().flatten() }
}

/// The folder in which a command installs or builds; `files` are the files of the program that are known to lie in folders
/// of the distribution.
fn folder(single: &SingleStage<'_>, command: &Command<'_>, files: &[String]) -> Result<Option<String>, Refusal> {
    let option = command.manager.as_ref().and_then(|it| it.directory()).and_then(|flag| flag.value?.text);
    let folder = single.path_of(command, option.unwrap_or("."))?;
    let is = |wanted: &[Action]| {
        command.manager.as_ref().is_some_and(|it| wanted.contains(&it.action) && !globals::is_global(it))
    };
    let runs = command.manager.is_none() && command.name() != Some("corepack") && command.first_operand().is_some();
    let below = |name: &str| clean_path(&format!("{folder}/{name}"));
    if application::is_own(&folder) {
        return Ok(Some(folder));
    }
    let is_known = is(&[Action::Install]) || is(&[Action::InstallProject]) && files.contains(&below("package.json"));
    let leaves_files = runs || is(&[Action::Build, Action::Install, Action::InstallProject, Action::Run]);
    if is_known {
        Ok(Some(below("node_modules")))
    } else if leaves_files && !lies_in(&folder, application::TEMPORARY) {
        Err(Refusal::AmongSystemFiles(folder))
    } else {
        Ok(None)
    }
}

/// Scripts of `package.json` that a command runs and that hand over to a script of the shell or to Make: what these do is not
/// known.
fn scripts_of_shell<'s>(single: &'s SingleStage<'_>) -> impl Iterator<Item = Assumption> + 's {
    const BY_INSTALLATION: &[&str] = &["preinstall", "install", "postinstall", "prepare"];
    single.build_commands().filter(|command| is_managed(command)).filter_map(|command| {
        let context = single.context?;
        let invocation = command.manager.as_ref()?;
        let called = invocation.operands.first().and_then(|operand| operand.text).unwrap_or_default();
        let names: Vec<String> = match invocation.action {
            Action::InstallProject => BY_INSTALLATION.iter().map(|name| (*name).to_owned()).collect(),
            _ => ["pre", "", "post"].iter().map(|before| format!("{before}{called}")).collect(),
        };
        let hands_over = |text: &str| {
            let mut words = text.split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|'));
            words.any(|word| matches!(word, "bash" | "make" | "sh" | "sudo") || word.ends_with(".sh"))
        };
        let mut texts = names.iter().filter_map(|name| context.package_script(name));
        texts.any(|text| hands_over(&text)).then(|| Assumption::writes_beside_itself(command, 3))
    })
}

/// Packages may have scripts that download programs to the home directory.
fn unknown_packages(single: &SingleStage<'_>) -> Option<Assumption> {
    let install = single.build_commands().find(|command| {
        is_managed(command)
            && command.manager.as_ref().is_some_and(|it| it.is_project_install() && !globals::is_global(it))
    })?;
    Some(Assumption::writes_beside_itself(install, 2))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    const PACKAGE: &str = r#"{"scripts": {"start": "node dist/a.js"}, "dependencies": {"a": "1"}}"#;

    #[test]
    fn packages_for_development_go_at_the_end_of_the_build() {
        let package = PACKAGE.replace("}}", "}, \"devDependencies\": {\"typescript\": \"5\"}}");
        let text =
            "FROM node:18-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\nCMD [\"npm\", \"start\"]\n";
        let (after, assumptions) = split_with(text, Some(&[("package.json", &package), ("src/a.ts", "")]));
        let expected = "FROM node:18-slim AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\n\
                        RUN npm prune --omit=dev\n\nFROM node:18-slim\nWORKDIR /app\nCOPY --from=build /app /app\n\
                        CMD [\"npm\", \"start\"]\n";
        assert_eq!(after, expected);
        assert_eq!(assumptions, [Assumption::LoadsNothingOfDevelopment]);
        let old = text.replace("18-slim", "14-slim").replace("WORKDIR /app\nCOPY . .\n", "COPY . /app\nWORKDIR /app\n");
        let old = old.replace("RUN npm run build", "WORKDIR /app/dist\nRUN node ../build");
        assert!(
            split_with(&old, Some(&[("package.json", &package)])).0.contains("RUN cd /app && npm prune --production\n")
        );
    }

    #[test]
    fn packages_for_development_are_not_brought_back_by_sources_that_come_last() {
        let package = PACKAGE.replace("}}", "}, \"devDependencies\": {\"typescript\": \"5\"}}");
        let with = |source: &str| {
            let text = format!(
                "FROM node:18-slim\nWORKDIR /app\nCOPY package.json .\nRUN npm ci\nCOPY {source} .\nCMD [\"npm\", \"start\"]\n"
            );
            split_with(&text, Some(&[("package.json", &package), ("a.js", "")])).0
        };
        let pruned = "RUN npm ci\nRUN npm prune --omit=dev\n\nFROM node:18-slim\nWORKDIR /app\nCOPY --from=build /app /app\n\
                      COPY a.js .\n";
        assert!(with("a.js").contains(pruned), "{}", with("a.js"));
        // Here `node_modules` is not in `.dockerignore`.
        assert!(with(".").contains("COPY . .\nRUN npm prune --omit=dev\n"), "{}", with("."));
    }

    #[test]
    fn what_the_start_may_need_is_not_taken_away() {
        let with = |start: &str, install: &str| {
            let package =
                PACKAGE.replace("node dist/a.js", start).replace("}}", "}, \"devDependencies\": {\"b\": \"5\"}}");
            let text = format!("FROM node:18\nWORKDIR /app\nCOPY . .\nRUN {install}\nCMD npm start\n");
            split_with(&text, Some(&[("package.json", &package)])).0
        };
        assert!(with("a serve", "npm ci").contains("npm prune"));
        for (start, install) in
            [("b x", "npm ci"), ("node a", "npm ci --omit=dev"), ("node a", "NODE_ENV=production npm ci")]
        {
            assert!(!with(start, install).contains("npm prune"), "{start}, {install}");
        }
    }

    #[test]
    fn yarn_and_pnpm_take_packages_for_development_away_in_their_own_words() {
        let with = |install: &str, files: &[(&str, &str)]| {
            let text =
                format!("FROM node:20-slim\nWORKDIR /app\nCOPY . .\nRUN {install}\nRUN node build\nCMD node a.js\n");
            let package = r#"{"dependencies": {"a": "1"}, "devDependencies": {"b": "5"}}"#;
            let known = [("package.json", package), ("a.js", "")];
            let files: Vec<(&str, &str)> = known.into_iter().chain(files.iter().copied()).collect();
            let after = outcome(&text, Some(&files)).unwrap();
            // Without a command at its end, a slim image has nothing to split.
            after.ok().map(|(after, _)| after.lines().nth(5).unwrap().to_owned())
        };
        let (yarn, pnpm) = (("yarn.lock", ""), ("pnpm-lock.yaml", ""));
        let classic = "RUN yarn install --production --frozen-lockfile --ignore-scripts --prefer-offline";
        let modules = (".yarnrc.yml", "nodeLinker: node-modules\nyarnPath: .yarn/releases/yarn-4.1.0.cjs\n");
        let old = (".yarnrc.yml", "nodeLinker: node-modules\nyarnPath: .yarn/releases/yarn-3.6.0.cjs\n");
        assert_eq!(with("yarn --frozen-lockfile", &[yarn]).as_deref(), Some(classic));
        assert_eq!(
            with("yarn install --immutable", &[yarn, modules]).as_deref(),
            Some("RUN yarn workspaces focus --production")
        );
        assert_eq!(
            with("npm i -g pnpm && pnpm i --frozen-lockfile", &[pnpm]).as_deref(),
            Some("RUN CI=true pnpm prune --prod")
        );
        let members = ("pnpm-workspace.yaml", "packages:\n  - a\n");
        let hook =
            ("package.json", r#"{"scripts": {"prepare": "husky"}, "dependencies": {}, "devDependencies": {"b": "5"}}"#);
        for (install, files) in [
            ("yarn", &[][..]),
            ("yarn --immutable", &[yarn]),
            ("yarn --ignore-engines", &[yarn]),
            ("yarn set version berry && yarn", &[yarn]),
            ("yarn --production", &[yarn]),
            ("yarn --immutable", &[yarn, old]),
            ("yarn --immutable", &[yarn, modules, hook]),
            ("npm i -g pnpm && pnpm i", &[]),
            ("npm i -g pnpm && pnpm i", &[pnpm, members]),
            ("npm i -g pnpm && pnpm i", &[pnpm, hook]),
            ("npm i -g pnpm && pnpm i --prod", &[pnpm]),
            ("npm i -g pnpm && pnpm i --shamefully-hoist", &[pnpm]),
            ("--mount=type=cache,target=/root/.local/share/pnpm/store npm i -g pnpm && pnpm i", &[pnpm]),
        ] {
            assert_eq!(with(install, files), None, "{install}, {files:?}");
        }
    }

    #[test]
    fn compilers_of_addons_stay_behind_and_users_of_the_image_are_there() {
        let text = "FROM node:18-alpine\nRUN apk add --no-cache make g++\nWORKDIR /home/node/app\nRUN chown -R node:node /home/node/app\n\
                    COPY . .\nRUN npm ci\nUSER node\nCMD [\"node\", \"a.js\"]\n";
        let (after, assumptions) = split_with(text, Some(&[("package.json", PACKAGE), ("a.js", "")]));
        let expected = "FROM node:18-alpine\nWORKDIR /home/node/app\nRUN chown -R node:node /home/node/app\n\
                        COPY --from=build /home/node/app /home/node/app\nUSER node\nCMD [\"node\", \"a.js\"]\n";
        assert_eq!(after.split_once("\n\n").unwrap().1, expected);
        assert_eq!(assumptions, []);
    }

    #[test]
    fn the_tool_of_the_health_check_is_installed_where_the_slim_image_has_removed_it() {
        let stage = new_stage(
            "FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci\nHEALTHCHECK CMD curl -f localhost\nCMD [\"node\", \"a.js\"]\n",
            None,
        );
        assert!(stage.contains("apt-get install -y --no-install-recommends curl "), "{stage}");
    }

    #[test]
    fn the_program_that_a_script_calls_is_named() {
        let text = "FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"./start.sh\"]\n";
        let with = |script: &str| split_with(text, Some(&[("package.json", PACKAGE), ("start.sh", script)])).1;
        let calls = Assumption::ScriptCalls { script: "./start.sh".to_owned(), program: "wget" };
        assert!(with("wget -q a\nexec node a.js\n").contains(&calls));
        assert!(
            with("npm ci && exec node a.js\n").contains(&Assumption::ScriptInstallsNothing("./start.sh".to_owned()))
        );
        assert!(!with("exec node a.js\n").iter().any(|it| matches!(it, Assumption::ScriptCalls { .. })));
    }

    #[test]
    fn what_the_build_has_taken_away_is_not_taken_away_again() {
        let text = "FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build && npm prune --production\nCMD [\"node\", \"a.js\"]\n";
        let package = r#"{"scripts": {"build": "tsc"}, "dependencies": {"a": "1"}, "devDependencies": {"b": "1"}}"#;
        let (after, _) = split_with(text, Some(&[("package.json", package), ("package-lock.json", ""), ("a.js", "")]));
        assert_eq!(after.matches("npm prune").count(), 1, "{after}");
    }

    #[test]
    fn packages_for_all_projects_are_copied_if_the_container_may_need_them() {
        let with = |install: &str, cmd: &str| {
            new_stage(&format!("FROM node:18\nWORKDIR /app\nCOPY . .\nRUN npm i && {install}\nCMD {cmd}\n"), None)
        };
        let folder = "COPY --from=build /usr/local/lib/node_modules /usr/local/lib/node_modules\n";
        assert!(with("npm i -g pm2", "pm2-runtime a.js").contains(folder));
        assert!(with("npm i -g pnpm", "pnpm start").contains(folder));
        assert!(!with("npm i -g typescript pnpm", "node a.js").contains(folder));
    }

    #[test]
    fn modules_in_the_root_folder_are_found_by_the_manifest_beside_them() {
        let text = "FROM node:18\nCOPY package.json a.js /\nRUN npm ci\nCMD [\"node\", \"/a.js\"]\n";
        assert!(new_stage(text, None).contains("COPY --from=build /node_modules /node_modules\n"));
        let named = "FROM node:18\nRUN npm i mongo-express && npm cache clean --force\nWORKDIR /node_modules/mongo-express\nCMD node app\n";
        assert!(new_stage(named, None).contains("COPY --from=build /node_modules /node_modules\n"));
        let mounted = text.replace("package.json a.js /", "a.js /");
        assert_eq!(refusal(&mounted), Refusal::AmongSystemFiles("/".to_owned()));
        let elsewhere = text.replace("RUN npm ci", "RUN cd /tmp && npm ci && cp -a node_modules /srv/a/");
        assert!(!new_stage(&elsewhere, None).contains("/tmp"));
    }

    #[test]
    fn what_packages_load_and_call_is_installed() {
        let text = "FROM node:18-bookworm\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"a.js\"]\n";
        for (package, installed) in [("@prisma/client", "libssl3"), ("simple-git", "git"), ("pg-native", "libpq5")] {
            let package = PACKAGE.replace("\"a\"", &format!("\"{package}\""));
            let stage = new_stage(text, Some(&[("package.json", &package), ("a.js", "")]));
            assert!(stage.contains(&format!("install -y --no-install-recommends {installed} ")), "{stage}");
        }
    }

    #[test]
    fn what_scripts_of_the_shell_do_in_the_build_is_for_the_user_to_know() {
        let with = |script: &str| {
            let package = PACKAGE.replace("\"start\"", &format!("{script}, \"start\""));
            let text = "FROM node:18-slim\nWORKDIR /app\nRUN apt-get update && apt-get install -y g++\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"node\", \"dist/a.js\"]\n";
            split_with(text, Some(&[("package.json", &package), ("dist/a.js", "")])).1
        };
        let beside = |command: &str| [Assumption::WritesBesideItself(command.to_owned())];
        assert_eq!(with("\"build\": \"tsc && ./build.sh\""), beside("npm run build"));
        assert_eq!(with("\"prebuild\": \"make assets\", \"build\": \"tsc\""), beside("npm run build"));
        assert_eq!(with("\"postinstall\": \"sh get.sh\", \"build\": \"tsc\""), beside("npm ci"));
        assert_eq!(with("\"deploy\": \"sh deploy.sh\", \"build\": \"tsc\""), []);
    }

    #[test]
    fn what_a_smaller_image_could_not_run_stays() {
        let with = |package: &str, cmd: &str| {
            let text = format!("FROM node:18\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD {cmd}\n");
            outcome(&text, Some(&[("package.json", package)])).unwrap().unwrap_err()
        };
        assert_eq!(
            with(&PACKAGE.replace("node dist", "nodemon dist"), "npm start"),
            Refusal::BuildToolAtStart("nodemon".to_owned())
        );
        assert_eq!(with(PACKAGE, "npm run dev"), Refusal::BuildToolAtStart("npm".to_owned()));
        assert_eq!(with(PACKAGE, "pnpm start"), Refusal::MissingTool("pnpm".to_owned()));
        let berry = "FROM node:18\nWORKDIR /app\nCOPY . .\nRUN corepack enable && yarn\nCMD yarn start\n";
        assert_eq!(refusal(berry), Refusal::MissingTool("yarn".to_owned()));
        assert_eq!(
            with(&PACKAGE.replace("\"a\"", "\"puppeteer\""), "npm start"),
            Refusal::UnknownLibraries("puppeteer".to_owned())
        );
        assert_eq!(
            with(&PACKAGE.replace("\"a\"", "\"gm\""), "npm start"),
            Refusal::MissingTool("graphicsmagick".to_owned())
        );
    }
}
