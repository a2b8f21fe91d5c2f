//! A COPY of the sources put behind the installation of the dependencies, and in its place a COPY of the few files that
//! name them: the installation then comes out of the cache until one of those files changes.

mod javascript;
mod late_sources;
mod place;
mod project;
mod written;

use crate::context::BuildContext;
use crate::edit::Edit;
use crate::ir::{Build, Command, Commands, ContextCopy};

pub use late_sources::LateSources;
pub use project::{flag_without_project, words_of_local_parts};

use place::{alone, behind, nothing_between, project_folder, split_behind};
use project::{Project, join};
use written::Written;

/// The edits that put `copy` behind the installation `command` of the same stage.
///
/// The image keeps its files if the installation reads nothing but what `invocation`'s manager is known to read; the files
/// of the context are looked at for what says otherwise.
///
/// # Errors
/// Why the order stays as it is.
pub fn dependencies_first(
    build: &Build<'_>,
    commands: &Commands<'_>,
    context: Option<&BuildContext>,
    copy: &ContextCopy<'_>,
    command: &Command<'_>,
) -> Result<Vec<Edit>, LateSources> {
    let context = context.ok_or(LateSources::NoContext)?;
    let invocation = command.manager.as_ref().ok_or(LateSources::NotFirst)?;
    let written = Written::of(build, copy)?;
    let folder = project_folder(build, copy, command)?;
    nothing_between(build, commands, copy.step, command.step, written.destination.starts_with('/'))?;
    let project = Project::new(context, invocation, join(&written.source, &folder), folder);
    project.says_nothing_else()?;
    let files = project.files()?;
    let source = &build.file.source;
    let later = match project.flag_without_project() {
        // The project itself is installed where it is now, when everything else is there.
        Some(flag) => {
            let installation = alone(build, commands, command, flag)?;
            let line_ending = source.line_ending(command.step.instruction.last_line);
            let whole = source.slice(copy.step.instruction.span);
            let start = command.step.instruction.span.start;
            Edit::insert(start, format!("{installation}{line_ending}{whole}{line_ending}"))
        }
        None => behind(build, copy.step, command.step, split_behind(build, commands, command)?),
    };
    // The last thing to ask: an ignore file is written where nothing else stands in the way.
    project.is_not_overwritten()?;
    let lines = written.copies(&project, &files);
    let line_ending = source.line_ending(copy.step.instruction.last_line);
    Ok(vec![Edit::replace(written.span, lines.join(line_ending)), later])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::context::{Entry, IgnoreFile};
    use crate::edit::apply;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use crate::knowledge::package_managers::Invocation;

    use super::*;

    const IGNORED: &str = "node_modules\nvendor\n.venv\nobj\n";

    fn context(files: &[(&str, &str)], ignored: &str) -> BuildContext {
        let entries = files.iter().map(|(path, text)| Entry::file(*path, 0o644, text.len() as u64)).collect();
        let texts: BTreeMap<String, String> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        BuildContext::new(entries, Some(IgnoreFile::parse(SourceFile::new(".dockerignore", ignored))), texts, false)
    }

    /// The file with its first broad COPY behind the first installation.
    fn ordered(text: &str, context: Option<&BuildContext>) -> Result<String, LateSources> {
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        let commands = Commands::new(&build);
        let copy = build.steps().flat_map(|step| build.context_copies(step)).next().unwrap();
        let installs = |command: &&Command<'_>| command.manager.as_ref().is_some_and(Invocation::is_project_install);
        let command = commands.all().iter().find(installs).unwrap();
        let edits = dependencies_first(&build, &commands, context, &copy, command)?;
        let fix = crate::edit::Fix::new("", crate::edit::Effect::Content, edits).unwrap();
        Ok(String::from_utf8(apply(text.as_bytes(), fix.edits())).unwrap())
    }

    #[test]
    fn the_files_that_a_manager_reads_come_first() {
        let node = context(&[("package.json", "{}"), ("package-lock.json", ""), (".npmrc", ""), ("a.js", "")], IGNORED);
        let python = context(
            &[("requirements/prod.txt", "-r base.txt\nflask==1\n"), ("requirements/base.txt", "--pre\nx==1\n")],
            IGNORED,
        );
        let nested =
            context(&[("web/package.json", "{}"), ("web/yarn.lock", ""), ("web/.yarn/a.js", "")], "**/node_modules\n");
        let ruby = context(&[("Gemfile", "gem 'a'\n"), ("Gemfile.lock", "")], IGNORED);
        let uv = context(&[("pyproject.toml", "[project]\nname = \"a\"\n"), ("uv.lock", ""), ("a.py", "")], IGNORED);
        let php = context(&[("composer.json", "{}"), ("composer.lock", "")], IGNORED);
        for (context, before, after) in [
            (
                &node,
                "FROM a\nWORKDIR /app\n# all\nCOPY --chown=1 . .\nENV A=1\nRUN npm ci\n# then\nCMD x\n",
                "FROM a\nWORKDIR /app\n# all\nCOPY --chown=1 package.json package-lock.json .npmrc ./\nENV A=1\nRUN npm ci\n\
                 COPY --chown=1 . .\n# then\nCMD x\n",
            ),
            (
                &node,
                "FROM a\nCOPY . /app\nRUN --network=none cd /app && npm ci && npm cache clean --force\n",
                "FROM a\nCOPY package.json package-lock.json .npmrc /app/\n\
                 RUN --network=none cd /app && npm ci && npm cache clean --force\nCOPY . /app\n",
            ),
            (
                &node,
                "FROM a\nCOPY . .\nRUN --mount=type=ssh npm ci \\\n && npm run build\n",
                "FROM a\nCOPY package.json package-lock.json .npmrc ./\nRUN --mount=type=ssh npm ci\nCOPY . .\n\
                 RUN --mount=type=ssh npm run build\n",
            ),
            (
                &node,
                "FROM a\nCOPY . /x\nARG V\nWORKDIR /y\nRUN cd /x && npm ci && node --run build\n",
                "FROM a\nCOPY package.json package-lock.json .npmrc /x/\nARG V\nWORKDIR /y\nRUN cd /x && npm ci\nCOPY . /x\n\
                 RUN cd /x && node --run build\n",
            ),
            (
                &python,
                "FROM a\nCOPY . .\nRUN pip install -r requirements/prod.txt\n",
                "FROM a\nCOPY requirements/prod.txt ./requirements/\nCOPY requirements/base.txt ./requirements/\n\
                 RUN pip install -r requirements/prod.txt\nCOPY . .\n",
            ),
            (
                &nested,
                "FROM a\nCOPY . /srv\nRUN cd /srv/web && yarn install\n",
                "FROM a\nCOPY web/package.json web/yarn.lock /srv/web/\nCOPY web/.yarn /srv/web/.yarn/\n\
                 RUN cd /srv/web && yarn install\nCOPY . /srv\n",
            ),
            (
                &ruby,
                "FROM a\nCOPY . /a\nWORKDIR /a\n\
                 RUN bundle install && rm -rf ~/.bundle/cache \"$(gem env gemdir)\"/cache && rake b\n",
                "FROM a\nCOPY Gemfile Gemfile.lock /a/\nWORKDIR /a\n\
                 RUN bundle install && rm -rf ~/.bundle/cache \"$(gem env gemdir)\"/cache\nCOPY . /a\nRUN rake b\n",
            ),
            (
                &uv,
                "FROM a\nWORKDIR /a\nCOPY . .\nRUN uv sync\n",
                "FROM a\nWORKDIR /a\nCOPY pyproject.toml uv.lock ./\nRUN uv sync\nCOPY . .\n",
            ),
            (
                &php,
                "FROM a\nWORKDIR /a\nCOPY ./ /a/\nRUN apt-get update\nRUN composer install --no-scripts\n",
                "FROM a\nWORKDIR /a\nCOPY composer.json composer.lock /a/\nRUN apt-get update\n\
                 RUN composer install --no-scripts\nCOPY ./ /a/\n",
            ),
        ] {
            assert_eq!(ordered(before, Some(context)).as_deref(), Ok(after));
        }
    }

    #[test]
    fn the_project_itself_is_installed_behind_its_dependencies() {
        let files = &[("pyproject.toml", "[build-system]\nrequires = []\n"), ("uv.lock", ""), ("poetry.lock", "")];
        let context = context(files, ".venv\n");
        for (before, after) in [
            (
                "FROM a\nWORKDIR /app\nCOPY . .\nRUN uv sync --frozen && rm -rf ~/.cache/uv && rm x\n",
                "FROM a\nWORKDIR /app\nCOPY pyproject.toml uv.lock ./\n\
                 RUN uv sync --no-install-project --frozen && rm -rf ~/.cache/uv\nCOPY . .\n\
                 RUN uv sync --frozen && rm -rf ~/.cache/uv && rm x\n",
            ),
            (
                "FROM a\nCOPY . /a\nWORKDIR /a\nRUN poetry config virtualenvs.create false\n\
                 # all\nRUN --mount=type=ssh cd /a && \\\n  poetry install --only main\n",
                "FROM a\nCOPY pyproject.toml poetry.lock /a/\nWORKDIR /a\nRUN poetry config virtualenvs.create false\n\
                 # all\nRUN --mount=type=ssh cd /a && \\\n  poetry install --no-root --only main\nCOPY . /a\n\
                 RUN --mount=type=ssh cd /a && \\\n  poetry install --only main\n",
            ),
        ] {
            assert_eq!(ordered(before, Some(&context)).as_deref(), Ok(after));
        }
    }

    #[test]
    fn a_project_that_is_no_package_is_not_installed_a_second_time() {
        let files = &[("pyproject.toml", "[tool.poetry]\npackage-mode = false\n"), ("poetry.lock", "")];
        let after = "FROM a\nWORKDIR /a\nCOPY pyproject.toml poetry.lock ./\nRUN poetry install\nCOPY . .\n";
        let before = "FROM a\nWORKDIR /a\nCOPY . .\nRUN poetry install\n";
        assert_eq!(ordered(before, Some(&context(files, ""))).as_deref(), Ok(after));
    }

    #[test]
    fn installations_that_run_no_scripts_read_no_sources() {
        let package = "{\"dependencies\": {\"@prisma/client\": \"6\"}}";
        let files =
            [("package.json", package), ("prisma/schema.prisma", ""), (".yarnrc.yml", "yarnPath: .yarn/yarn.cjs\n")];
        let context = context(&files, IGNORED);
        assert!(ordered("FROM a\nCOPY . .\nRUN npm ci --ignore-scripts\n", Some(&context)).is_ok());
    }

    #[test]
    fn the_manifests_of_a_workspace_come_first_too() {
        let files: &[(&str, &str)] = &[
            ("package.json", "{\"workspaces\": [\"packages/*\"]}"),
            ("package-lock.json", ""),
            ("packages/api/package.json", "{}"),
            ("packages/api/server.js", ""),
            ("packages/web/package.json", "{}"),
        ];
        let before = "FROM a\nCOPY . /app/\nWORKDIR /app\nRUN npm ci\n";
        let after = "FROM a\nCOPY package.json package-lock.json /app/\nCOPY packages/api/package.json /app/packages/api/\n\
                     COPY packages/web/package.json /app/packages/web/\nWORKDIR /app\nRUN npm ci\nCOPY . /app/\n";
        assert_eq!(ordered(before, Some(&context(files, "**/node_modules\n"))).as_deref(), Ok(after));
        let overwritten = Err(LateSources::Overwritten("**/node_modules".to_owned()));
        assert_eq!(ordered(before, Some(&context(files, "node_modules\n"))), overwritten);
        for (manifest, word) in
            [("{\"bin\": \"x.js\"}", "`\"bin\"`"), ("{\"scripts\": {\"prepare\": \"x\"}}", "`\"prepare\"`")]
        {
            let files = [files, &[("packages/tool/package.json", manifest)]].concat();
            let refused = ordered(before, Some(&context(&files, "**/node_modules\n"))).unwrap_err().to_string();
            assert_eq!(refused, format!("`packages/tool/package.json` says {word}"));
        }
        let many: Vec<(String, &str)> =
            (0..21).map(|number| (format!("packages/p{number}/package.json"), "{}")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        let context = context(&[files, &many].concat(), "**/node_modules\n");
        assert_eq!(ordered(before, Some(&context)), Err(LateSources::Members));
    }

    #[test]
    fn what_may_need_the_sources_stays_behind_them() {
        let refused = |files: &[(&str, &str)], steps: &str| {
            let context = context(files, IGNORED);
            ordered(&format!("FROM a\nWORKDIR /app\n{steps}"), Some(&context)).unwrap_err().to_string()
        };
        let node: &[(&str, &str)] = &[("package.json", "{}")];
        assert_eq!(ordered("FROM a\nCOPY . .\nRUN npm ci\n", None), Err(LateSources::NoContext));
        for (files, steps, reason) in [
            (node, "COPY . .\nRUN make\nRUN npm ci\n", "line 4 stands between and may need the sources"),
            (node, "COPY . .\nRUN npm run x && npm ci\n", "the installation is not the first command of its RUN"),
            (
                node,
                "COPY . .\nRUN export A=1 && npm ci && make\n",
                "the installation is not the first command of its RUN",
            ),
            (
                node,
                "COPY . /srv\nRUN npm ci\n",
                "it cannot be told that the installation runs where the files are copied to",
            ),
            (node, "COPY . $X\nRUN npm ci\n", "the COPY is not a plain one of one folder"),
            (&[], "COPY . .\nRUN npm ci\n", "`package.json` is not in the build context, or cannot be copied by name"),
            (
                &[("package.json", "{\"scripts\": {\"postinstall\": \"x\"}}")],
                "COPY . .\nRUN npm ci\n",
                "`package.json` says `\"postinstall\"`",
            ),
            (&[("r.txt", "-e ./lib\n")], "COPY . .\nRUN pip install -r r.txt\n", "`r.txt` says `-e ./lib`"),
            (
                &[("Cargo.toml", "")],
                "COPY . .\nRUN cargo fetch\n",
                "what `cargo` reads may lie anywhere in the project",
            ),
            (
                &[("pyproject.toml", "[tool.uv.sources]\na = { path = \"../a\" }\n"), ("uv.lock", "")],
                "COPY . .\nRUN uv sync\n",
                "`pyproject.toml` says `{ path`",
            ),
            (
                &[("pyproject.toml", "[[tool.uv.index]]\nurl = \"./simple\"\n"), ("uv.lock", "")],
                "COPY . .\nRUN uv sync\n",
                "`pyproject.toml` says `url = \".`",
            ),
            (
                &[("pyproject.toml", "")],
                "COPY . .\nRUN poetry install --only-root\n",
                "`--only-root` installs nothing but the project",
            ),
            (
                &[("package.json", "{\"dependencies\": {\"@prisma/client\": \"6\"}}"), ("prisma/schema.prisma", "")],
                "COPY . .\nRUN npm ci\n",
                "the installation of `@prisma/client` reads files of the project",
            ),
            (
                &[("package.json", "{}"), (".yarnrc.yml", "yarnPath: tools/yarn.cjs\n")],
                "COPY . .\nRUN yarn install\n",
                "`.yarnrc.yml` names a file that lies elsewhere",
            ),
            (
                &[("package.json", "{}"), (".npmrc", "cafile=certs/ca.pem\n")],
                "COPY . .\nRUN npm ci\n",
                "`.npmrc` names a file that lies elsewhere",
            ),
            (
                &[("package.json", "{}"), ("binding.gyp", "")],
                "COPY . .\nRUN npm ci\n",
                "`binding.gyp` is compiled on installation",
            ),
            (
                &[("package.json", "{}"), ("pnpm-workspace.yaml", "patchedDependencies:\n  x@1: tools/x.patch\n")],
                "COPY . .\nRUN pnpm install\n",
                "`pnpm-workspace.yaml` names a patch that lies elsewhere",
            ),
            (
                &[("package.json", "{}"), (".npmrc", "inject-workspace-packages=true\n")],
                "COPY . .\nRUN pnpm install\n",
                "`.npmrc` has the packages of the workspace copied on installation",
            ),
            (
                &[("package.json", "{\"workspaces\": [\"packages/*\"]}"), ("packages/a/package.json", "{}")],
                "COPY . .\nRUN cd packages/a && yarn install\n",
                "the project is part of a workspace, whose root is in a folder above",
            ),
            (
                &[("pyproject.toml", "[tool.uv.workspace]\n"), ("a/pyproject.toml", ""), ("uv.lock", "")],
                "COPY . .\nRUN cd a && uv sync --frozen\n",
                "the project is part of a workspace, whose root is in a folder above",
            ),
            (
                &[("pyproject.toml", "[tool.poetry.dependencies.a]\npath = \"a\"\n")],
                "COPY . .\nRUN poetry install\n",
                "`pyproject.toml` says `path`",
            ),
            (
                &[("pyproject.toml", "")],
                "COPY . .\nRUN make && poetry install\n",
                "the installation is not the first command of its RUN",
            ),
        ] {
            assert_eq!(refused(files, steps), reason, "{steps}");
        }
        let plug_and_play = context(&[("package.json", "{}"), (".pnp.cjs", "")], IGNORED);
        let overwritten = Err(LateSources::Overwritten(".pnp.cjs".to_owned()));
        assert_eq!(ordered("FROM a\nCOPY . .\nRUN yarn install\n", Some(&plug_and_play)), overwritten);
        let context = context(node, "dist\n");
        let overwritten = Err(LateSources::Overwritten("node_modules".to_owned()));
        assert_eq!(ordered("FROM a\nCOPY . .\nRUN npm ci\n", Some(&context)), overwritten);
    }
}
