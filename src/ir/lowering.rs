//! From the syntax tree to the build, instruction by instruction, as BuildKit's `dockerfile2llb` goes through it.

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use crate::shell::Dialect;
use crate::source::{LocatedText, Span};
use crate::syntax::expansion::{Expander, Expansion, ExpansionError, ExpansionErrorKind, Variables};
use crate::syntax::{Dockerfile, Instruction, InstructionKind, Keyword, Pair, Pairs, Transfer, Word};

use super::build::{self, Build, GlobalArg};
use super::inherited::Inherited;
use super::stage::{
    ExpandedWord, Setting, ShellSetting, StageSource, State, Triggers, UndefinedReference, find_expanded,
};
use super::{
    Base, BuildProblem, BuildProblemKind, ImageReference, Origin, Platform, Scope, Stage, Step, Variable, Visible,
    images, platform_arg, refusals, windows,
};

pub(super) struct Lowering<'f> {
    file: &'f Dockerfile,
    expander: Expander,
    /// What `docker build --build-arg` gives, by name.
    arguments: &'f BTreeMap<String, String>,
    global: Scope,
    predefined: Inherited,
    global_args: Vec<GlobalArg<'f>>,
    stages: Vec<Stage<'f>>,
    /// The latest stage of each name, in lower case.
    names: HashMap<String, usize>,
    /// The names of all stages, in lower case.
    all_names: HashSet<String>,
    stray: Vec<&'f Instruction>,
    problems: Vec<BuildProblem>,
    /// Bytes that the values of variables have brought in so far.
    growth: Cell<usize>,
    /// Whether a comment says that the base image's SHELL is PowerShell or `cmd`.
    is_told_windows_shell: bool,
}

const PLATFORM_ARGS: [&str; 11] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETARCH",
    "TARGETVARIANT",
    "TARGETSTAGE",
];

thread_local! {
    /// What lies below the ARGs before the first FROM, the same for every file.
    static PREDEFINED: Inherited = {
        let platform = Platform::assumed();
        let mut scope = Scope::default();
        for name in PLATFORM_ARGS {
            let value = platform_arg(name, &platform, &platform, "");
            let name_span = Span::at(0);
            scope.set(name, Variable { step: 0, value, origin: Origin::Predefined, is_certain: false, name_span });
        }
        Inherited::default().and(&scope)
    };
}

impl<'f> Lowering<'f> {
    pub fn new(file: &'f Dockerfile, arguments: &'f BTreeMap<String, String>) -> Self {
        Self {
            file,
            expander: Expander::new(file.escape),
            arguments,
            global: Scope::default(),
            predefined: PREDEFINED.with(Inherited::clone),
            global_args: Vec::new(),
            stages: Vec::new(),
            names: HashMap::new(),
            all_names: file.instructions().filter_map(stage_name).collect(),
            stray: Vec::new(),
            problems: Vec::new(),
            growth: Cell::new(0),
            is_told_windows_shell: file.comments().any(|comment| windows::names_shell(file.source.slice(comment))),
        }
    }

    pub fn run(mut self) -> Build<'f> {
        for instruction in self.file.instructions() {
            match &instruction.kind {
                InstructionKind::From(from) => self.stage(instruction, from),
                InstructionKind::Arg(pairs) if self.stages.is_empty() => self.global_args(instruction, pairs),
                _ if self.stages.is_empty() => self.stray(instruction),
                _ => self.step(instruction),
            }
        }
        if self.stages.is_empty() && self.file.instructions().next().is_some() && self.stray.is_empty() {
            let end = self.file.source.text().trim_end().len();
            self.problem(BuildProblemKind::NoStage, Span::at(end), None);
        }
        self.find_reachable_stages();
        self.problems.sort_by_key(|problem| problem.span);
        let Self { file, global, predefined, global_args, stages, stray, problems, .. } = self;
        Build { file, global, predefined, global_args, stages, stray, problems }
    }

    fn problem(&mut self, kind: BuildProblemKind, span: Span, stage: Option<usize>) {
        self.problems.push(BuildProblem { kind, span, stage });
    }

    fn stray(&mut self, instruction: &'f Instruction) {
        self.stray.push(instruction);
        if let Some(keyword) = instruction.keyword
            && keyword != Keyword::From
        {
            self.problem(BuildProblemKind::BeforeFrom { keyword }, instruction.keyword_span(), None);
        }
    }

    fn global_args(&mut self, instruction: &'f Instruction, pairs: &'f Pairs) {
        for pair in &pairs.pairs {
            let step = self.global_args.len();
            let value = pair.value.as_ref().map(|word| self.expand_globally(word));
            let value = value.and_then(Result::ok);
            let own = value.as_ref().map(|expansion| expansion.value.clone());
            let variable = Variable {
                step: step + 1,
                value: self.arguments.get(pair.name.text()).cloned().or(own),
                origin: Origin::Arg,
                is_certain: false,
                name_span: pair.name.span(),
            };
            self.global.set(pair.name.text(), variable);
            self.global_args.push(GlobalArg { instruction, pair, value });
        }
    }

    fn expand_globally(&mut self, word: &Word) -> Result<Expansion, ExpansionError> {
        let visible = Visible::global(&self.global, &self.predefined);
        let result = self.bounded(word, self.expander.expand_word(word.text(), &GlobalVariables(&visible)));
        if let Err(error) = &result {
            self.expansion_problem(error.clone(), word, None);
        }
        result
    }

    fn expansion_problem(&mut self, error: ExpansionError, word: &Word, stage: Option<usize>) {
        if error.kind.fails_the_build() {
            let span = word.locate(error.span);
            self.problem(BuildProblemKind::Expansion(error), span, stage);
        }
    }

    fn stage(&mut self, instruction: &'f Instruction, from: &'f crate::syntax::From) {
        let index = self.stages.len();
        let image = self.expand_from(&from.image, index);
        let base = image.as_ref().map_or(Base::Unknown, |image| self.base(&from.image, image, index));
        let flag = instruction.flag("platform").and_then(|flag| flag.value.as_ref());
        let platform_expansion = flag.and_then(|word| self.expand_from(word, index));
        let platform = flag.zip(platform_expansion.as_ref()).and_then(|(word, expansion)| {
            let value = expansion.value.clone();
            self.platform(word, &value, index)
        });
        if let Some(name) = &from.name
            && !is_stage_name(name.word.text())
        {
            let kind = BuildProblemKind::InvalidStageName { name: name.word.text().to_owned() };
            self.problem(kind, name.word.span(), Some(index));
        }
        let facts = images::facts_of_base(&base);
        let (last_state, inherited, needs) = match base {
            Base::Stage(base) => (self.stages[base].last_state.clone(), self.stages[base].left(), vec![base]),
            _ => {
                let default_shell = match self.is_told_windows_shell {
                    true => Dialect::Opaque,
                    false => images::shell_of(facts.as_ref()),
                };
                let state = State { default_shell, ..State::default() };
                (state, Inherited::default(), Vec::new())
            }
        };
        let is_windows = match base {
            Base::Stage(base) if platform.is_none() => self.stages[base].is_windows,
            _ => windows::is_windows(platform.as_ref(), &base, self.file.escape),
        };
        if let Some(name) = &from.name {
            self.names.insert(name.word.text().to_lowercase(), index);
        }
        self.stages.push(Stage {
            index,
            instruction,
            from,
            base,
            image,
            platform,
            platform_expansion,
            triggers: Triggers::default(),
            steps: Vec::new(),
            scope: Scope::default(),
            inherited,
            left: OnceCell::new(),
            last_state,
            needs,
            is_reachable: false,
            is_windows,
            facts,
        });
        self.triggers();
    }

    /// What the base stage keeps for the stages that start from it runs first (BuildKit's `initOnBuildTriggers`).
    fn triggers(&mut self) {
        let base = self.stages.last().and_then(|stage| stage.base_stage()).and_then(|base| self.stages.get(base));
        let kept = base.into_iter().flat_map(|base| &base.steps).filter_map(|step| match &step.instruction.kind {
            InstructionKind::Onbuild(inner) => Some(inner.as_ref()),
            _ => None,
        });
        let kept: Vec<&'f Instruction> = kept.collect();
        if kept.is_empty() {
            return;
        }
        kept.into_iter().for_each(|instruction| self.step(instruction));
        if let Some(stage) = self.stages.last_mut() {
            let triggers =
                Triggers { steps: std::mem::take(&mut stage.steps), scope: std::mem::take(&mut stage.scope) };
            stage.inherited = stage.inherited.and(&triggers.scope);
            stage.triggers = triggers;
        }
    }

    fn expand_from(&mut self, word: &Word, stage: usize) -> Option<Expansion> {
        let visible = Visible::global(&self.global, &self.predefined);
        match self.expander.expand_word(word.text(), &GlobalVariables(&visible)) {
            Ok(expansion) => Some(expansion),
            Err(error) => {
                self.expansion_problem(error, word, Some(stage));
                None
            }
        }
    }

    /// A name is a stage if an earlier one has it, else `scratch`, else an image.
    fn base(&mut self, word: &Word, image: &Expansion, index: usize) -> Base {
        let name = image.value.as_str();
        if name.is_empty() {
            let kind = BuildProblemKind::BlankBaseName { word: word.text().to_owned() };
            self.problem(kind, word.span(), Some(index));
            return Base::Unknown;
        }
        // Unlike `--from`, FROM is compared with the names in lower case as it stands.
        if let Some(&stage) = self.names.get(name) {
            return Base::Stage(stage);
        }
        if name == "scratch" {
            return Base::Scratch;
        }
        match ImageReference::parse(name) {
            Ok(reference) => Base::Image(reference),
            Err(error) => {
                let kind = BuildProblemKind::InvalidImage { name: name.to_owned(), error };
                self.problem(kind, word.span(), Some(index));
                Base::Unknown
            }
        }
    }

    /// The latest stage of that name, compared without regard to case.
    fn stage_named(&self, name: &str) -> Option<usize> {
        self.names.get(&name.to_lowercase()).copied()
    }

    fn platform(&mut self, word: &Word, value: &str, stage: usize) -> Option<Platform> {
        if value.is_empty() {
            self.problem(BuildProblemKind::BlankPlatform, word.span(), Some(stage));
            return None;
        }
        match Platform::parse(value) {
            Ok(platform) => Some(platform),
            Err(error) => {
                let kind = BuildProblemKind::InvalidPlatform { platform: value.to_owned(), error };
                self.problem(kind, word.span(), Some(stage));
                None
            }
        }
    }

    fn step(&mut self, instruction: &'f Instruction) {
        let stage = self.stages.len() - 1;
        let index = self.stages[stage].steps.len();
        let expanded = match &instruction.kind {
            InstructionKind::Arg(pairs) => self.arguments(pairs, stage, index),
            _ => self.expand_step(instruction, stage, index),
        };
        for error in expanded.iter().filter_map(|word| Some((&word.word, word.result.as_ref().err()?))) {
            self.expansion_problem(error.1.clone(), error.0, Some(stage));
        }
        let sources = self.stage_sources(instruction, &expanded, stage);
        let workdir = self.stages[stage].last_state.workdir.as_deref();
        let lies_in_root = workdir.is_none_or(|workdir| workdir.value == "/");
        for (kind, span) in refusals::of_instruction(instruction, &expanded, lies_in_root) {
            self.problem(kind, span, Some(stage));
        }
        let current = &self.stages[stage];
        let step = Step {
            stage,
            index,
            instruction,
            state: current.last_state.clone(),
            expanded,
            sources,
            scripts: OnceCell::new(),
            is_windows: current.is_windows,
        };
        self.apply(&step);
        let current = &mut self.stages[stage];
        for source in &step.sources {
            if let Base::Stage(needed) = source.source {
                current.needs.push(needed);
            }
        }
        current.steps.push(step);
    }

    fn expand_step(&self, instruction: &'f Instruction, stage: usize, index: usize) -> Vec<ExpandedWord> {
        let visible = Visible::in_stage(&self.stages[stage], index);
        let expand = |word: &Word| self.expand(word, &visible, |word| self.expander.expand_word(word, &visible));
        let pair =
            |pair: &Pair| [Some(expand(&pair.name)), pair.value.as_ref().map(&expand)].into_iter().flatten().collect();
        let mut expanded: Vec<ExpandedWord> = match &instruction.kind {
            InstructionKind::Env(pairs) | InstructionKind::Label(pairs) => {
                pairs.pairs.iter().flat_map(|each| -> Vec<ExpandedWord> { pair(each) }).collect()
            }
            InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) => {
                self.expand_transfer(instruction, transfer, &visible)
            }
            InstructionKind::Workdir(word) | InstructionKind::User(word) | InstructionKind::Stopsignal(word) => {
                vec![expand(word)]
            }
            InstructionKind::Volume(paths) => paths.iter().map(expand).collect(),
            InstructionKind::Expose(ports) => ports.iter().map(|port| self.expand_port(port, &visible)).collect(),
            _ => Vec::new(),
        };
        if matches!(instruction.kind, InstructionKind::Run(_)) {
            let mounts = instruction.flags.iter().filter(|flag| flag.name.text() == "mount");
            let fields = mounts.filter_map(|flag| flag.mount_fields()).flatten();
            expanded.extend(fields.filter_map(|field| field.value).map(|value| expand(&value)));
        }
        expanded
    }

    /// ARG: unlike those of ENV, each default sees the names before it (BuildKit's `dispatchArg`). `--build-arg` beats the
    /// default, which then is not looked at; `ARG name` takes the value that the name has before the first FROM.
    fn arguments(&mut self, pairs: &Pairs, stage: usize, index: usize) -> Vec<ExpandedWord> {
        let mut expanded = Vec::new();
        for pair in &pairs.pairs {
            let name = pair.name.text();
            let given = self.arguments.get(name).cloned();
            let default = pair.value.as_ref().filter(|_| given.is_none()).map(|word| {
                let visible = Visible::in_stage(&self.stages[stage], index + 1);
                self.expand(word, &visible, |word| self.expander.expand_word(word, &visible))
            });
            let own = default.as_ref().map(|default| default.value().to_owned());
            let global = Visible::global(&self.global, &self.predefined);
            let of_global = || global.variable(name).and_then(|variable| variable.value.clone());
            let value = given.or(own).or_else(of_global);
            let name_span = pair.name.span();
            let variable = Variable { step: index, value, origin: Origin::Arg, is_certain: false, name_span };
            self.stages[stage].scope.set(name, variable);
            expanded.extend(default);
        }
        expanded
    }

    fn expand_transfer(
        &self,
        instruction: &Instruction,
        transfer: &Transfer,
        visible: &Visible<'_>,
    ) -> Vec<ExpandedWord> {
        let expand = |word: &Word| self.expand(word, visible, |word| self.expander.expand_word(word, visible));
        let flags = instruction
            .flags
            .iter()
            .filter(|flag| matches!(flag.name.text(), "chown" | "chmod" | "checksum" | "exclude" | "link" | "parents"));
        let mut expanded: Vec<ExpandedWord> = flags.filter_map(|flag| flag.value.as_ref()).map(expand).collect();
        let paths = transfer.sources.iter().filter(|source| instruction.heredoc_of(source).is_none());
        expanded.extend(paths.chain([&transfer.destination]).map(expand));
        for heredoc in instruction.heredocs.iter().filter(|heredoc| heredoc.expands) {
            let body = LocatedText::verbatim(self.file.source.slice(heredoc.body), heredoc.body.start);
            let expander = Expander::for_heredoc();
            expanded.push(self.expand(&body, visible, |word| expander.expand_word(word, visible)));
        }
        expanded
    }

    /// EXPOSE alone lets a word become several.
    fn expand_port(&self, port: &Word, visible: &Visible<'_>) -> ExpandedWord {
        self.expand(port, visible, |word| {
            let split = self.expander.expand_words(word, visible)?;
            Ok(Expansion { value: split.words.join(" "), references: split.references })
        })
    }

    fn expand(
        &self,
        word: &Word,
        visible: &Visible<'_>,
        expand: impl Fn(&str) -> Result<Expansion, ExpansionError>,
    ) -> ExpandedWord {
        let result = self.bounded(word, expand(word.text()));
        let references = match &result {
            Ok(expansion) => &expansion.references,
            Err(error) => &error.references,
        };
        let mut undefined: Vec<UndefinedReference> = Vec::new();
        let mut seen: HashSet<&str> = HashSet::new();
        for reference in references.iter().filter(|reference| !reference.is_set) {
            let is_known = visible.is_declared_arg(&reference.name)
                || matches!(reference.name.as_str(), "BUILDKIT_SBOM_SCAN_CONTEXT" | "BUILDKIT_SBOM_SCAN_STAGE");
            if !is_known && seen.insert(&reference.name) {
                undefined.push(UndefinedReference { name: reference.name.clone(), span: word.locate(reference.span) });
            }
        }
        let is_certain = references
            .iter()
            .all(|reference| visible.variable(&reference.name).is_some_and(|variable| variable.is_certain));
        ExpandedWord { word: word.clone(), result, is_certain, undefined }
    }

    /// The expansion, while the file has not grown beyond measure.
    fn bounded(&self, word: &Word, result: Result<Expansion, ExpansionError>) -> Result<Expansion, ExpansionError> {
        let expansion = result?;
        let growth = self.growth.get() + expansion.value.len().saturating_sub(word.text().len());
        if growth > LARGEST_GROWTH {
            let (kind, span) = (ExpansionErrorKind::TooLarge, Span::new(0, word.text().len()));
            return Err(ExpansionError { kind, span, references: expansion.references });
        }
        self.growth.set(growth);
        Ok(expansion)
    }

    fn stage_sources(
        &mut self,
        instruction: &'f Instruction,
        expanded: &[ExpandedWord],
        stage: usize,
    ) -> Vec<StageSource> {
        let mut sources = Vec::new();
        for flag in &instruction.flags {
            let word = match (instruction.keyword, flag.name.text()) {
                (Some(Keyword::Copy), "from") => flag.value.clone(),
                (Some(Keyword::Run), "mount") => flag.mount_field(&["from"]),
                _ => None,
            };
            let Some(word) = word else { continue };
            if word.text().contains('$') {
                let kind = BuildProblemKind::VariableInFrom { word: word.text().to_owned() };
                self.problem(kind, word.span(), Some(stage));
                sources.push(StageSource { word, source: Base::Unknown });
                continue;
            }
            let name = find_expanded(expanded, &word).map_or(word.text(), ExpandedWord::value).to_owned();
            let source = self.source(&word, &name, stage);
            sources.push(StageSource { word, source });
        }
        sources
    }

    /// A source is a stage by name, else by number, else an image.
    fn source(&mut self, word: &Word, name: &str, stage: usize) -> Base {
        if let Some(found) = self.stage_named(name) {
            if found == stage {
                self.problem(BuildProblemKind::CircularStages, word.span(), Some(stage));
                return Base::Unknown;
            }
            return Base::Stage(found);
        }
        if let Ok(number) = name.parse::<usize>() {
            if number < stage {
                return Base::Stage(number);
            }
            self.problem(BuildProblemKind::NoSuchStage { number: name.to_owned() }, word.span(), Some(stage));
            return Base::Unknown;
        }
        if self.all_names.contains(&name.to_lowercase()) {
            let kind = BuildProblemKind::LaterStage { name: name.to_owned() };
            self.problem(kind, word.span(), Some(stage));
            return Base::Unknown;
        }
        if name == "scratch" {
            return Base::Scratch;
        }
        match ImageReference::parse(name) {
            Ok(reference) => Base::Image(reference),
            Err(_) if name.is_empty() => Base::Unknown,
            Err(error) => {
                let kind = BuildProblemKind::InvalidImage { name: name.to_owned(), error };
                self.problem(kind, word.span(), Some(stage));
                Base::Unknown
            }
        }
    }

    /// What the step changes for those behind it.
    fn apply(&mut self, step: &Step<'f>) {
        let stage = &mut self.stages[step.stage];
        let setting = |word: &Word, value: String, is_certain: bool| {
            Some(Rc::new(Setting { value, is_certain, span: word.span(), stage: step.stage }))
        };
        match &step.instruction.kind {
            InstructionKind::Env(pairs) => set_variables(stage, step, pairs),
            InstructionKind::User(word) => {
                let is_certain = step.certain_value(word).is_some();
                stage.last_state.user = setting(word, step.value(word).to_owned(), is_certain);
            }
            InstructionKind::Workdir(word) => {
                let before = stage.last_state.workdir.as_deref();
                let path = join_workdir(before.map(|before| before.value.as_str()), step.value(word));
                let knows_start = before.is_some_and(|before| before.is_certain) || is_absolute(step.value(word));
                let is_certain = knows_start && step.certain_value(word).is_some();
                // Behind a path that no system takes, nothing is known.
                let (path, is_certain) =
                    if path.len() < LONGEST_PATH { (path, is_certain) } else { ("/".into(), false) };
                stage.last_state.workdir = setting(word, path, is_certain);
            }
            InstructionKind::Shell(words) => {
                let words = words.iter().map(|word| word.text().to_owned()).collect();
                stage.last_state.shell = Some(Rc::new(ShellSetting { words, span: step.instruction.span }));
            }
            InstructionKind::Run(command) => {
                let text = self.file.source.slice(command.span());
                if let Some(shell) = shell_linked_by(text) {
                    stage.last_state.default_shell = shell;
                }
            }
            _ => {}
        }
    }

    fn find_reachable_stages(&mut self) {
        for stage in &mut self.stages {
            stage.needs.sort_unstable();
            stage.needs.dedup();
        }
        let Some(target) = self.stages.len().checked_sub(1) else { return };
        for index in build::needed_by(&self.stages, target) {
            self.stages[index].is_reachable = true;
        }
    }
}

/// The name of the stage that a FROM starts, in lower case.
fn stage_name(instruction: &Instruction) -> Option<String> {
    match &instruction.kind {
        InstructionKind::From(from) => Some(from.name.as_ref()?.word.text().to_lowercase()),
        _ => None,
    }
}

/// ENV
fn set_variables(stage: &mut Stage<'_>, step: &Step<'_>, pairs: &Pairs) {
    for pair in &pairs.pairs {
        let name = step.value(&pair.name).to_owned();
        let value = pair.value.as_ref().map(|word| step.value(word).to_owned());
        let is_certain = pair.value.as_ref().is_some_and(|word| step.certain_value(word).is_some());
        let name_span = pair.name.span();
        stage.scope.set(&name, Variable { step: step.index, value, origin: Origin::Env, is_certain, name_span });
    }
}

/// The program that a RUN puts behind `/bin/sh`, in the ways in which this is done.
fn shell_linked_by(text: &str) -> Option<Dialect> {
    if text.contains("dpkg-reconfigure") && text.contains("dash") {
        return Some(Dialect::Bash);
    }
    let is_link = text.contains("bin/sh") && text.contains("ln ");
    is_link.then(|| if text.contains("bash") { Dialect::Bash } else { Dialect::Sh })
}

/// BuildKit: a stage name starts with a letter and goes on with letters, digits, `-`, `_` and `.`, in lower case once
/// folded (`^[a-z][a-z0-9-_\.]*$`).
fn is_stage_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte))
}

/// Whether BuildKit takes a path for absolute, on Linux or Windows.
pub fn is_absolute(path: &str) -> bool {
    let bytes = path.as_bytes();
    let has_drive = bytes.len() >= 3 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    path.starts_with('/') || (has_drive && matches!(bytes[2], b'/' | b'\\')) || path.starts_with('\\')
}

/// Linux' `PATH_MAX`. Without it, ten thousand `WORKDIR x` would fill the memory.
const LONGEST_PATH: usize = 4_096;

/// Bytes that the values of variables may bring into one file. Each word has its own bound; without this one, a hundred
/// thousand `ENV A=$A:x` would still fill the memory.
const LARGEST_GROWTH: usize = 16 << 20;

/// The directory that WORKDIR leads to, cleaned as Go's `path.Clean` does.
fn join_workdir(before: Option<&str>, path: &str) -> String {
    if is_absolute(path) && !path.starts_with('/') {
        return path.to_owned();
    }
    let joined = if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", before.unwrap_or("/")) };
    clean_path(&joined)
}

/// An absolute path without `.`, `..`, doubled and final slashes.
pub fn clean_path(path: &str) -> String {
    let is_plain = |part: &str| !matches!(part, "" | "." | "..");
    if path.strip_prefix('/').is_some_and(|names| names.split('/').all(is_plain)) {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Before the first FROM there is no default PATH.
struct GlobalVariables<'v>(&'v Visible<'v>);

impl Variables for GlobalVariables<'_> {
    fn get(&self, name: &str) -> Option<std::borrow::Cow<'_, str>> {
        self.0.variable(name)?.value.as_deref().map(Into::into)
    }
}
