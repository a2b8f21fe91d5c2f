//! What the build reads of the context though it looks needless, or has no place in an image: the history of the sources,
//! the settings of package managers with their tokens, `.env`.

use std::cell::OnceCell;
use std::fmt;

use crate::context::{BuildContext, scripts_of_package};
use crate::knowledge::build_readers::{
    describes_build, environment_reader, history_command, history_reader, reads_environment, says,
};
use crate::knowledge::file_name;
use crate::knowledge::package_managers::{Action, Home, Invocation};

use super::context_secrets::is_of_project;
use super::{Build, Command, Commands, lies_in};

/// Verbs of git that read nothing of the sources' own history.
const OF_OTHERS: &[&str] = &["clone", "config", "init", "ls-remote"];

/// What reads a file of the context while the image is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// A tool or a command: `setuptools_scm`, `npm ci`.
    pub tool: String,
    /// The file of the context that names it; `None` where an instruction does.
    pub named_in: Option<String>,
}

impl fmt::Display for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.named_in {
            Some(path) => write!(f, "`{}` in `{path}`", self.tool),
            None => write!(f, "`{}`", self.tool),
        }
    }
}

impl Build<'_> {
    /// What reads the history of the sources, as far as instructions and files of the context tell.
    pub fn reader_of_history(&self, commands: &Commands<'_>, context: &BuildContext) -> Option<Reader> {
        let command = commands.of_build().find(|command| self.asks_git(commands, command));
        if let Some(command) = command {
            return Some(Reader::of_command(command));
        }
        let runs = |name: &str| commands.of_build().any(|command| command.name() == Some(name));
        let texts = texts_of_project(context).find_map(|(path, text)| {
            let name = file_name(path);
            let is_script = name.ends_with(".sh") && self.steps().any(|it| it.instruction.text.text().contains(name));
            let is_makefile = (name.ends_with("akefile") || name.ends_with(".mk")) && runs("make");
            let in_script = || history_command(text).filter(|_| is_script || is_makefile);
            let in_package = || (name == "package.json").then(|| history_of_package(commands, text)).flatten();
            let tool = history_reader(name, text).or_else(in_script).or_else(in_package)?;
            Some(Reader::named_in(tool, path))
        });
        texts.or_else(|| reader_of_go(commands, context))
    }

    /// Whether it is a command of git that reads the history of the sources: not of what another command has cloned.
    fn asks_git(&self, commands: &Commands<'_>, command: &Command<'_>) -> bool {
        if command.name() != Some("git") {
            return false;
        }
        let words: Vec<Option<&str>> = command.arguments().iter().map(|word| word.value).collect();
        let mut folder = ".";
        let mut rest = words.as_slice();
        let verb = loop {
            match rest {
                [Some("-C"), Some(there), behind @ ..] => {
                    folder = there;
                    rest = behind;
                }
                [Some("-c" | "--git-dir" | "--work-tree"), _, behind @ ..] => rest = behind,
                [Some(option), behind @ ..] if option.starts_with('-') => rest = behind,
                [verb, ..] => break *verb,
                // `git --version`
                [] => return false,
            }
        };
        let folder = self.path_of(command, folder);
        let is_cloned = |clone: &Command<'_>| {
            let made = clone.cloned_folder().and_then(|made| self.path_of(clone, made));
            made.is_some_and(|made| folder.as_ref().is_some_and(|folder| lies_in(folder, &made)))
        };
        !verb.is_some_and(|verb| OF_OTHERS.contains(&verb)) && !commands.of_build().any(is_cloned)
    }

    /// What reads the files of the context that hold secrets.
    pub fn secret_readers<'r, 'b>(
        &'r self,
        commands: &'r Commands<'b>,
        context: &'r BuildContext,
    ) -> SecretReaders<'r, 'b> {
        SecretReaders { build: self, commands, context, of_environment: OnceCell::new() }
    }

    /// Whether a RUN gets a file of that name as a secret.
    pub fn mounts_secret(&self, name: &str) -> bool {
        let mounts = self.steps().flat_map(|step| step.mounts());
        mounts.filter(|mount| mount.kind == "secret").any(|mount| mount.target.as_deref().map(file_name) == Some(name))
    }
}

/// What reads the files of a context that hold secrets. Its texts are looked through once, however many files there are.
pub struct SecretReaders<'r, 'b> {
    build: &'r Build<'r>,
    commands: &'r Commands<'b>,
    context: &'r BuildContext,
    of_environment: OnceCell<Option<Reader>>,
}

impl SecretReaders<'_, '_> {
    /// What reads the file at the path, as far as instructions and files of the context tell. `None` where a mount brings it.
    pub fn of(&self, path: &str) -> Option<Reader> {
        let name = file_name(path);
        if self.build.mounts_secret(name) {
            return None;
        }
        let reads_settings = |command: &&Command<'_>| {
            let manager = command.manager.as_ref().filter(|it| it.installs() || it.is_project_install());
            manager.is_some_and(|it| it.manager.project.settings.contains(&name))
        };
        if let Some(command) = self.commands.of_build().find(reads_settings) {
            return Some(Reader::of_command(command));
        }
        match name {
            ".env" => self.of_environment.get_or_init(|| reader_of_environment(self.commands, self.context)).clone(),
            _ => packer(self.commands, self.context, path),
        }
    }
}

impl Reader {
    fn of_command(command: &Command<'_>) -> Self {
        let words: Vec<&str> = command.words.iter().take(2).map(|word| word.written).collect();
        Self { tool: words.join(" "), named_in: None }
    }

    fn named_in(tool: &str, path: &str) -> Self {
        Self { tool: tool.to_owned(), named_in: Some(path.to_owned()) }
    }
}

/// The files with known text that the builder gets and that nobody else has written.
fn texts_of_project(context: &BuildContext) -> impl Iterator<Item = (&str, &str)> {
    let is_read = |path: &str| is_of_project(path) && !context.would_exclude(path);
    context.texts(|_| true).filter(move |(path, _)| is_read(path))
}

/// The command of git in those scripts of a `package.json` that the build runs: the ones that a command names, those that an
/// installation runs, and those that these name in their turn.
fn history_of_package(commands: &Commands<'_>, text: &str) -> Option<&'static str> {
    const OF_INSTALLATION: &[&str] = &["install", "postinstall", "preinstall", "preprepare", "prepare", "postprepare"];
    let is_of_npm = |it: &Invocation<'_>| it.manager.home == Home::Language("javascript");
    let installs = commands.package_managers().any(|(_, it)| is_of_npm(it) && it.installs());
    // What is not known may run any of them.
    let is_known = |command: &Command<'_>| {
        let is_make = command.name().is_none_or(|name| name == "make" || name.contains('/'));
        !is_make && (command.manager.is_none() || command.words.iter().all(|word| word.value.is_some()))
    };
    let runs_others = commands.of_build().any(|command| !is_known(command));
    let is_named = |name: &str| commands.of_build().any(|command| command.has_argument(name));
    let of_release = |name: &str| ["version", "publish", "pack"].iter().any(|it| name.contains(it));
    let (mut run, mut others): (Vec<_>, Vec<_>) = scripts_of_package(text).into_iter().partition(|(name, _)| {
        let bare = name.strip_prefix("pre").or_else(|| name.strip_prefix("post")).unwrap_or(name);
        is_named(name)
            || is_named(bare)
            || runs_others && !of_release(name)
            || installs && OF_INSTALLATION.contains(&name.as_str())
    });
    let mut at = 0;
    while let Some((_, script)) = run.get(at).cloned() {
        at += 1;
        if let Some(command) = history_command(&script) {
            return Some(command);
        }
        let (named, rest) = others.into_iter().partition(|(name, _)| says(&script, name));
        run.extend::<Vec<_>>(named);
        others = rest;
    }
    None
}

/// `go build` writes the revision into the program, which asks for it there.
fn reader_of_go(commands: &Commands<'_>, context: &BuildContext) -> Option<Reader> {
    let is_build = |command: &&Command<'_>| {
        let is_go = command.manager.as_ref().is_some_and(|it| it.manager.name == "go");
        is_go && (command.has_argument("build") || command.has_argument("install"))
    };
    let says = |value: &str| commands.of_build().filter(is_build).find(|command| command.has_argument(value));
    if says("-buildvcs=true").or_else(|| says("-buildvcs")).is_some() {
        return Some(Reader { tool: "go build -buildvcs".to_owned(), named_in: None });
    }
    let is_stamped = commands.of_build().filter(is_build).any(|command| !command.has_argument("-buildvcs=false"));
    let mut sources = texts_of_project(context).filter(|(path, _)| is_stamped && path.ends_with(".go"));
    let (path, _) = sources.find(|(_, text)| text.contains("debug.ReadBuildInfo("))?;
    Some(Reader::named_in("debug.ReadBuildInfo", path))
}

fn reader_of_environment(commands: &Commands<'_>, context: &BuildContext) -> Option<Reader> {
    let asks = |command: &&Command<'_>| command.words.iter().filter_map(|word| word.value).any(reads_environment);
    if let Some(command) = commands.of_build().find(asks) {
        return Some(Reader::of_command(command));
    }
    let builds = |command: &Command<'_>| {
        command.manager.as_ref().is_some_and(|it| match it.manager.home {
            Home::Language("javascript") => matches!(it.action, Action::Build | Action::Run),
            home => home == Home::Language("php"),
        })
    };
    let is_built = commands.of_build().any(builds);
    let mut texts = texts_of_project(context).filter(|_| is_built);
    texts.find_map(|(path, text)| Some(Reader::named_in(environment_reader(file_name(path), text)?, path)))
}

/// What takes the file into an archive, or signs with it.
fn packer(commands: &Commands<'_>, context: &BuildContext, path: &str) -> Option<Reader> {
    let name = file_name(path);
    let mut named = texts_of_project(context).filter(|(path, _)| describes_build(file_name(path)));
    if let Some((by, _)) = named.find(|(_, text)| text.contains(name)) {
        return Some(Reader::named_in(name, by));
    }
    let is_resource = path.starts_with("src/main/resources/") || path.contains("/src/main/resources/");
    let packs = |command: &&Command<'_>| {
        let manager = command.manager.as_ref().filter(|it| it.action == Action::Build);
        manager.is_some_and(|it| it.manager.home == Home::Language("java"))
    };
    commands.of_build().filter(|_| is_resource).find(packs).map(Reader::of_command)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::context::Entry;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    /// What reads the history, and `path`, in a build with these steps and files.
    fn readers(steps: &str, path: &str, files: &[(&str, &str)]) -> [Option<String>; 2] {
        let file = parse(SourceFile::new("Dockerfile", format!("FROM a\nWORKDIR /a\nCOPY . .\n{steps}")));
        let build = Build::new(&file);
        let commands = Commands::new(&build);
        let entries = files.iter().map(|(path, text)| Entry::file(*path, 0o644, text.len() as u64)).collect();
        let texts: BTreeMap<String, String> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let context = BuildContext::new(entries, None, texts, false);
        let readers =
            [build.reader_of_history(&commands, &context), build.secret_readers(&commands, &context).of(path)];
        readers.map(|reader| reader.map(|reader| reader.to_string()))
    }

    fn history(steps: &str, path: &str, text: &str) -> Option<String> {
        let [history, _] = readers(steps, "", &[(path, text)]);
        history
    }

    #[test]
    fn tools_that_ask_for_a_version_read_the_history() {
        let scm = "[build-system]\nrequires = [\"setuptools-scm\"]\n";
        let expected = Some("`setuptools-scm` in `pyproject.toml`".to_owned());
        assert_eq!(history("RUN pip install .\n", "pyproject.toml", scm), expected);
        assert_eq!(history("RUN pip install .\n", "node_modules/a/pyproject.toml", scm), None);
        assert_eq!(history("RUN git describe\n", "a", "").as_deref(), Some("`git describe`"));
        assert_eq!(history("RUN git clone https://github.com/a/b\n", "a", ""), None);
    }

    #[test]
    fn a_script_and_a_makefile_read_it_where_the_build_runs_them() {
        let text = "V := $(shell git describe)\n";
        assert_eq!(history("RUN make\n", "Makefile", text).as_deref(), Some("`git describe` in `Makefile`"));
        assert_eq!(history("RUN true\n", "Makefile", text), None);
        assert!(history("RUN ./ci/build.sh\n", "ci/build.sh", "git rev-parse HEAD").is_some());
        assert_eq!(history("RUN ./ci/build.sh\n", "ci/release.sh", "git rev-parse HEAD"), None);
    }

    #[test]
    fn git_in_a_cloned_folder_reads_the_history_of_another() {
        let reads = |step: &str| history(&format!("RUN {step}\n"), "a", "");
        let clone = "git clone https://e.org/x.git";
        for step in [
            format!("{clone} && cd x && git checkout v1"),
            format!("{clone} /src && git -C /src checkout v1"),
            format!("{clone} /src\nWORKDIR /src\nRUN git log"),
            "git --version".to_owned(),
            "git -C /x clone https://e.org/y".to_owned(),
        ] {
            assert_eq!(reads(&step), None, "{step}");
        }
        assert!(reads("git -C . describe").is_some());
        assert!(reads(&format!("{clone} /src && git rev-parse HEAD")).is_some());
    }

    #[test]
    fn a_script_of_npm_that_the_build_does_not_run_reads_nothing() {
        let package = |scripts: &str| format!("{{\"scripts\": {{{scripts}}}}}");
        let reads = |step: &str, scripts: &str| history(&format!("RUN {step}\n"), "package.json", &package(scripts));
        assert_eq!(reads("npm ci && npm run build", "\"postversion\": \"git show\", \"build\": \"tsc\""), None);
        assert_eq!(reads("npm run build", "\"log\": \"git log\", \"build\": \"tsc\""), None);
        for (step, scripts) in [
            ("npm run build", "\"build\": \"npm run stamp && tsc\", \"stamp\": \"git describe\""),
            ("npm run build", "\"prebuild\": \"git describe\", \"build\": \"tsc\""),
            ("npm ci", "\"prepare\": \"git rev-parse HEAD\""),
            ("make", "\"build\": \"git describe\""),
        ] {
            let found = reads(step, scripts);
            assert!(found.is_some_and(|it| it.ends_with("in `package.json`")), "{step} {scripts}");
        }
    }

    #[test]
    fn go_writes_the_revision_into_programs_that_ask_for_it() {
        let asks = "package main\nvar i, _ = debug.ReadBuildInfo()\n";
        assert!(history("RUN go build .\n", "main.go", asks).is_some());
        assert_eq!(history("RUN go build -buildvcs=false .\n", "main.go", asks), None);
        assert_eq!(history("RUN go build .\n", "main.go", "package main\n"), None);
        assert_eq!(history("RUN go build -buildvcs=true .\n", "main.go", "").as_deref(), Some("`go build -buildvcs`"));
    }

    #[test]
    fn package_managers_read_their_settings_unless_a_mount_brings_them() {
        let reader = |steps: &str, path: &str| {
            let [_, secret] = readers(steps, path, &[]);
            secret
        };
        assert_eq!(reader("RUN npm ci\n", ".npmrc").as_deref(), Some("`npm ci`"));
        assert_eq!(reader("RUN pip install .\n", ".npmrc"), None);
        assert_eq!(reader("RUN --mount=type=secret,id=n,target=/a/.npmrc npm ci\n", ".npmrc"), None);
    }

    #[test]
    fn front_ends_and_programs_of_the_project_read_the_environment() {
        let reader = |steps: &str, path: &str, text: &str| {
            let [_, secret] = readers(steps, ".env", &[(path, text)]);
            secret
        };
        let vite = "{\"devDependencies\": {\"vite\": \"5\"}}";
        let expected = Some("`vite` in `web/package.json`".to_owned());
        assert_eq!(reader("RUN npm ci && npm run build\n", "web/package.json", vite), expected);
        assert_eq!(reader("RUN npm ci --omit=dev\n", "web/package.json", vite), None);
        assert_eq!(reader("RUN npm run build\n", "package.json", "{}"), None);
        assert_eq!(reader("RUN php artisan key:generate\n", "a", "").as_deref(), Some("`php artisan`"));
    }

    #[test]
    fn what_goes_into_an_archive_is_read() {
        let [_, store] = readers("RUN mvn package\n", "src/main/resources/key.p12", &[]);
        assert_eq!(store.as_deref(), Some("`mvn package`"));
        let gradle = [("app/build.gradle", "storeFile file('release.jks')")];
        let [_, store] = readers("RUN gradle build\n", "app/release.jks", &gradle);
        assert_eq!(store.as_deref(), Some("`release.jks` in `app/build.gradle`"));
        let [_, store] = readers("RUN mvn package\n", "key.p12", &[]);
        assert_eq!(store, None);
    }
}
