//! The commands of a RUN as hadolint sees them: bash, whatever the shell; no `sudo` looked through; words flattened.

use crate::shell::{Dialect, Part, Script, Simple, Word};
use crate::source::SourceFile;
use crate::syntax::{CommandForm, Instruction, InstructionKind};

/// What a RUN does.
#[derive(Debug)]
pub(super) struct Commands {
    /// The text that was looked at.
    pub(super) text: String,
    /// The simple commands, in the order of the text.
    pub(super) list: Vec<Command>,
    /// Whether there is a pipe.
    pub(super) has_pipe: bool,
}

/// A simple command.
#[derive(Debug)]
pub(super) struct Command {
    /// Its name; empty where it is not a plain word.
    pub(super) name: String,
    /// The words behind the name.
    pub(super) words: Vec<String>,
}

impl Commands {
    /// The commands of a RUN, or of the words of a SHELL.
    pub(super) fn of(source: &SourceFile, instruction: &Instruction) -> Self {
        Self::parse(text_of(source, instruction))
    }

    /// The commands of a text. There are none where it is no shell.
    pub(super) fn parse(text: String) -> Self {
        let script = Script::of_text(&text, Dialect::Bash);
        let list = script.simple_commands().into_iter().map(|simple| Command::of(&script, simple)).collect();
        Self { text, list, has_pipe: script.has_pipe() }
    }

    /// The commands of that name.
    pub(super) fn named<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c Command> {
        self.list.iter().filter(move |command| command.name == name)
    }

    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.list.iter().any(|command| names.contains(&command.name.as_str()))
    }
}

/// What is taken for the shell's text: the body of a heredoc alone, the words of an exec form joined, and of a shell form
/// with a heredoc what stands before it.
fn text_of(source: &SourceFile, instruction: &Instruction) -> String {
    let form = match &instruction.kind {
        InstructionKind::Run(form) | InstructionKind::Cmd(form) | InstructionKind::Entrypoint(form) => form,
        InstructionKind::Shell(words) => return words.iter().map(|word| word.text()).collect::<Vec<_>>().join(" "),
        _ => return String::new(),
    };
    match form {
        CommandForm::Exec { words, .. } => words.iter().map(|word| word.text()).collect::<Vec<_>>().join(" "),
        CommandForm::Shell(text) => match instruction.heredocs.first() {
            Some(heredoc) if text.text().starts_with("<<") => {
                let rest = text.text().split_once(char::is_whitespace).map_or("", |(_, rest)| rest);
                format!("{rest}\n{}", source.slice(heredoc.body))
            }
            Some(_) => text.text().split("<<").next().unwrap_or_default().to_owned(),
            None => text.text().to_owned(),
        },
    }
}

impl Command {
    fn of(script: &Script, simple: &Simple) -> Self {
        let mut words: Vec<String> = simple.words.iter().skip(1).map(|word| flattened(script, word)).collect();
        let name = simple.words.first().and_then(Word::literal).unwrap_or_default().to_owned();
        if matches!(name.as_str(), "busybox" | "builtin" | "command" | "run" | "exec") && !words.is_empty() {
            return Self { name: words[0].clone(), words };
        }
        words.extend(simple.declared.iter().map(|declared| declared.name.to_string()));
        Self { name, words }
    }

    /// Whether one of the words is exactly one of these.
    pub(super) fn says(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.contains(&word.as_str()))
    }

    /// Whether one of the options is one of these, without dashes; letters may stand together.
    pub(super) fn has_flag(&self, names: &[&str]) -> bool {
        self.words.iter().any(|word| flags(word).iter().any(|flag| names.contains(&flag.as_str())))
    }

    /// How often a letter is given as an option.
    pub(super) fn count(&self, name: &str) -> usize {
        self.words.iter().flat_map(|word| flags(word)).filter(|flag| flag == name).count()
    }

    /// The words that are no options, less the values of the options `with_value`.
    pub(super) fn operands(&self, with_value: &[&str]) -> Vec<&str> {
        let mut operands = Vec::new();
        let mut words = self.words.iter().peekable();
        while let Some(word) = words.next() {
            let flags = flags(word);
            if flags.is_empty() {
                operands.push(word.as_str());
            } else if !word.contains('=') && flags.iter().any(|flag| with_value.contains(&flag.as_str())) {
                words.next();
            }
        }
        operands
    }

    /// Whether the command installs Python packages with pip.
    pub(super) fn is_pip_install(&self) -> bool {
        let is_pip = self.name.starts_with("pip") && !self.name.starts_with("pipenv");
        let is_module = self.name.starts_with("python")
            && self
                .words
                .windows(3)
                .any(|words| matches!(words, [m, pip, install] if m == "-m" && pip == "pip" && install == "install"));
        is_pip && self.says(&["install"]) || is_module
    }
}

/// The names of the options that a word gives: one, or a letter each; none for an operand.
fn flags(word: &str) -> Vec<String> {
    if matches!(word, "-" | "--") {
        return Vec::new();
    }
    if let Some(long) = word.strip_prefix("--") {
        return vec![long.split('=').next().unwrap_or(long).to_owned()];
    }
    word.strip_prefix('-').map_or(Vec::new(), |letters| letters.chars().map(String::from).collect())
}

/// A word without quotes, its expansions as `${NAME}`.
fn flattened(script: &Script, word: &Word) -> String {
    if word.has_brace {
        return word.literal().unwrap_or_default().to_owned();
    }
    word.parts.iter().map(|part| flattened_part(script, part)).collect()
}

fn flattened_part(script: &Script, part: &Part) -> String {
    match part {
        Part::Literal { value, .. } | Part::SingleQuoted { value, .. } => value.to_string(),
        Part::DoubleQuoted { parts, .. } => parts.iter().map(|part| flattened_part(script, part)).collect(),
        Part::Parameter(parameter) => format!("${{{}}}", parameter.name),
        Part::Tilde { span } => script.source.text()[span.range()].to_owned(),
        Part::CommandSubstitution { span, .. } if script.source.text()[span.range()].starts_with("$(") => {
            let inner = script.source.text()[span.range()].trim_start_matches("$(").trim_end_matches(')');
            format!("${{{}}}", inner.split_whitespace().collect::<String>())
        }
        Part::CommandSubstitution { .. } | Part::ProcessSubstitution { .. } | Part::Arithmetic { .. } => {
            "${VAR}".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_flattened_and_options_cut_into_letters() {
        let commands =
            Commands::parse("A=1 apt-get -yq install \"x\"=$V 'y' $(a b) && (cd /x; exec foo bar)".to_owned());
        let shown: Vec<String> =
            commands.list.iter().map(|command| format!("{}: {}", command.name, command.words.join(" "))).collect();
        assert_eq!(shown[0], "apt-get: -yq install x=${V} y ${ab}");
        assert!(shown.contains(&"cd: /x".to_owned()) && shown.contains(&"foo: foo bar".to_owned()));
        let apt = &commands.list[0];
        assert!(apt.has_flag(&["y"]) && apt.has_flag(&["q"]) && !apt.has_flag(&["yq"]));
        assert_eq!(apt.operands(&[]), ["install", "x=${V}", "y", "${ab}"]);
    }
}
