//! Whether a command of a RUN surely runs, where the RUN works at all.

use crate::ir::Command;
use crate::shell::{AndOr, Chain, Command as ShellCommand, CommandKind, Item, Pipeline, Sequence, Simple};

use super::Refusal;

/// Sees to it that the command runs whenever its RUN works.
///
/// # Errors
/// Where it stands below a condition or in a loop, behind a test or beside `||`: what it does may not be done.
pub fn check(command: &Command<'_>) -> Result<(), Refusal> {
    let is_sure = command.invoked.as_ref().is_none_or(|invoked| surely_runs(&invoked.script.body, invoked.simple));
    match is_sure {
        true => Ok(()),
        false => Err(Refusal::Conditional(command.name().unwrap_or_default().to_owned())),
    }
}

/// Whether the command stands in the sequence, or in groups and subshells of it, where it runs whatever is the case.
fn surely_runs(sequence: &Sequence, simple: &Simple) -> bool {
    let last = sequence.items.len().saturating_sub(1);
    let holding = sequence.items.iter().enumerate().find(|(_, item)| item.chain.span().contains(simple.span));
    holding.is_some_and(|(at, item)| !item.is_in_background() && surely_runs_in(item, at == last, simple))
}

fn surely_runs_in(item: &Item, is_last: bool, simple: &Simple) -> bool {
    let holds = |pipeline: &Pipeline| pipeline.span.contains(simple.span);
    let Some(link) = item.chain.pipelines().position(holds) else { return false };
    let Some(pipeline) = item.chain.pipelines().nth(link) else { return false };
    let is_reached = match alternative(&item.chain) {
        Alternative::None if is_last => true,
        // Where others follow, a test that fails fails nothing: not even under `set -e`, which looks at the last link.
        Alternative::None | Alternative::Ignores => !item.chain.pipelines().take(link).any(is_test),
        Alternative::Fails => true,
        Alternative::Other => false,
    };
    let is_alternative = item.chain.rest.iter().take(link).any(|(operator, ..)| *operator == AndOr::Or);
    let is_it = |command: &ShellCommand| match &command.kind {
        CommandKind::Simple(it) => std::ptr::eq(&**it, simple),
        CommandKind::Group(below) | CommandKind::Subshell(below) => surely_runs(below, simple),
        _ => false,
    };
    is_reached && !is_alternative && !pipeline.negated && pipeline.commands.iter().any(is_it)
}

/// What a chain does instead where one of its links fails.
enum Alternative {
    /// It has no `||`.
    None,
    /// It goes on as if nothing were: `|| true`.
    Ignores,
    /// The script ends with an error: `|| exit 1`.
    Fails,
    /// It does something else.
    Other,
}

fn alternative(chain: &Chain) -> Alternative {
    let mut others = chain.rest.iter().filter(|(operator, ..)| *operator == AndOr::Or);
    let (Some((_, _, other)), None) = (others.next(), others.next()) else {
        return if chain.rest.iter().all(|(operator, ..)| *operator == AndOr::And) {
            Alternative::None
        } else {
            Alternative::Other
        };
    };
    let is_end = chain.rest.last().is_some_and(|(_, _, last)| std::ptr::eq(last, other));
    let [command] = other.commands.as_slice() else { return Alternative::Other };
    let words: Vec<Option<&str>> =
        command.simple().map_or(Vec::new(), |simple| simple.words.iter().map(|word| word.literal()).collect());
    match words.as_slice() {
        _ if !is_end => Alternative::Other,
        [Some("true" | ":")] | [Some("exit"), Some("0")] => Alternative::Ignores,
        [Some("false")] | [Some("exit"), Some(_)] => Alternative::Fails,
        _ => Alternative::Other,
    }
}

/// Whether a link of a chain is there to be asked, so that its failure is no error.
fn is_test(pipeline: &Pipeline) -> bool {
    const ASKING: &[&str] = &["[", "command", "diff", "cmp", "grep", "id", "getent", "hash", "test", "type", "which"];
    let asks = |command: &ShellCommand| match &command.kind {
        CommandKind::Simple(simple) => simple.name().is_none_or(|name| ASKING.contains(&name)),
        CommandKind::Test(_) | CommandKind::Arithmetic(_) => true,
        _ => false,
    };
    pipeline.negated || pipeline.commands.last().is_some_and(asks)
}
