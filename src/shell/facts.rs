//! Facts about a script as a whole: where it can be cut, what it leaves behind, which variables it uses.

use crate::shell::walk::{Node, visit_pipeline};
use crate::shell::{
    AndOr, Chain, Command, CommandKind, Item, ParameterOperator, Part, Pipeline, Script, Sequence, Simple, Terminator,
};
use crate::source::Span;

/// A change to the shell itself, which a following command sees but the next RUN does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Leak {
    /// `cd`, `pushd`, `popd`
    Directory,
    /// An assignment without command, `read`, `for`, `${X:=…}`, `(( … ))`, `declare`
    Variable,
    /// `export`, `readonly`, `unset`
    Environment,
    /// `set`, `shopt`, `setopt`
    Options,
    /// `umask`, `ulimit`
    Limits,
    /// `trap`
    Trap,
    /// `alias`, `unalias`, `hash`, `enable`
    Alias,
    /// The definition of a function.
    Function,
    /// `.`, `source`, `eval`: anything may happen
    Source,
    /// `exec`: the shell is replaced, or its descriptors are
    Exec,
    /// `exit`, `return`: what follows does not run
    Exit,
    /// `&`, `wait`, `jobs`, `disown`
    Background,
    /// `shift`, `getopts`
    Arguments,
}

/// One pipeline of a script that is an `&&` chain.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// The `&&` before it; `None` for the first.
    pub operator: Option<Span>,
    /// The pipeline.
    pub pipeline: &'a Pipeline,
}

/// A variable in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VariableUse<'a> {
    /// Its name, or a special parameter such as `?`.
    pub name: &'a str,
    /// The expansion from `$` on, or the name in an assignment.
    pub span: Span,
    /// Whether it is given a value there.
    pub assigned: bool,
}

impl Script {
    /// The pipelines of a script that is one `&&` chain and nothing else: no `||`, `;`, `&`. `None` otherwise.
    pub fn top_level_and_chain(&self) -> Option<Vec<Link<'_>>> {
        and_chain(&self.body)
    }

    /// What the script changes in its own shell, each with the command that does it.
    pub fn leaks(&self) -> Vec<(Leak, Span)> {
        items_leak(&self.body.items)
    }

    /// The variables that the script reads and assigns, in the order of the text; those in the `-c` arguments of other
    /// shells are not among them, as their spans belong to another text.
    pub fn variables(&self) -> Vec<VariableUse<'_>> {
        let mut uses = Vec::new();
        self.visit(&mut |node| match node {
            Node::Part(Part::Parameter(parameter)) => {
                let used = VariableUse { name: &parameter.name, span: parameter.span, assigned: false };
                uses.push(used);
                if parameter.operator == ParameterOperator::Assign {
                    uses.push(VariableUse { assigned: true, ..used });
                }
            }
            Node::Command(command) => assigned_by(command, &mut uses),
            Node::Pipeline(_) | Node::Part(_) => {}
        });
        uses
    }

    /// Whether the script reads the variable, also inside the `-c` arguments of other shells.
    pub fn reads_variable(&self, name: &str) -> bool {
        self.variables().iter().any(|used| !used.assigned && used.name == name) || {
            let mut found = false;
            self.visit(&mut |node| {
                if let Node::Command(Command { kind: CommandKind::Simple(simple), .. }) = node
                    && let Some(script) = &simple.wrapping.script
                {
                    found |= script.reads_variable(name);
                }
            });
            found
        }
    }
}

impl Pipeline {
    /// What the pipeline changes in the shell that runs it, each with the command that does it.
    pub fn leaks(&self) -> Vec<(Leak, Span)> {
        let mut leaks = Vec::new();
        pipeline_leaks(self, &mut leaks);
        leaks
    }
}

impl Item {
    /// Whether it runs beside what follows.
    pub fn is_in_background(&self) -> bool {
        matches!(self.terminator, Some((Terminator::Background, _)))
    }

    /// Whether with `set -e` nothing behind it runs if it has failed: it is one pipeline of simple commands. Compound
    /// commands and lists may fail without ending the script, by a command in them whose failure is passed over.
    pub fn surely_stops(&self) -> bool {
        let Chain { first, rest } = &self.chain;
        let is_simple = |command: &Command| matches!(command.kind, CommandKind::Simple(_));
        rest.is_empty() && !first.negated && !self.is_in_background() && first.commands.iter().all(is_simple)
    }
}

/// The pipelines of a sequence that is one `&&` chain.
pub(super) fn and_chain(sequence: &Sequence) -> Option<Vec<Link<'_>>> {
    let [item] = sequence.items.as_slice() else { return None };
    and_chain_of(item)
}

/// The pipelines of an item that is an `&&` chain, or one pipeline.
pub(super) fn and_chain_of(item: &Item) -> Option<Vec<Link<'_>>> {
    let is_plain = !item.is_in_background() && item.chain.rest.iter().all(|(operator, ..)| *operator == AndOr::And);
    is_plain.then(|| {
        let first = Link { operator: None, pipeline: &item.chain.first };
        let rest = item.chain.rest.iter();
        let rest = rest.map(|(_, span, pipeline)| Link { operator: Some(*span), pipeline });
        std::iter::once(first).chain(rest).collect()
    })
}

fn assigned_by<'a>(command: &'a Command, uses: &mut Vec<VariableUse<'a>>) {
    match &command.kind {
        CommandKind::Simple(simple) => {
            let assignments = simple.assignments.iter().chain(&simple.declared);
            uses.extend(assignments.map(|it| VariableUse { name: &it.name, span: it.name_span, assigned: true }));
            if simple.name() == Some("read") {
                let operands = simple.words.iter().skip(1);
                let names = operands.filter_map(|word| Some((word.literal()?, word.span)));
                let names = names.filter(|(name, _)| !name.starts_with('-'));
                uses.extend(names.map(|(name, span)| VariableUse { name, span, assigned: true }));
            }
        }
        CommandKind::For(header) => {
            let variable = header.variable.iter();
            uses.extend(variable.map(|(name, span)| VariableUse { name, span: *span, assigned: true }));
        }
        _ => {}
    }
}

/// What items of a sequence change in the shell that runs them, each with the command that does it.
pub(super) fn items_leak(items: &[Item]) -> Vec<(Leak, Span)> {
    let mut leaks = Vec::new();
    add_leaks(items, &mut leaks);
    leaks
}

fn add_leaks(items: &[Item], leaks: &mut Vec<(Leak, Span)>) {
    for item in items {
        if item.is_in_background() {
            leaks.push((Leak::Background, item.chain.span()));
            continue;
        }
        item.chain.pipelines().for_each(|pipeline| pipeline_leaks(pipeline, leaks));
    }
}

/// Every command of a pipe of several runs in a shell of its own, except in `ksh` and `zsh` the last.
fn pipeline_leaks(pipeline: &Pipeline, leaks: &mut Vec<(Leak, Span)>) {
    visit_pipeline(pipeline, &mut |node| {
        if let Node::Part(Part::Parameter(parameter)) = node
            && parameter.operator == ParameterOperator::Assign
        {
            leaks.push((Leak::Variable, parameter.span));
        }
    });
    if let [command] = pipeline.commands.as_slice() {
        command_leaks(command, leaks);
    }
}

fn command_leaks(command: &Command, leaks: &mut Vec<(Leak, Span)>) {
    match &command.kind {
        CommandKind::Simple(simple) => leaks.extend(simple_leak(simple).map(|leak| (leak, simple.span))),
        CommandKind::Subshell(_) | CommandKind::Test(_) => {}
        CommandKind::Group(body) => add_leaks(&body.items, leaks),
        CommandKind::If(conditional) => {
            for (condition, body) in &conditional.branches {
                add_leaks(&condition.items, leaks);
                add_leaks(&body.items, leaks);
            }
            conditional.otherwise.iter().for_each(|body| add_leaks(&body.items, leaks));
        }
        CommandKind::For(header) => {
            leaks.push((Leak::Variable, command.span));
            add_leaks(&header.body.items, leaks);
        }
        CommandKind::While(header) => {
            add_leaks(&header.condition.items, leaks);
            add_leaks(&header.body.items, leaks);
        }
        CommandKind::Case(case) => case.arms.iter().for_each(|(_, body)| add_leaks(&body.items, leaks)),
        CommandKind::Function(_) => leaks.push((Leak::Function, command.span)),
        CommandKind::Arithmetic(_) => leaks.push((Leak::Variable, command.span)),
        CommandKind::Opaque => leaks.push((Leak::Source, command.span)),
    }
}

fn simple_leak(simple: &Simple) -> Option<Leak> {
    let Some(word) = simple.words.first() else {
        return (!simple.assignments.is_empty()).then_some(Leak::Variable);
    };
    // A name that is only known when the script runs may be that of any builtin.
    let Some(mut name) = word.literal() else { return Some(Leak::Source) };
    if matches!(name, "command" | "builtin") {
        name = simple.words.get(simple.wrapping.head)?.literal().unwrap_or("eval");
    }
    Some(match name {
        "cd" | "pushd" | "popd" => Leak::Directory,
        "read" | "declare" | "typeset" | "local" | "let" | "mapfile" | "readarray" => Leak::Variable,
        "export" | "readonly" | "unset" => Leak::Environment,
        "set" | "shopt" | "setopt" => Leak::Options,
        "umask" | "ulimit" => Leak::Limits,
        "trap" => Leak::Trap,
        "alias" | "unalias" | "hash" | "enable" => Leak::Alias,
        "." | "source" | "eval" => Leak::Source,
        "exec" => Leak::Exec,
        "exit" | "return" => Leak::Exit,
        "wait" | "jobs" | "disown" | "fg" | "bg" => Leak::Background,
        "shift" | "getopts" => Leak::Arguments,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::{Dialect, ScriptForm, ScriptSource};

    fn parse(text: &str) -> Script {
        let mut source = ScriptSource::new(Dialect::Sh, ScriptForm::ShellForm);
        source.push(text, 0);
        Script::parse(source)
    }

    fn leaks(text: &str) -> Vec<Leak> {
        parse(text).leaks().into_iter().map(|(leak, _)| leak).collect()
    }

    #[test]
    fn a_pure_chain_can_be_cut_at_its_operators() {
        let script = parse("a && b | c && d");
        let links = script.top_level_and_chain().unwrap();
        let links: Vec<_> =
            links.iter().map(|it| (it.operator.map(|at| at.start), script.slice(it.pipeline.span))).collect();
        assert_eq!(links, [(None, "a"), (Some(2), "b | c"), (Some(11), "d")]);
    }

    #[test]
    fn other_scripts_cannot_be_cut() {
        for text in ["a; b", "a || b", "a && b &", "a\nb", ""] {
            assert!(parse(text).top_level_and_chain().is_none(), "{text}");
        }
        assert_eq!(parse("a;").top_level_and_chain().map(|links| links.len()), Some(1));
    }

    #[test]
    fn changes_to_the_shell_are_leaks() {
        assert_eq!(leaks("cd x && A=1 && export B=2"), [Leak::Directory, Leak::Variable, Leak::Environment]);
        assert_eq!(
            leaks("set -e; umask 022; trap a EXIT; alias b=c"),
            [Leak::Options, Leak::Limits, Leak::Trap, Leak::Alias]
        );
        assert_eq!(leaks("f() { a; }; . ./env; eval $x"), [Leak::Function, Leak::Source, Leak::Source]);
        assert_eq!(leaks("a & exec b; exit"), [Leak::Background, Leak::Exec, Leak::Exit]);
        assert_eq!(leaks("if a; then cd x; fi"), [Leak::Directory]);
        assert_eq!(leaks("command cd x"), [Leak::Directory]);
        assert_eq!(leaks("$x y"), [Leak::Source]);
        assert_eq!(leaks("echo ${A:=b}"), [Leak::Variable]);
    }

    #[test]
    fn what_runs_elsewhere_leaks_nothing() {
        assert_eq!(leaks("(cd x && a) && A=1 b && echo $(cd y) | read z && sh -c 'cd z'"), []);
    }

    #[test]
    fn variables_are_found_wherever_they_are_used() {
        let script = parse("A=$B; for C in \"${D:-$E}\"; do echo $((F+1)) <<X\n$G\nX\ndone; read -r H; export I=$J");
        let uses = script.variables();
        let names =
            |assigned| -> String { uses.iter().filter(|it| it.assigned == assigned).map(|it| it.name).collect() };
        assert_eq!((names(false).as_str(), names(true).as_str()), ("BDEFGJ", "ACHI"));
    }

    #[test]
    fn variables_in_another_shells_argument_are_read() {
        assert!(parse("bash -c 'echo $A'").reads_variable("A"));
        assert!(!parse("echo '$A'").reads_variable("A"));
    }
}
