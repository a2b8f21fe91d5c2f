//! One way through a file, instruction by instruction, with what hadolint remembers on the way.

use std::collections::{HashMap, HashSet};

use crate::source::Span;
use crate::syntax::{CommandForm, Dockerfile, Healthcheck, Instruction, InstructionKind, Keyword, Pairs};

use super::Found;
use super::command::{Command, Commands};
use super::runs::{self, Mounts, removes};
use super::stage::Stage;

/// One way through the instructions.
pub(super) struct Pass<'p> {
    file: &'p Dockerfile,
    is_onbuild: bool,
    found: Vec<Found>,
    stages: Vec<Stage>,
    stage_spans: Vec<Span>,
    now: InStage,
    /// By name of a stage or an image: whether WORKDIR was set, and whether pip's cache was turned off.
    left: HashMap<String, (bool, bool)>,
    /// Names of ARGs, anywhere above.
    arguments: HashSet<String>,
    /// Names of ENVs and ARGs, anywhere above.
    defined: HashSet<String>,
    /// Names of ENVs by stage key.
    variables: HashMap<String, Vec<String>>,
    /// Findings that count only where the stage reaches the image.
    pending: Vec<(usize, Found)>,
    downloaders: HashSet<&'static str>,
}

/// What is known of the stage so far.
#[derive(Default)]
struct InStage {
    root_user: Option<Span>,
    has_workdir: bool,
    pip_cache_is_off: bool,
    has_pipefail: bool,
    commands: usize,
    entrypoints: usize,
    /// Archives that a COPY brought: their names and the COPY.
    archives: Vec<(String, Span)>,
    unpacked: Vec<Span>,
    reference_run: Option<(Vec<String>, bool)>,
}

impl<'p> Pass<'p> {
    pub(super) fn new(file: &'p Dockerfile, is_onbuild: bool) -> Self {
        Self {
            file,
            is_onbuild,
            found: Vec::new(),
            stages: Vec::new(),
            stage_spans: Vec::new(),
            now: InStage::default(),
            left: HashMap::new(),
            arguments: HashSet::new(),
            defined: HashSet::new(),
            variables: HashMap::new(),
            pending: Vec::new(),
            downloaders: HashSet::new(),
        }
    }

    fn report(&mut self, code: &'static str, instruction: &Instruction) {
        self.found.push(Found { span: instruction.keyword_span(), code });
    }

    pub(super) fn instruction(&mut self, instruction: &Instruction) {
        if instruction.keyword != Some(Keyword::Run) {
            self.now.reference_run = None;
        }
        match &instruction.kind {
            InstructionKind::From(_) => self.from(instruction),
            InstructionKind::Run(_) => self.run(instruction),
            InstructionKind::Arg(pairs) => {
                let first = pairs.pairs.first().map(|pair| pair.name.text().to_owned());
                if first.as_deref().is_some_and(says_secret) {
                    self.report("DL3064", instruction);
                }
                self.defined.extend(first.clone());
                self.arguments.extend(first);
            }
            InstructionKind::Env(pairs) => {
                let names: Vec<String> = pairs.pairs.iter().map(|pair| pair.name.text().to_owned()).collect();
                if names.iter().any(|name| says_secret(name)) {
                    self.report("DL3064", instruction);
                }
                for pair in &pairs.pairs {
                    let value = pair.value.as_ref().map_or("", |value| value.text());
                    self.now.pip_cache_is_off |=
                        pair.name.text() == "PIP_NO_CACHE_DIR" && is_on(value.trim_matches('"'));
                }
                if names.len() > 1 && self.uses_itself(pairs) {
                    self.report("DL3044", instruction);
                }
                self.defined.extend(names.clone());
                self.variables.entry(self.key()).or_default().extend(names);
            }
            _ if self.is_onbuild => {}
            InstructionKind::Workdir(word) => {
                let path = unquoted(word.text());
                if !path.starts_with(['$', '/']) && !has_drive(path) {
                    self.report("DL3000", instruction);
                }
                self.now.has_workdir = true;
            }
            InstructionKind::User(word) => self.user(instruction, word.text()),
            InstructionKind::Copy(_) => self.copy(instruction),
            InstructionKind::Add(transfer) => {
                let sources = transfer.sources.iter().map(|source| unquoted(source.text()));
                let is_fetched = |source: &str| source.starts_with("http://") || source.starts_with("https://");
                if sources.into_iter().any(|source| !is_archive(source) && !is_fetched(source)) {
                    self.report("DL3020", instruction);
                }
            }
            InstructionKind::Cmd(form) => {
                self.now.commands += 1;
                self.form(instruction, form);
                if self.now.commands > 1 {
                    self.report("DL4003", instruction);
                }
            }
            InstructionKind::Entrypoint(form) => {
                self.now.entrypoints += 1;
                self.form(instruction, form);
                if self.now.entrypoints > 1 {
                    self.report("DL4004", instruction);
                }
            }
            InstructionKind::Healthcheck(Healthcheck::Cmd(form)) => self.form(instruction, form),
            InstructionKind::Shell(_) => {
                let commands = Commands::of(&self.file.source, instruction);
                let is_other = ["pwsh", "powershell", "cmd"].iter().any(|shell| commands.text.starts_with(shell));
                let shells = ["/bin/bash", "/bin/zsh", "/bin/ash", "bash", "zsh", "ash"];
                let sets =
                    |it: &Command| shells.contains(&it.name.as_str()) && it.has_flag(&["o"]) && it.says(&["pipefail"]);
                self.now.has_pipefail = is_other || commands.list.iter().any(sets);
            }
            _ => {}
        }
    }

    /// Whether a pair uses the name of another that nothing above has set.
    fn uses_itself(&self, pairs: &Pairs) -> bool {
        pairs.pairs.iter().any(|pair| {
            let name = pair.name.text();
            let others = pairs.pairs.iter().filter(|other| other.name.text() != name);
            let mut values = others.filter_map(|other| other.value.as_ref());
            !self.defined.contains(name) && values.any(|value| refers_to(value.text(), name))
        })
    }

    fn key(&self) -> String {
        self.stages.last().map_or(String::new(), |stage| stage.key().to_owned())
    }

    /// Ends the stage before.
    fn leave(&mut self) {
        if let Some(root) = self.now.root_user {
            self.found.push(Found { span: root, code: "DL3002" });
        }
        self.left.insert(self.key(), (self.now.has_workdir, self.now.pip_cache_is_off));
    }

    fn from(&mut self, instruction: &Instruction) {
        let Some(stage) = Stage::of(instruction) else { return };
        if !self.stages.is_empty() {
            self.leave();
        }
        let is_alias = |name: &str| self.stages.iter().chain([&stage]).any(|it| it.alias.as_deref() == Some(name));
        let has_no_tag = stage.tag.is_none() && stage.digest.is_none();
        if has_no_tag && stage.name != "scratch" && !stage.name.starts_with('$') && !is_alias(&stage.name) {
            self.report("DL3006", instruction);
        }
        if stage.tag.as_deref() == Some("latest") && stage.digest.is_none() {
            self.report("DL3007", instruction);
        }
        match stage.platform.as_deref() {
            Some("$TARGETPLATFORM" | "${TARGETPLATFORM}") => self.report("DL3065", instruction),
            Some(platform) if !platform.contains("BUILDPLATFORM") && !platform.contains("TARGETPLATFORM") => {
                self.report("DL3029", instruction);
            }
            _ => {}
        }
        let inherited = self.left.get(&stage.name).copied().filter(|_| !self.stages.is_empty());
        let (has_workdir, pip_cache_is_off) = inherited.unwrap_or_default();
        self.now = InStage { has_workdir, pip_cache_is_off, ..InStage::default() };
        if let Some(variables) = self.variables.get(&stage.name).cloned() {
            self.variables.entry(stage.key().to_owned()).or_default().extend(variables);
        }
        self.downloaders.clear();
        self.stages.push(stage);
        self.stage_spans.push(instruction.keyword_span());
    }

    fn user(&mut self, instruction: &Instruction, text: &str) {
        let is_root = matches!(text, "root" | "0") || text.starts_with("root:") || text.starts_with("0:");
        if !self.stages.is_empty() {
            self.now.root_user = is_root.then(|| instruction.keyword_span());
        }
        let user = text.split(':').next().unwrap_or_default();
        let names = |name: &String| text.contains(&format!("${{{name}}}")) || text.contains(&format!("${name}"));
        if !user.bytes().all(|byte| byte.is_ascii_digit()) && !self.arguments.iter().any(names) {
            self.report("DL3066", instruction);
        }
    }

    fn copy(&mut self, instruction: &Instruction) {
        let InstructionKind::Copy(transfer) = &instruction.kind else { return };
        let target = unquoted(transfer.destination.text());
        let sources: Vec<&str> = transfer.sources.iter().map(|source| unquoted(source.text())).collect();
        if !target.starts_with(['/', '$']) && !has_drive(target) && !self.now.has_workdir {
            self.report("DL3045", instruction);
        }
        if sources.len() > 1 && !target.ends_with('/') {
            self.report("DL3021", instruction);
        }
        let Some(from) = instruction.flag("from").and_then(|flag| flag.value.as_ref()).map(|word| word.text()) else {
            let names: Vec<&str> = if is_archive(target) { vec![target] } else { sources };
            let archives = names.into_iter().filter(|name| is_archive(name));
            let named = archives.map(|name| (base_name(name).to_owned(), instruction.keyword_span()));
            self.now.archives.extend(named);
            return;
        };
        let is_alias = self.stages.iter().any(|stage| stage.alias.as_deref() == Some(from));
        let digits: String = from.chars().take_while(char::is_ascii_digit).collect();
        let is_number = digits.parse::<usize>().is_ok_and(|number| number < self.stages.len());
        if !from.contains(':') && !is_alias && !is_number {
            self.report("DL3022", instruction);
        }
        if sources.contains(&"/") && target == "/" {
            self.report("DL3067", instruction);
        }
    }

    fn form(&mut self, instruction: &Instruction, form: &CommandForm) {
        if matches!(form, CommandForm::Shell(_)) {
            self.report("DL3025", instruction);
        }
    }

    fn run(&mut self, instruction: &Instruction) {
        let commands = Commands::of(&self.file.source, instruction);
        for code in runs::codes(instruction, &commands, self.is_onbuild) {
            self.report(code, instruction);
        }
        let mounts = Mounts::of(instruction);
        self.rpm(instruction, &commands);
        self.pip_cache(instruction, &commands, &mounts);
        self.downloads(instruction, &commands);
        self.lists(instruction, &commands, &mounts);
        self.yarn(instruction, &commands, &mounts);
        if self.is_onbuild {
            return;
        }
        if commands.has_pipe && !self.now.has_pipefail {
            self.report("DL4006", instruction);
        }
        self.archives(&commands);
        self.consecutive(instruction, &commands);
    }

    fn rpm(&mut self, instruction: &Instruction, commands: &Commands) {
        let of_stage = self.variables.get(&self.key()).into_iter().flatten();
        let names: Vec<String> = of_stage.chain(&self.arguments).map(|name| format!("${{{name}}}")).collect();
        for (code, programs) in [("DL3033", &["yum"][..]), ("DL3041", &["dnf", "microdnf"])] {
            let of_program = |it: &&Command| programs.contains(&it.name.as_str());
            if commands.list.iter().filter(of_program).any(|it| runs::installs_unpinned_rpm(it, &names)) {
                self.report(code, instruction);
            }
        }
    }

    fn pip_cache(&mut self, instruction: &Instruction, commands: &Commands, mounts: &Mounts) {
        let is_other = |it: &Command| {
            it.name.contains("pipx")
                || it.name.contains("pipenv")
                || it.says(&["pipx", "pipenv"]) && it.name.starts_with("python")
        };
        let keeps = |it: &&Command| it.is_pip_install() && !it.says(&["--no-cache-dir"]) && !is_other(it);
        let set = commands.text.split_once("PIP_NO_CACHE_DIR=").is_some_and(|(_, value)| starts_on(value));
        if commands.list.iter().any(|it| keeps(&it)) && !self.now.pip_cache_is_off && !set && !mounts.hold(".cache/pip")
        {
            self.report("DL3042", instruction);
        }
    }

    fn downloads(&mut self, instruction: &Instruction, commands: &Commands) {
        let here: Vec<&'static str> = ["curl", "wget"].into_iter().filter(|name| commands.has(&[name])).collect();
        self.downloaders.extend(&here);
        if !here.is_empty() && self.downloaders.len() == 2 {
            self.report("DL4001", instruction);
        }
    }

    fn lists(&mut self, instruction: &Instruction, commands: &Commands, mounts: &Mounts) {
        let updates = |it: &Command| matches!(it.name.as_str(), "apt" | "apt-get" | "aptitude") && it.says(&["update"]);
        let is_mounted =
            mounts.hold("/var/lib/apt/lists") || mounts.hold("/var/lib/apt") && mounts.hold("/var/cache/apt");
        let is_removed = commands.list.iter().any(|it| removes(it, "/var/lib/apt/lists/*"));
        if commands.list.iter().any(updates) && !is_removed && !is_mounted {
            self.report_if_shipped("DL3009", instruction);
        }
    }

    fn yarn(&mut self, instruction: &Instruction, commands: &Commands, mounts: &Mounts) {
        let place = |words: &[&str]| commands.list.iter().position(|it| it.name == "yarn" && it.says(words));
        let Some(install) = place(&["install"]) else { return };
        let is_kept = match place(&["cache", "clean"]) {
            None => !mounts.hold(".cache/yarn"),
            Some(clean) => clean < install,
        };
        if is_kept {
            self.report_if_shipped("DL3060", instruction);
        }
    }

    fn report_if_shipped(&mut self, code: &'static str, instruction: &Instruction) {
        let found = Found { span: instruction.keyword_span(), code };
        match self.stages.len().checked_sub(1).filter(|_| !self.is_onbuild) {
            Some(stage) => self.pending.push((stage, found)),
            None => self.found.push(found),
        }
    }

    fn archives(&mut self, commands: &Commands) {
        const UNPACKERS: &[&str] =
            &["unzip", "gunzip", "bunzip2", "unlzma", "unxz", "zgz", "uncompress", "zcat", "gzcat"];
        for command in &commands.list {
            let extracts = |word: &String| {
                matches!(word.as_str(), "--extract" | "--get") || word.starts_with('-') && word.contains('x')
            };
            if !(command.name == "tar" && command.words.iter().any(extracts)
                || UNPACKERS.contains(&command.name.as_str()))
            {
                continue;
            }
            let operands = command.operands(&[]);
            let unpacked = |(name, _): &&(String, Span)| operands.iter().any(|operand| base_name(operand) == name);
            let copies: Vec<Span> = self.now.archives.iter().filter(unpacked).map(|(_, copy)| *copy).collect();
            self.now.unpacked.extend(copies);
        }
    }

    fn consecutive(&mut self, instruction: &Instruction, commands: &Commands) {
        let flags: Vec<String> =
            instruction.flags.iter().map(|flag| self.file.source.slice(flag.span).to_owned()).collect();
        // A test is no command there, nor is one whose name a variable holds.
        let is_long = commands.list.iter().filter(|it| !matches!(it.name.as_str(), "" | "[")).count() > 1;
        match &self.now.reference_run {
            Some((before, was_long)) if *before == flags && !was_long && !is_long => self.report("DL3059", instruction),
            _ => self.now.reference_run = Some((flags, is_long)),
        }
    }

    /// What was found, once the file has ended.
    pub(super) fn end(mut self) -> Vec<Found> {
        self.conclude();
        self.found
    }

    fn conclude(&mut self) {
        if !self.stages.is_empty() {
            self.leave();
        }
        // Of archives, only the last stage is remembered.
        let unpacked = std::mem::take(&mut self.now.unpacked);
        self.found.extend(unpacked.into_iter().map(|span| Found { span, code: "DL3010" }));
        let Some(last) = self.stages.last() else { return };
        let is_shipped = |stage: &Stage| {
            let is_base = |alias: &str| self.stages.iter().any(|other| other.name == alias);
            stage.text == last.text || stage.alias.as_deref().is_some_and(is_base)
        };
        let shipped = self.pending.iter().filter(|(stage, _)| self.stages.get(*stage).is_some_and(is_shipped));
        self.found.extend(shipped.map(|(_, found)| *found));
        self.healthchecks();
    }

    /// A stage is well if it has a HEALTHCHECK, and so is every stage that it is made from, or that is made from it.
    fn healthchecks(&mut self) {
        let mut is_well: Vec<bool> = Vec::new();
        let mut current: Option<usize> = None;
        for instruction in self.file.instructions() {
            match &instruction.kind {
                InstructionKind::From(_) => {
                    let at = current.map_or(0, |at| at + 1);
                    let Some(stage) = self.stages.get(at) else { return };
                    let base = self.stages[..at].iter().rposition(|earlier| earlier.key() == stage.name);
                    is_well.push(base.is_some_and(|base| is_well[base]));
                    current = Some(at);
                }
                InstructionKind::Healthcheck(_) => {
                    let mut next = current;
                    while let Some(at) = next {
                        is_well[at] = true;
                        let name = self.stages[at].name.clone();
                        next = self.stages[..at].iter().rposition(|earlier| earlier.key() == name);
                    }
                }
                _ => {}
            }
        }
        let bad = is_well.iter().zip(&self.stage_spans).filter(|(is_well, _)| !**is_well);
        self.found.extend(bad.map(|(_, span)| Found { span: *span, code: "DL3057" }));
    }
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\''])
}

/// `${NAME}` anywhere, or `$NAME` with no more of a name behind it.
fn refers_to(value: &str, name: &str) -> bool {
    let bare = format!("${name}");
    let ends = |at: usize| !value[at + bare.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    value.contains(&format!("${{{name}}}")) || value.match_indices(&bare).any(|(at, _)| ends(at))
}

fn has_drive(path: &str) -> bool {
    let mut characters = path.chars();
    characters.next().is_some_and(char::is_alphabetic) && characters.next() == Some(':')
}

fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn is_archive(name: &str) -> bool {
    const ENDINGS: &[&str] = &[
        ".tar", ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ", ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz", ".tpz", ".txz",
        ".xz",
    ];
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// The values that turn pip's cache off.
const ON: &[&str] = &["1", "true", "True", "TRUE", "on", "On", "ON", "yes", "Yes", "YES"];

fn is_on(value: &str) -> bool {
    ON.contains(&value)
}

fn starts_on(value: &str) -> bool {
    ON.iter().any(|on| value.starts_with(on))
}

/// Whether the name of a variable says that a secret is in it.
fn says_secret(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "ACCESS_TOKEN",
        "APPLICATION_KEY",
        "APP_SECRET",
        "AUTH_TOKEN",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "CF_PASSWORD",
        "CF_USERNAME",
        "CI_DEPLOY_PASSWORD",
        "CI_DEPLOY_USER",
        "DOCKER_EMAIL",
        "DOCKER_PASSWORD",
        "DOCKER_USERNAME",
        "FACEBOOK_APP_ID",
        "FOSSA_API_KEY",
        "HEROKU_API_USER",
        "OKTA_AUTHN_GROUPID",
        "OKTA_CLIENT_ORGURL",
        "OKTA_OAUTH2_CLIENTID",
        "STRIPE_DEVICE_NAME",
        "TRAVIS_OS_NAME",
        "TRAVIS_SECURE_ENV_VARS",
        "TRAVIS_SUDO",
        "VAULT_CLIENT_KEY",
    ];
    const PARTS: &[&str] = &["api_key", "client_key", "password", "private", "secret", "token", "username"];
    let (upper, lower) = (name.to_ascii_uppercase(), name.to_ascii_lowercase());
    NAMES.contains(&upper.as_str()) || PARTS.iter().any(|part| lower.contains(part))
}
