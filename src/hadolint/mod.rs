//! hadolint's own conditions, for those who replace its binary by dfx.
//!
//! Where dfx judges otherwise on purpose (whole stages, other shells, what a command really does), its rules are no
//! substitute for a gate that was tuned to hadolint. This module says what hadolint 2.15.1 says, line by line, as its
//! behaviour shows; codes that are not in [`CODES`] come from dfx's rules, which agree with it.

mod command;
mod runs;
mod stage;

use std::collections::{HashMap, HashSet};

use crate::source::Span;
use crate::syntax::{CommandForm, Dockerfile, Healthcheck, Instruction, InstructionKind, Keyword, Pairs};

use command::Commands;
use runs::{Mounts, removes};
use stage::Stage;

/// How grave a finding is, in hadolint's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not shown.
    Ignore,
    /// `style`
    Style,
    /// `info`
    Info,
    /// `warning`
    Warning,
    /// `error`
    Error,
}

impl Level {
    /// All levels, from the least.
    pub const ALL: [Level; 5] = [Level::Ignore, Level::Style, Level::Info, Level::Warning, Level::Error];

    /// The level's name.
    pub fn name(self) -> &'static str {
        match self {
            Level::Ignore => "ignore",
            Level::Style => "style",
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }

    /// The level with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// Something that hadolint reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The instruction's keyword.
    pub span: Span,
    /// `DL3006`
    pub code: &'static str,
}

/// A code: how grave it is, and what to say.
#[derive(Debug)]
pub struct Code {
    /// `DL3006`
    pub code: &'static str,
    /// Its level where nobody sets another.
    pub level: Level,
    /// What is wrong.
    pub message: &'static str,
}

const fn code(code: &'static str, level: Level, message: &'static str) -> Code {
    Code { code, level, message }
}

use Level::{Error, Ignore, Info, Style, Warning};

/// The codes whose conditions are here, by their number.
pub const CODES: &[Code] = &[
    code("DL1001", Ignore, "a comment keeps findings of hadolint away"),
    code("DL3000", Error, "the path of WORKDIR is relative"),
    code("DL3001", Info, "this command makes no sense in a container"),
    code("DL3002", Warning, "the last USER of the stage is root"),
    code("DL3003", Warning, "use WORKDIR in the place of `cd`"),
    code("DL3004", Error, "a build needs no `sudo`"),
    code("DL3006", Warning, "the image has no tag"),
    code("DL3007", Warning, "`latest` is another image tomorrow"),
    code("DL3008", Warning, "a package of `apt-get install` has no version"),
    code("DL3009", Info, "`apt-get update` leaves its lists in the layer"),
    code("DL3010", Info, "ADD unpacks the archive by itself"),
    code("DL3013", Warning, "a package of `pip install` has no version"),
    code("DL3014", Warning, "`apt-get install` asks, and nobody answers: add `-y`"),
    code("DL3015", Info, "`apt-get install` brings recommended packages: add `--no-install-recommends`"),
    code("DL3016", Warning, "a package of `npm install` has no version"),
    code("DL3018", Warning, "a package of `apk add` has no version"),
    code("DL3019", Info, "`apk add` leaves its index in the layer: add `--no-cache`"),
    code("DL3020", Error, "COPY is for plain files: ADD is for archives and addresses"),
    code("DL3021", Error, "of several sources, the destination must be a folder: let it end with `/`"),
    code("DL3022", Warning, "COPY --from names no stage above"),
    code("DL3025", Warning, "write the arguments as a JSON array, so that signals reach the program"),
    code("DL3027", Warning, "`apt` is for people, its interface may change: use `apt-get`"),
    code("DL3028", Warning, "a gem of `gem install` has no version"),
    code("DL3029", Warning, "FROM is bound to one platform"),
    code("DL3030", Warning, "`yum install` asks, and nobody answers: add `-y`"),
    code("DL3032", Warning, "`yum install` leaves its cache in the layer"),
    code("DL3033", Warning, "a package of `yum install` has no version"),
    code("DL3034", Warning, "`zypper` asks, and nobody answers: add `--non-interactive`"),
    code("DL3035", Warning, "`zypper dist-upgrade` gives another distribution with every build"),
    code("DL3036", Warning, "`zypper install` leaves its cache in the layer"),
    code("DL3037", Warning, "a package of `zypper install` has no version"),
    code("DL3038", Warning, "`dnf install` asks, and nobody answers: add `-y`"),
    code("DL3040", Warning, "`dnf` leaves its cache in the layer"),
    code("DL3041", Warning, "a package of `dnf install` has no version"),
    code("DL3042", Warning, "`pip install` leaves its cache in the layer: add `--no-cache-dir`"),
    code("DL3044", Error, "ENV uses a variable that only the same ENV sets: it is empty there"),
    code("DL3045", Warning, "COPY to a relative path, and there is no WORKDIR above"),
    code("DL3046", Warning, "`useradd` with a long user id makes a huge log: add `-l`"),
    code("DL3047", Info, "`wget` fills the log with its progress: add `--progress=dot:giga`"),
    code("DL3057", Ignore, "the stage has no HEALTHCHECK"),
    code("DL3059", Info, "this RUN follows another: they could be one"),
    code("DL3060", Info, "`yarn install` leaves its cache in the layer"),
    code("DL3062", Warning, "what `go` installs has no version"),
    code("DL3064", Warning, "the name says that this is a secret, which is kept in the image"),
    code("DL3065", Warning, "`--platform=$TARGETPLATFORM` is what FROM does anyway"),
    code("DL3066", Info, "USER is no number, so that nobody outside can tell whether it is root"),
    code("DL3067", Warning, "this copies the whole file system of another stage"),
    code("DL4001", Warning, "the stage uses both `wget` and `curl`"),
    code("DL4003", Warning, "only the last CMD counts"),
    code("DL4004", Error, "only the last ENTRYPOINT counts"),
    code("DL4005", Warning, "use SHELL in the place of a link to /bin/sh"),
    code("DL4006", Warning, "the exit status of a pipe is that of its last command: set `pipefail` with SHELL"),
];

/// Levels of the codes that come from dfx's rules.
pub const LEVELS_OF_RULES: &[(&str, Level)] = &[
    ("DL1000", Error),
    ("DL3011", Error),
    ("DL3012", Error),
    ("DL3023", Error),
    ("DL3024", Error),
    ("DL3026", Error),
    ("DL3043", Error),
    ("DL3048", Style),
    ("DL3049", Info),
    ("DL3050", Info),
    ("DL3051", Warning),
    ("DL3052", Warning),
    ("DL3053", Warning),
    ("DL3054", Warning),
    ("DL3055", Warning),
    ("DL3056", Warning),
    ("DL3058", Warning),
    ("DL3061", Error),
    ("DL3063", Warning),
    ("DL4000", Error),
];

/// What hadolint reports of a file, by place: the codes of [`CODES`].
pub fn findings(file: &Dockerfile) -> Vec<Found> {
    let instructions: Vec<&Instruction> = file.instructions().collect();
    let mut pass = Pass::new(file, false);
    instructions.iter().for_each(|instruction| pass.instruction(instruction));
    pass.end();
    let mut found = pass.found;
    // What ONBUILD keeps for later is gone through once more, as if it were a file of its own.
    let mut onbuild = Pass::new(file, true);
    let triggers = instructions.iter().filter_map(|instruction| match &instruction.kind {
        InstructionKind::Onbuild(trigger) => Some(&**trigger),
        _ => None,
    });
    triggers.for_each(|trigger| onbuild.instruction(trigger));
    onbuild.end();
    found.extend(onbuild.found);
    found.sort();
    found.dedup();
    found
}

/// One way through the instructions.
struct Pass<'p> {
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
    fn new(file: &'p Dockerfile, is_onbuild: bool) -> Self {
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

    fn instruction(&mut self, instruction: &Instruction) {
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
                let sets = |it: &command::Command| {
                    shells.contains(&it.name.as_str()) && it.has_flag(&["o"]) && it.says(&["pipefail"])
                };
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
            let of_program = |it: &&command::Command| programs.contains(&it.name.as_str());
            if commands.list.iter().filter(of_program).any(|it| runs::installs_unpinned_rpm(it, &names)) {
                self.report(code, instruction);
            }
        }
    }

    fn pip_cache(&mut self, instruction: &Instruction, commands: &Commands, mounts: &Mounts) {
        let is_other = |it: &command::Command| {
            it.name.contains("pipx")
                || it.name.contains("pipenv")
                || it.says(&["pipx", "pipenv"]) && it.name.starts_with("python")
        };
        let keeps = |it: &&command::Command| it.is_pip_install() && !it.says(&["--no-cache-dir"]) && !is_other(it);
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
        let updates =
            |it: &command::Command| matches!(it.name.as_str(), "apt" | "apt-get" | "aptitude") && it.says(&["update"]);
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

    fn end(&mut self) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    fn codes(text: &str) -> Vec<String> {
        let file = parse(SourceFile::new("Dockerfile", text));
        let found = findings(&file).into_iter().filter(|found| found.code != "DL3057");
        found.map(|found| format!("{}:{}", file.source.line_at(found.span.start), found.code)).collect()
    }

    /// As the binary of hadolint 2.15.1 answers.
    #[test]
    fn the_conditions_are_those_of_hadolint() {
        for (text, expected) in [
            (
                "FROM debian\nFROM debian:latest\nFROM debian:1 AS a\nFROM a\nFROM scratch\nFROM $X\n",
                &["1:DL3006", "2:DL3007"][..],
            ),
            ("FROM ${R:-r}/x:${V:-1}\nFROM r.io:5000/x\n", &["2:DL3006"]),
            ("FROM --platform=linux/amd64 a:1\nFROM --platform=$TARGETPLATFORM a:1\n", &["1:DL3029", "2:DL3065"]),
            ("FROM a:1\nRUN apt-get update && apt-get install x\n", &["2:DL3008", "2:DL3009", "2:DL3014", "2:DL3015"]),
            (
                "FROM a:1\nRUN apt-get update && apt-get install -q x=1 --no-install-recommends && rm -rf /y\n",
                &["2:DL3014"],
            ),
            (
                "FROM a:1\nRUN [\"cd\", \"/x\"]\nRUN sudo a\nENV A=1\nRUN apt x\n",
                &["2:DL3003", "3:DL3004", "3:DL3059", "5:DL3027"],
            ),
            ("FROM a:1\nRUN a | b\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN a | b\n", &["2:DL4006"]),
            ("FROM a:1\nUSER root\nFROM a:1\nUSER root\nUSER 1\n", &["2:DL3002", "2:DL3066", "4:DL3066"]),
            (
                "FROM a:1 AS b\nWORKDIR /x\nFROM b\nCOPY a b\nFROM c:1\nCOPY a b\nWORKDIR xy\n",
                &["6:DL3045", "7:DL3000"],
            ),
            ("FROM a:1\nCMD x\nCMD [\"y\"]\nHEALTHCHECK CMD z\n", &["2:DL3025", "3:DL4003", "4:DL3025"]),
            ("FROM a:1\nCOPY x.tgz /\nRUN tar -xf x.tgz\n", &["2:DL3010"]),
            ("FROM a:1\nRUN curl x\nRUN wget -q y\n", &["3:DL3059", "3:DL4001"]),
            ("FROM a:1\nENV A=1 B=$A\nENV A=2 C=${A}\n", &["2:DL3044"]),
            ("FROM a:1\nARG API_KEY\nENV A=1 DB_PASSWORD=\n", &["2:DL3064", "3:DL3064"]),
            ("FROM a:1\nONBUILD RUN cd /x && apt-get install y\n", &["2:DL3008", "2:DL3014", "2:DL3015"]),
            (
                "FROM a:1\nRUN pip install x && yum install y-1 && npm install z\n",
                &["2:DL3013", "2:DL3016", "2:DL3030", "2:DL3032", "2:DL3042"],
            ),
            ("FROM a:1\nADD x https://y/z a.tar /d/\nCOPY a b /c\n", &["2:DL3020", "3:DL3021"]),
        ] {
            assert_eq!(codes(text), expected, "{text}");
        }
    }

    #[test]
    fn healthchecks_reach_the_stages_they_are_made_from() {
        let file = parse(SourceFile::new("Dockerfile", "FROM x:1 AS a\nFROM a\nHEALTHCHECK NONE\nFROM y:1\n"));
        let bad: Vec<usize> = findings(&file)
            .into_iter()
            .filter(|found| found.code == "DL3057")
            .map(|found| file.source.line_at(found.span.start))
            .collect();
        assert_eq!(bad, [4]);
    }
}
