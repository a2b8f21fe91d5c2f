//! Visiting everything in a script that can hold a word.

use crate::shell::{Chain, Command, CommandKind, Part, Pipeline, RedirectionTarget, Script, Sequence, Simple, Word};

/// What a visitor is shown, each thing before what is inside it.
#[derive(Clone, Copy)]
pub(super) enum Node<'a> {
    Pipeline(&'a Pipeline),
    Command(&'a Command),
    Part(&'a Part),
}

impl Script {
    /// Shows every command and every part of a word to `visit`, in the order of the text, substitutions included.
    /// Scripts inside `-c` arguments are not entered.
    pub(super) fn visit<'a>(&'a self, visit: &mut dyn FnMut(Node<'a>)) {
        visit_sequence(&self.body, visit);
    }

    /// Every simple command, in the order of the text, those in substitutions and functions included. Scripts inside `-c`
    /// arguments are not entered.
    pub fn simple_commands(&self) -> Vec<&Simple> {
        let mut found = Vec::new();
        self.visit(&mut |node| {
            if let Node::Command(Command { kind: CommandKind::Simple(simple), .. }) = node {
                found.push(&**simple);
            }
        });
        found
    }

    /// Whether there is a pipe anywhere.
    pub fn has_pipe(&self) -> bool {
        let mut has_pipe = false;
        self.visit(&mut |node| has_pipe |= matches!(node, Node::Pipeline(pipeline) if !pipeline.pipes.is_empty()));
        has_pipe
    }
}

pub(super) fn visit_chain<'a>(chain: &'a Chain, visit: &mut dyn FnMut(Node<'a>)) {
    chain.pipelines().for_each(|pipeline| visit_pipeline(pipeline, visit));
}

pub(super) fn visit_pipeline<'a>(pipeline: &'a Pipeline, visit: &mut dyn FnMut(Node<'a>)) {
    visit(Node::Pipeline(pipeline));
    pipeline.commands.iter().for_each(|command| visit_command(command, visit));
}

fn visit_sequence<'a>(sequence: &'a Sequence, visit: &mut dyn FnMut(Node<'a>)) {
    sequence.items.iter().for_each(|item| visit_chain(&item.chain, visit));
}

fn visit_command<'a>(command: &'a Command, visit: &mut dyn FnMut(Node<'a>)) {
    visit(Node::Command(command));
    for_each_inside(&command.kind, &mut |inside| match inside {
        Inside::Sequence(sequence) => visit_sequence(sequence, visit),
        Inside::Command(command) => visit_command(command, visit),
        Inside::Words(words) => visit_words(words, visit),
        Inside::Parts(parts) => visit_parts(parts, visit),
    });
    for redirection in &command.redirections {
        match &redirection.target {
            RedirectionTarget::Word(word) => visit_parts(&word.parts, visit),
            RedirectionTarget::Heredoc { expansions, .. } => visit_parts(expansions, visit),
        }
    }
}

/// A child of a command.
pub(super) enum Inside<'a> {
    Sequence(&'a Sequence),
    Command(&'a Command),
    Words(&'a [Word]),
    Parts(&'a [Part]),
}

fn for_each_inside<'a>(kind: &'a CommandKind, show: &mut dyn FnMut(Inside<'a>)) {
    match kind {
        CommandKind::Simple(simple) => {
            simple.assignments.iter().for_each(|assignment| show(Inside::Words(&assignment.value)));
            show(Inside::Words(&simple.words));
        }
        CommandKind::Group(body) | CommandKind::Subshell(body) => show(Inside::Sequence(body)),
        CommandKind::If(conditional) => {
            for (condition, body) in &conditional.branches {
                show(Inside::Sequence(condition));
                show(Inside::Sequence(body));
            }
            conditional.otherwise.iter().for_each(|body| show(Inside::Sequence(body)));
        }
        CommandKind::For(header) => {
            header.words.iter().for_each(|words| show(Inside::Words(words)));
            show(Inside::Sequence(&header.body));
        }
        CommandKind::While(header) => {
            show(Inside::Sequence(&header.condition));
            show(Inside::Sequence(&header.body));
        }
        CommandKind::Case(case) => {
            show(Inside::Words(std::slice::from_ref(&case.word)));
            for (words, body) in &case.arms {
                show(Inside::Words(words));
                show(Inside::Sequence(body));
            }
        }
        CommandKind::Function(function) => show(Inside::Command(&function.body)),
        CommandKind::Test(words) => show(Inside::Words(words)),
        CommandKind::Arithmetic(parts) => show(Inside::Parts(parts)),
        CommandKind::Opaque => {}
    }
}

fn visit_words<'a>(words: &'a [Word], visit: &mut dyn FnMut(Node<'a>)) {
    words.iter().for_each(|word| visit_parts(&word.parts, visit));
}

fn visit_parts<'a>(parts: &'a [Part], visit: &mut dyn FnMut(Node<'a>)) {
    for part in parts {
        visit(Node::Part(part));
        match part {
            Part::DoubleQuoted { parts, .. } | Part::Arithmetic { parts, .. } => visit_parts(parts, visit),
            Part::Parameter(parameter) => {
                parameter.operand.iter().for_each(|word| visit_parts(&word.parts, visit));
            }
            Part::CommandSubstitution { body, .. } | Part::ProcessSubstitution { body, .. } => {
                visit_sequence(body, visit);
            }
            Part::Literal { .. } | Part::SingleQuoted { .. } | Part::Tilde { .. } => {}
        }
    }
}

/// The substitutions in the parts of a word, outermost only, in the order of the text.
pub(super) fn substitutions<'a>(parts: &'a [Part], found: &mut Vec<&'a Sequence>) {
    for part in parts {
        match part {
            Part::DoubleQuoted { parts, .. } | Part::Arithmetic { parts, .. } => substitutions(parts, found),
            Part::Parameter(parameter) => {
                parameter.operand.iter().for_each(|word| substitutions(&word.parts, found));
            }
            Part::CommandSubstitution { body, .. } | Part::ProcessSubstitution { body, .. } => found.push(body),
            Part::Literal { .. } | Part::SingleQuoted { .. } | Part::Tilde { .. } => {}
        }
    }
}
