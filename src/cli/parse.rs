//! `dfx parse`: what dfx understood of a file, as JSON for other tools.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::ir::{Base, Build, Command, Commands, ExpandedWord, Setting, Stage, StageSource, Step};
use crate::knowledge::package_managers::Action;
use crate::shell::Script;
use crate::source::{Position, SourceFile, Span};
use crate::syntax::{
    CommandForm, Dockerfile, Flag, Healthcheck, Heredoc, Instruction, InstructionKind, Pairs, Word, parse,
};

use super::failure::Failure;
use super::read;

/// Print what dfx understood of a file, as JSON
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file; `-` for standard input
    path: PathBuf,
    /// As JSON, the only form there is
    #[arg(long)]
    json: bool,
    /// Print the build plan instead: the steps that BuildKit would run, with all that enters their cache keys, and the
    /// configuration of the image
    #[arg(long)]
    plan: bool,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let Arguments { path, json: _, plan } = arguments;
    let is_standard_input = path.as_os_str() == "-";
    let bytes = if is_standard_input { read::standard_input() } else { read::file(path) };
    let bytes = bytes.map_err(|error| Failure::at("read", path, &error))?;
    let name = if is_standard_input { "<stdin>".to_owned() } else { path.to_string_lossy().into_owned() };
    let file = parse(SourceFile::new(name, bytes));
    let value = if *plan { super::plan::to_json(&file) } else { to_json(&file) };
    super::print(&format!("{value:#}\n"))
}

/// The whole file: directives, instructions by stage with their expanded words, the state at each, and their commands.
fn to_json(file: &Dockerfile) -> Value {
    let build = Build::new(file);
    let commands = Commands::new(&build);
    let writer = Writer { source: &file.source, build: &build, commands: &commands };
    json!({
        "schema_version": "1",
        "file": file.source.name(),
        "escape": file.escape.to_string(),
        "directives": file.directives().map(|directive| json!({
            "name": directive.name.as_str(),
            "value": directive.value,
            "range": writer.range(directive.span),
        })).collect::<Vec<_>>(),
        "global_args": build.global_args.iter().map(|arg| json!({
            "name": arg.pair.name.text(),
            "default": arg.pair.value.as_ref().map(Word::text),
            "value": arg.value.as_ref().map(|expansion| &expansion.value),
            "range": writer.range(arg.pair.span()),
        })).collect::<Vec<_>>(),
        "stages": build.stages.iter().map(|stage| writer.stage(stage)).collect::<Vec<_>>(),
        "problems": writer.problems(file),
    })
}

struct Writer<'w> {
    source: &'w SourceFile,
    build: &'w Build<'w>,
    commands: &'w Commands<'w>,
}

impl Writer<'_> {
    fn range(&self, span: Span) -> Value {
        let place = |offset: usize| {
            let Position { line, column } = self.source.position(offset);
            json!({ "line": line, "column": column, "offset": offset })
        };
        json!({ "start": place(span.start), "end": place(span.end) })
    }

    fn problems(&self, file: &Dockerfile) -> Vec<Value> {
        let syntax = file.problems.iter().map(|problem| (problem.span, problem.kind.to_string()));
        let build = self.build.problems.iter().map(|problem| (problem.span, problem.kind.to_string()));
        let mut problems: Vec<(Span, String)> = syntax.chain(build).collect();
        problems.sort();
        problems.iter().map(|(span, message)| json!({ "message": message, "range": self.range(*span) })).collect()
    }

    fn stage(&self, stage: &Stage<'_>) -> Value {
        json!({
            "index": stage.index,
            "name": stage.from.name.as_ref().map(|name| name.word.text()),
            "image": stage.image.as_ref().map(|image| &image.value),
            "base": base(&stage.base),
            "platform": stage.platform.as_ref().map(ToString::to_string),
            "is_reachable": stage.is_reachable,
            "is_windows": stage.is_windows,
            "needs": stage.needs,
            "range": self.range(stage.instruction.span),
            "steps": stage.steps.iter().map(|step| self.step(step)).collect::<Vec<_>>(),
        })
    }

    fn step(&self, step: &Step<'_>) -> Value {
        let mut value = self.instruction(step.instruction);
        if let Value::Object(fields) = &mut value {
            let state = &step.state;
            fields.insert("expanded".into(), step.expanded.iter().map(|word| self.expanded(word)).collect());
            fields.insert("sources".into(), step.sources.iter().map(source).collect());
            fields.insert("user".into(), json!(state.user.as_deref().map(setting)));
            fields.insert("workdir".into(), json!(state.workdir.as_deref().map(setting)));
            fields.insert("shell".into(), json!(state.shell.as_ref().map(|shell| &shell.words)));
            let variables = self.build.visible(step).names();
            let scripts = self.build.scripts(step).iter();
            fields.insert("scripts".into(), scripts.map(|it| script(it, &variables)).collect());
            fields.insert("variables".into(), json!(variables));
            let commands = self.commands.of_step(step).iter();
            fields.insert("commands".into(), commands.map(|command| self.command(command)).collect());
        }
        value
    }

    fn instruction(&self, instruction: &Instruction) -> Value {
        json!({
            "keyword": instruction.keyword.map(|keyword| keyword.name()),
            "first_line": instruction.first_line,
            "last_line": instruction.last_line,
            "range": self.range(instruction.span),
            "flags": instruction.flags.iter().map(|flag| self.flag(flag)).collect::<Vec<_>>(),
            "text": instruction.arguments.text(),
            "arguments": self.arguments(&instruction.kind),
            "heredocs": instruction.heredocs.iter().map(|heredoc| self.heredoc(heredoc)).collect::<Vec<_>>(),
        })
    }

    fn arguments(&self, kind: &InstructionKind) -> Value {
        let words = |words: &[Word]| Value::from_iter(words.iter().map(Word::text));
        match kind {
            InstructionKind::Add(transfer) | InstructionKind::Copy(transfer) => json!({
                "sources": words(&transfer.sources),
                "destination": transfer.destination.text(),
                "json": transfer.json,
            }),
            InstructionKind::Arg(pairs) | InstructionKind::Env(pairs) | InstructionKind::Label(pairs) => {
                self.pairs(pairs)
            }
            InstructionKind::Cmd(command)
            | InstructionKind::Entrypoint(command)
            | InstructionKind::Run(command)
            | InstructionKind::Healthcheck(Healthcheck::Cmd(command)) => command_form(command),
            InstructionKind::Healthcheck(Healthcheck::None) => json!({ "none": true }),
            InstructionKind::Expose(list) | InstructionKind::Shell(list) | InstructionKind::Volume(list) => words(list),
            InstructionKind::From(from) => json!({
                "image": from.image.text(),
                "name": from.name.as_ref().map(|name| name.word.text()),
            }),
            InstructionKind::Onbuild(inner) => self.instruction(inner),
            InstructionKind::Maintainer(word)
            | InstructionKind::Stopsignal(word)
            | InstructionKind::User(word)
            | InstructionKind::Workdir(word) => json!(word.text()),
            InstructionKind::Malformed => Value::Null,
        }
    }

    fn pairs(&self, pairs: &Pairs) -> Value {
        let each = pairs.pairs.iter().map(|pair| {
            json!({
                "name": pair.name.text(),
                "value": pair.value.as_ref().map(Word::text),
                "range": self.range(pair.span()),
            })
        });
        json!({ "pairs": each.collect::<Vec<_>>(), "legacy": pairs.legacy })
    }

    fn flag(&self, flag: &Flag) -> Value {
        json!({
            "name": flag.name.text(),
            "value": flag.value.as_ref().map(Word::text),
            "range": self.range(flag.span),
        })
    }

    fn heredoc(&self, heredoc: &Heredoc) -> Value {
        json!({
            "name": heredoc.name,
            "expands": heredoc.expands,
            "strips_tabs": heredoc.strips_tabs,
            "file_descriptor": heredoc.file_descriptor,
            "body": self.range(heredoc.body),
        })
    }

    fn expanded(&self, word: &ExpandedWord) -> Value {
        json!({
            "text": word.word.text(),
            "value": word.result.as_ref().ok().map(|expansion| &expansion.value),
            "is_certain": word.is_certain,
            "undefined": word.undefined.iter().map(|reference| &reference.name).collect::<Vec<_>>(),
            "range": self.range(word.word.span()),
        })
    }

    fn command(&self, command: &Command<'_>) -> Value {
        json!({
            "words": command.words.iter().map(|word| word.value).collect::<Vec<_>>(),
            "range": self.range(command.span()),
            "package_manager": command.manager.as_ref().map(|manager| json!({
                "name": manager.manager.name,
                "action": action(manager.action),
                "packages": manager.packages().map(|package| package.name).collect::<Vec<_>>(),
            })),
        })
    }
}

fn base(base: &Base) -> Value {
    match base {
        Base::Scratch => json!({ "kind": "scratch" }),
        Base::Stage(index) => json!({ "kind": "stage", "stage": index }),
        Base::Image(image) => json!({
            "kind": "image",
            "registry": image.registry,
            "repository": image.repository,
            "tag": image.tag,
            "digest": image.digest,
        }),
        Base::Unknown => json!({ "kind": "unknown" }),
    }
}

fn source(source: &StageSource) -> Value {
    json!({ "text": source.word.text(), "source": base(&source.source) })
}

fn setting(setting: &Setting) -> Value {
    json!({ "value": setting.value, "is_certain": setting.is_certain })
}

/// A script as the shell gets it. Places of remarks are byte offsets in its text.
fn script(script: &Script, variables: &[&str]) -> Value {
    let remarks = script.remarks(variables).into_iter().map(|remark| {
        json!({
            "code": remark.code.name, "message": remark.message, "start": remark.span.start, "end": remark.span.end,
        })
    });
    json!({
        "shell": script.source.dialect().name(),
        "text": script.source.text(),
        "is_readable": script.is_clean(),
        "remarks": remarks.collect::<Vec<_>>(),
    })
}

fn command_form(command: &CommandForm) -> Value {
    match command {
        CommandForm::Shell(text) => json!({ "form": "shell", "script": text.text() }),
        CommandForm::Exec { words, .. } => {
            json!({ "form": "exec", "words": words.iter().map(Word::text).collect::<Vec<_>>() })
        }
    }
}

fn action(action: Action) -> &'static str {
    match action {
        Action::Install => "install",
        Action::InstallProject => "install-project",
        Action::UpdateLists => "update-lists",
        Action::Upgrade => "upgrade",
        Action::Remove => "remove",
        Action::Clean => "clean",
        Action::Build => "build",
        Action::Run => "run",
        Action::Other => "other",
    }
}
