//! What to delete so that a RUN does the same without one of its commands.

use crate::knowledge::package_managers::only_empties_caches;
use crate::shell::{AndOr, Invoked, Pipeline, Sequence};
use crate::source::Span;

use super::{Build, Command};

impl Build<'_> {
    /// The bytes of the file to delete so that the script does without the command all that it does with it, given that
    /// the command always works. `None` where it stands in a compound command, a pipe or an `||` list, where it is
    /// the whole script, where the script would end with another exit status, and where a comment would be lost.
    pub fn span_without(&self, command: &Command<'_>) -> Option<Span> {
        let invoked = command.invoked.as_ref().filter(|invoked| invoked.circumstances.depth == 0)?;
        let place = Place::of(&invoked.script.body, invoked.simple.span)?;
        let in_file = |span: Span| invoked.script.source.to_file_cover(span);
        let own = in_file(invoked.simple.span);
        let gone = match place.neighbour(invoked.circumstances.options.errexit)? {
            Neighbour::Before(kept) => Span::new(in_file(kept).end, own.end),
            Neighbour::Behind(kept) => Span::new(own.start, in_file(kept).start),
        };
        (gone.contains(own) && !self.file.comments().any(|comment| gone.contains(comment))).then_some(gone)
    }
}

impl Build<'_> {
    /// Whether the command does nothing but empty caches that package managers can fill again.
    pub fn only_empties_caches(&self, command: &Command<'_>) -> bool {
        // All commands are asked, and few are worth a closer look.
        let may_empty = match &command.manager {
            Some(invocation) => !invocation.cleans().is_empty(),
            None => command.name() == Some("rm"),
        };
        let is_plain = |invoked: &Invoked<'_>| invoked.redirections.is_empty() && invoked.assignments().is_empty();
        let home = || self.home(command.step).unwrap_or("~");
        let empties = || only_empties_caches(&command.patterns_in_home(), home());
        may_empty && command.invoked.as_ref().is_some_and(is_plain) && empties()
    }
}

/// Where a command stands in the sequence of a script, not below it.
struct Place<'s> {
    sequence: &'s Sequence,
    /// Number of the chain in the sequence.
    item: usize,
    /// Number of the pipeline in the chain.
    link: usize,
}

/// What stays beside a command that goes: all up to it, or all from it on.
enum Neighbour {
    Before(Span),
    Behind(Span),
}

impl<'s> Place<'s> {
    fn of(sequence: &'s Sequence, command: Span) -> Option<Self> {
        let item = sequence.items.iter().position(|item| item.chain.span().contains(command))?;
        let is_it = |pipeline: &Pipeline| pipeline.span == command && !pipeline.negated && !pipeline.timed;
        let link = sequence.items[item].chain.pipelines().position(is_it)?;
        Some(Self { sequence, item, link })
    }

    fn neighbour(&self, stops_at_errors: bool) -> Option<Neighbour> {
        let item = self.sequence.items.get(self.item)?;
        let (is_first_item, is_last_item) = (self.item == 0, self.item + 1 == self.sequence.items.len());
        let operators: Vec<AndOr> = item.chain.rest.iter().map(|(operator, ..)| *operator).collect();
        if item.is_in_background() {
            return None;
        }
        if let Some(before) = self.link.checked_sub(1) {
            // `set -e` looks at the last command of a chain only, and would look at another one then.
            let is_last_link = self.link == operators.len();
            let is_judged = is_last_link && !is_last_item && stops_at_errors;
            let kept = item.chain.pipelines().nth(before)?.span;
            return (operators.get(before) == Some(&AndOr::And) && !is_judged).then_some(Neighbour::Before(kept));
        }
        if let Some(operator) = operators.first() {
            let kept = item.chain.pipelines().nth(1)?.span;
            return (*operator == AndOr::And).then_some(Neighbour::Behind(kept));
        }
        if is_first_item {
            let next = self.sequence.items.get(1)?;
            return Some(Neighbour::Behind(next.chain.span()));
        }
        let before = self.sequence.items.get(self.item - 1).filter(|before| !before.is_in_background())?;
        (!is_last_item || stops_at_errors && before.surely_stops()).then(|| Neighbour::Before(before.chain.span()))
    }
}

#[cfg(test)]
mod tests {
    use crate::ir::Commands;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    /// The RUN without its command `x`.
    fn without_x(run: &str) -> Option<String> {
        let file = parse(SourceFile::new("Dockerfile", format!("FROM debian\nRUN {run}\n")));
        let build = Build::new(&file);
        let commands = Commands::new(&build);
        let gone = build.span_without(commands.all().iter().find(|command| command.name() == Some("x"))?)?;
        let text = file.source.text();
        Some(format!("{}{}", &text[16..gone.start], &text[gone.end..text.len() - 1]))
    }

    #[test]
    fn a_link_of_a_chain_goes_with_its_operator() {
        assert_eq!(without_x("a && x 1").as_deref(), Some("a"));
        assert_eq!(without_x("x && a").as_deref(), Some("a"));
        assert_eq!(without_x("a \\\n    && x \\\n    && b").as_deref(), Some("a \\\n    && b"));
        assert_eq!(without_x("a && \\\n    x > y && \\\n    b").as_deref(), Some("a && \\\n    b"));
        assert_eq!(without_x("a && b || c && x && d").as_deref(), Some("a && b || c && d"));
    }

    #[test]
    fn a_command_of_a_list_goes_with_what_ends_the_one_before() {
        assert_eq!(without_x("a; x; b").as_deref(), Some("a; b"));
        assert_eq!(without_x("x; b").as_deref(), Some("b"));
        assert_eq!(without_x("set -e; a; x").as_deref(), Some("set -e; a"));
        assert_eq!(without_x("set -e; a | b; x;").as_deref(), Some("set -e; a | b;"));
        assert_eq!(without_x("<<E\na\nx\nb\nE").as_deref(), Some("<<E\na\nb\nE"));
    }

    #[test]
    fn a_failure_is_neither_hidden_nor_shown_by_it() {
        for run in [
            "a; x",
            "a && x || b || x",
            "a || x",
            "x || a",
            "set -e; a && x; b",
            "set -e; if a; then b && c; fi; x",
            "set -e; ! a; x",
        ] {
            let shown = without_x(run);
            let expected = (run == "a && x || b || x").then_some("a || b || x");
            assert_eq!(shown.as_deref(), expected, "{run}");
        }
    }

    #[test]
    fn what_is_no_command_of_its_own_stays() {
        for run in ["x", "a && ( x )", "a | x", "a && ! x", "a & x", "a && x &", "a \\\n# why\n && x", "[\"x\"]"] {
            assert_eq!(without_x(run), None, "{run}");
        }
    }
}
