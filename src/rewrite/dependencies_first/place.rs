//! Where the installation stands, and what stands around it.

use crate::edit::Edit;
use crate::ir::{Build, Command, Commands, ContextCopy, Step};
use crate::knowledge::package_managers::{Home, OperandKind, only_empties_caches};
use crate::shell::{Leak, Link, Script, ScriptForm, WorkingDirectory};
use crate::source::Span;
use crate::syntax::{CommandForm, InstructionKind, Keyword};

use super::LateSources;

/// The folder in which the command runs, relative to the one that the COPY fills; empty for that itself.
pub(super) fn project_folder(
    build: &Build<'_>,
    copy: &ContextCopy<'_>,
    command: &Command<'_>,
) -> Result<String, LateSources> {
    let destination = copy.step.certain_value(&copy.transfer.destination).ok_or(LateSources::Elsewhere)?;
    let of_copy = build.absolute_path(copy.step, destination);
    let of_command = build.path_of(command, ".");
    match (of_copy, of_command) {
        (Some(copied), Some(here)) => {
            let below = here.strip_prefix(copied.trim_end_matches('/')).ok_or(LateSources::Elsewhere)?;
            let is_below = below.is_empty() || below.starts_with('/');
            is_below.then(|| below.trim_matches('/').to_owned()).ok_or(LateSources::Elsewhere)
        }
        // Wherever the base image works: both do.
        _ if matches!(destination, "." | "./") && stays(copy.step, command) => Ok(String::new()),
        _ => Err(LateSources::Elsewhere),
    }
}

fn stays(copy: &Step<'_>, command: &Command<'_>) -> bool {
    let directory = |step: &Step<'_>| step.state.workdir.as_ref().map(|setting| setting.value.clone());
    let is_initial = command
        .invoked
        .as_ref()
        .is_none_or(|invoked| matches!(invoked.circumstances.directory, WorkingDirectory::Initial));
    directory(copy) == directory(command.step) && is_initial
}

/// Where a RUN is cut in two.
pub(super) struct Split {
    /// What stands between the halves: ` && `.
    between: Span,
    /// Where the first command behind `RUN --mount=... cd folder && ` begins: both halves start so.
    head_end: usize,
}

/// What stands between the installation and the rest of its RUN; `None` where there is no rest.
pub(super) fn split_behind(
    build: &Build<'_>,
    commands: &Commands<'_>,
    command: &Command<'_>,
) -> Result<Option<Split>, LateSources> {
    let step = command.step;
    if let InstructionKind::Run(CommandForm::Exec { .. }) = step.instruction.kind {
        return Ok(None);
    }
    let Chain { script, links, own, last } = Chain::begun_by(build, commands, command)?;
    let Some(next) = links.get(last + 1) else { return Ok(None) };
    // In a RUN of its own, the rest goes into the same folder again, but would be without what else was set.
    let is_lost = |leak: Leak, place: Span| {
        place.start < next.pipeline.span.start
            && !(leak == Leak::Directory && links.iter().take(own).any(|link| link.pipeline.span.contains(place)))
    };
    if script.leaks().into_iter().any(|(leak, place)| is_lost(leak, place)) {
        return Err(LateSources::NotFirst);
    }
    let head_end = script.source.to_file_cover(links.get(own).ok_or(LateSources::NotFirst)?.pipeline.span).start;
    let end = script.source.to_file_cover(links.get(last).ok_or(LateSources::NotFirst)?.pipeline.span).end;
    let start = script.source.to_file_cover(next.pipeline.span).start;
    let between = Span::new(end, start.max(end));
    let has_comment = build.file.comments().any(|comment| between.contains(comment));
    if has_comment { Err(LateSources::NotFirst) } else { Ok(Some(Split { between, head_end })) }
}

/// The installation alone in a RUN of its own, with what empties its caches: as it is written, but with one more flag.
pub(super) fn alone(
    build: &Build<'_>,
    commands: &Commands<'_>,
    command: &Command<'_>,
    flag: &str,
) -> Result<String, LateSources> {
    let Chain { script, links, last, .. } = Chain::begun_by(build, commands, command)?;
    let pipeline = links.get(last).ok_or(LateSources::NotFirst)?.pipeline.span;
    let (start, end) = (command.step.instruction.span.start, script.source.to_file_cover(pipeline).end);
    let verb_end = command.verb_span().end;
    let slice = |start, end: usize| build.file.source.slice(Span::new(start, end.max(start)));
    Ok(format!("{} {flag}{}", slice(start, verb_end), slice(verb_end, end)))
}

/// A RUN whose commands follow one another with `&&`.
struct Chain<'b> {
    script: &'b Script,
    links: Vec<Link<'b>>,
    /// The place of the installation, before which there is nothing but a change of the folder.
    own: usize,
    /// The last command of those behind it that empty its caches, and so belong to the same layer; else the installation.
    last: usize,
}

impl<'b> Chain<'b> {
    fn begun_by(build: &Build<'_>, commands: &Commands<'_>, command: &'b Command<'_>) -> Result<Self, LateSources> {
        let step = command.step;
        let [script] = build.scripts(step) else { return Err(LateSources::NotFirst) };
        let is_simple =
            script.is_clean() && script.source.form() == ScriptForm::ShellForm && step.instruction.heredocs.is_empty();
        let links = script.top_level_and_chain().filter(|_| is_simple).ok_or(LateSources::NotFirst)?;
        let own = link_of(script, &links, command).ok_or(LateSources::NotFirst)?;
        let in_link = |at: usize| commands_in_link(commands, script, &links, step, at);
        let changes_folder = |at: usize| in_link(at).iter().all(|other| other.name() == Some("cd"));
        if !(0..own).all(changes_folder) || in_link(own).len() != 1 {
            return Err(LateSources::NotFirst);
        }
        let home = build.home(step).unwrap_or("~");
        let own_cleaning = command.manager.as_ref().and_then(|invocation| invocation.manager.clean);
        let text = |link: &Link<'_>| build.file.source.slice(script.source.to_file_cover(link.pipeline.span));
        let cleans = |at: usize| {
            links.get(at).is_some_and(|link| own_cleaning == Some(text(link)))
                || in_link(at).iter().all(|other| only_empties_caches(&other.patterns(), home))
        };
        let last = (own + 1..links.len()).take_while(|at| cleans(*at)).last().unwrap_or(own);
        Ok(Self { script, links, own, last })
    }
}

fn commands_in_link<'c, 'b>(
    commands: &'c Commands<'b>,
    script: &Script,
    links: &[Link<'_>],
    step: &Step<'_>,
    at: usize,
) -> Vec<&'c Command<'b>> {
    commands.of_step(step).iter().filter(|other| link_of(script, links, other) == Some(at)).collect()
}

/// The pipeline of a chain in which a command stands.
fn link_of(script: &Script, links: &[Link<'_>], command: &Command<'_>) -> Option<usize> {
    let place = command.name_span();
    links.iter().position(|link| script.source.to_file_cover(link.pipeline.span).contains(place))
}

/// Steps that need no sources may stay between.
pub(super) fn nothing_between(
    build: &Build<'_>,
    commands: &Commands<'_>,
    copy: &Step<'_>,
    install: &Step<'_>,
    is_absolute: bool,
) -> Result<(), LateSources> {
    let stage = build.stage_of(copy);
    let between = stage.steps.get(copy.index + 1..install.index).unwrap_or_default();
    let needs = |step: &&Step<'_>| match step.instruction.keyword {
        Some(Keyword::Run) => {
            let of_step = commands.of_step(step);
            of_step.is_empty() || !of_step.iter().all(needs_no_project)
        }
        Some(Keyword::Workdir) => !is_absolute,
        Some(Keyword::Copy | Keyword::Add | Keyword::Volume | Keyword::Onbuild) | None => true,
        Some(_) => false,
    };
    match between.iter().find(needs) {
        Some(step) => Err(LateSources::Between(step.instruction.first_line)),
        None => Ok(()),
    }
}

/// Whether a command installs packages by their names, does what goes with it, or sets up a manager for its user: it looks at
/// no file of a project.
fn needs_no_project(command: &Command<'_>) -> bool {
    command.manager.as_ref().is_some_and(|invocation| {
        // These keep their settings outside of the project.
        let is_user_setting = matches!(invocation.manager.name, "npm" | "pip" | "poetry")
            && matches!(invocation.verb_name(), Some("config" | "config set"))
            && !invocation.has_flag("--local --location");
        let is_system = matches!(invocation.manager.home, Home::System(_));
        let is_named =
            |kind: OperandKind| matches!(kind, OperandKind::Named) || is_system && kind == OperandKind::Argument;
        let installs = (is_system || matches!(invocation.manager.name, "pip" | "gem"))
            && invocation.operands.iter().all(|operand| is_named(operand.kind) && !operand.name.contains('/'));
        is_user_setting || installs
    })
}

/// The whole COPY behind the installation, and where that is not the end of its RUN, another RUN for the rest.
pub(super) fn behind(build: &Build<'_>, copy: &Step<'_>, install: &Step<'_>, split: Option<Split>) -> Edit {
    let source = &build.file.source;
    let line_ending = source.line_ending(install.instruction.last_line);
    let whole = source.slice(copy.instruction.span);
    match split {
        None => Edit::insert(install.instruction.span.end, format!("{line_ending}{whole}")),
        Some(Split { between, head_end }) => {
            let start = install.instruction.span.start;
            let head = source.slice(Span::new(start, head_end.max(start)));
            Edit::replace(between, format!("{line_ending}{whole}{line_ending}{head}"))
        }
    }
}
