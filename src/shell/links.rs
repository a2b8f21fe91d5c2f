//! A script as the commands that have to work one after another.

use crate::shell::walk::Node;
use crate::shell::{Command, CommandKind, Leak, Pipeline, RedirectionOperator, Script, Sequence, ShellOptions};
use crate::source::Span;

use super::facts::{and_chain, items_leak};
use super::parts::{parts_of, span_of};

/// A part of a script that runs, in its shell, after all links before it have worked; where it fails, the script does.
///
/// The links of `a && ( cd x; b ) && { c; }` are `a`, `cd x; b` and `c`: one RUN of the script does what a RUN for each
/// of its links does, as long as the links see what [`before`](Self::before) says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptLink {
    /// The commands.
    pub span: Span,
    /// The links that have changed the shell it runs in: `cd`, assignments, `set`.
    pub before: Vec<Span>,
}

impl Script {
    /// The script, cut where a failure ends it, however it is bracketed. `options` are those with which the shell
    /// starts. One link where the script cannot be cut or is not understood.
    pub fn links(&self, options: ShellOptions) -> Vec<ScriptLink> {
        let whole = Span::new(0, self.source.text().len());
        // The lines of a heredoc stand behind all commands, in no link's span.
        if !self.is_clean() || self.body.items.is_empty() || self.has_heredoc() {
            return vec![ScriptLink { span: whole, before: Vec::new() }];
        }
        let mut cutter = Cutter { stops_at_errors: options.errexit, before: Vec::new(), links: Vec::new() };
        cutter.sequence(&self.body, span_of(&self.body.items).unwrap_or(whole), true, options);
        cutter.links
    }

    fn has_heredoc(&self) -> bool {
        let mut found = false;
        self.visit(&mut |node| {
            if let Node::Command(command) = node {
                found |= command.redirections.iter().any(|it| it.operator == RedirectionOperator::Heredoc);
            }
        });
        found
    }
}

struct Cutter {
    /// Whether `set -e` is, or may be, in force.
    stops_at_errors: bool,
    before: Vec<Span>,
    links: Vec<ScriptLink>,
}

impl Cutter {
    /// `is_last`: whether nothing follows, so that the exit status of the sequence is that of the script. `options` are
    /// surely in force.
    fn sequence(&mut self, sequence: &Sequence, span: Span, is_last: bool, options: ShellOptions) {
        // POSIX, `set -e`: it is ignored in brackets with `&&` behind them.
        if !is_last && and_chain(sequence).is_none() {
            return self.link(span, &items_leak(&sequence.items));
        }
        let parts = parts_of(sequence, options);
        let count = parts.len();
        for (at, part) in parts.iter().enumerate() {
            match part.pipeline {
                Some(pipeline) => self.pipeline(pipeline, is_last && at + 1 == count, part.options),
                None => self.link(part.span, &items_leak(part.items)),
            }
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, is_last: bool, options: ShellOptions) {
        match brackets(pipeline) {
            Some(Brackets { body, is_subshell, span }) if self.may_be_opened(body, is_subshell, is_last) => {
                let outside = (self.before.len(), self.stops_at_errors);
                self.sequence(body, span, is_last, options);
                if is_subshell {
                    self.before.truncate(outside.0);
                    self.stops_at_errors = outside.1;
                }
            }
            _ => self.link(pipeline.span, &pipeline.leaks()),
        }
    }

    /// Whether the commands in brackets do the same as in a shell of their own.
    fn may_be_opened(&self, body: &Sequence, is_subshell: bool, is_last: bool) -> bool {
        let leaks = items_leak(&body.items);
        let has = |wanted: Leak| leaks.iter().any(|(leak, _)| *leak == wanted);
        // What runs in the background ends with the RUN, but outlives the brackets. `exec` and `exit` leave more than
        // braces.
        let stays_inside = !has(Leak::Background) && (is_subshell || !has(Leak::Exec) && !has(Leak::Exit));
        // POSIX, `set -e`: it is ignored in every command of an AND-OR list but the last.
        let keeps_errexit = is_last || and_chain(body).is_some() || !self.stops_at_errors && !may_set_options(&leaks);
        stays_inside && keeps_errexit
    }

    fn link(&mut self, span: Span, leaks: &[(Leak, Span)]) {
        self.links.push(ScriptLink { span, before: self.before.clone() });
        if !leaks.is_empty() {
            self.before.push(span);
            self.stops_at_errors |= may_set_options(leaks);
        }
    }
}

fn may_set_options(leaks: &[(Leak, Span)]) -> bool {
    leaks.iter().any(|(leak, _)| matches!(leak, Leak::Options | Leak::Source))
}

struct Brackets<'a> {
    body: &'a Sequence,
    is_subshell: bool,
    span: Span,
}

/// `( … )` or `{ …; }` and nothing else.
fn brackets(pipeline: &Pipeline) -> Option<Brackets<'_>> {
    let [Command { kind, redirections, .. }] = pipeline.commands.as_slice() else { return None };
    if pipeline.negated || pipeline.timed || !redirections.is_empty() {
        return None;
    }
    let (body, is_subshell) = match kind {
        CommandKind::Subshell(body) => (body, true),
        CommandKind::Group(body) => (body, false),
        _ => return None,
    };
    Some(Brackets { body, is_subshell, span: span_of(&body.items)? })
}

#[cfg(test)]
mod tests {
    use crate::shell::{Dialect, ScriptForm, ScriptSource};

    use super::*;

    fn links(text: &str) -> Vec<String> {
        links_in(text, ShellOptions::default())
    }

    fn links_in(text: &str, options: ShellOptions) -> Vec<String> {
        let mut source = ScriptSource::new(Dialect::Sh, ScriptForm::ShellForm);
        source.push(text, 0);
        let script = Script::parse(source);
        let shown = |link: &ScriptLink| {
            let before: Vec<&str> = link.before.iter().map(|span| script.slice(*span)).collect();
            let prefix = if before.is_empty() { String::new() } else { format!("{}: ", before.join(", ")) };
            format!("{prefix}{}", script.slice(link.span))
        };
        script.links(options).iter().map(shown).collect()
    }

    #[test]
    fn a_chain_is_cut_at_each_and() {
        assert_eq!(links("a && b | c && d > x"), ["a", "b | c", "d > x"]);
    }

    #[test]
    fn other_lists_are_whole() {
        assert_eq!(links("a; b"), ["a; b"]);
        assert_eq!(links("a || b"), ["a || b"]);
        assert_eq!(links("a &"), ["a &"]);
        assert_eq!(links("cat <<E && b\nx\nE\n"), ["cat <<E && b\nx\nE\n"]);
    }

    #[test]
    fn brackets_are_looked_into() {
        assert_eq!(links("( a; b ) && { c || d; } && e"), ["a; b", "c || d", "e"]);
        assert_eq!(links("! ( a ) && ( b ) > x && ( c ) | d"), ["! ( a )", "( b ) > x", "( c ) | d"]);
    }

    #[test]
    fn what_changes_the_shell_is_remembered_as_far_as_it_reaches() {
        assert_eq!(
            links("cd x && a && ( cd y && b ) && c"),
            ["cd x", "cd x: a", "cd x: cd y", "cd x, cd y: b", "cd x: c"]
        );
        assert_eq!(links("{ cd y && b; } && c"), ["cd y", "cd y: b", "cd y: c"]);
    }

    #[test]
    fn brackets_that_do_other_than_a_shell_of_their_own_stay_shut() {
        assert_eq!(links("( a & ) && b"), ["( a & )", "b"]);
        assert_eq!(links("{ exit 0; } && b"), ["{ exit 0; }", "{ exit 0; }: b"]);
        assert_eq!(links("( exit 0; ) && b"), ["exit 0", "b"]);
    }

    #[test]
    fn set_e_counts_only_at_the_end_of_a_chain() {
        assert_eq!(links("( set -e; a; b ) && c"), ["( set -e; a; b )", "c"]);
        assert_eq!(links("c && ( set -e; a; b )"), ["c", "set -e", "set -e: a", "set -e: b"]);
        let options = ShellOptions { errexit: true, ..ShellOptions::default() };
        assert_eq!(links_in("( a; b ) && c", options), ["( a; b )", "c"]);
        assert_eq!(links_in("( a && b ) && c", options), ["a", "b", "c"]);
        assert_eq!(links_in("a && ( b; c )", options), ["a", "b", "c"]);
    }
}
