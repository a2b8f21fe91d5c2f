//! The command line of `find`.

use crate::ir::Command;

use super::operands::text;

/// What `find` does with what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindActs {
    /// It only tells.
    Tells,
    /// It removes it.
    Removes,
    /// It starts a command that may do anything, or writes files.
    Changes,
}

impl FindActs {
    /// Reads the words of the command.
    pub fn of(command: &Command<'_>) -> Self {
        let words: Vec<&str> = command.arguments().iter().map(text).collect();
        let act = |at: usize, word: &str| match word {
            "-exec" | "-execdir" if words.get(at + 1) == Some(&"rm") => Self::Removes,
            "-exec" | "-execdir" | "-ok" | "-okdir" => Self::Changes,
            "-delete" => Self::Removes,
            word if word.starts_with("-fprint") || word == "-fls" => Self::Changes,
            _ => Self::Tells,
        };
        let acts: Vec<Self> = words.iter().enumerate().map(|(at, word)| act(at, word)).collect();
        let worst = [Self::Changes, Self::Removes].into_iter().find(|act| acts.contains(act));
        worst.unwrap_or(Self::Tells)
    }
}

/// The folders in which `find` looks, as written.
pub fn search_folders<'c>(command: &'c Command<'_>) -> impl Iterator<Item = &'c str> {
    let is_of_expression = |word: &str| word.starts_with(['-', '(', '!', '\\']);
    let words = command.arguments().iter().map(text).skip_while(|word| matches!(*word, "-H" | "-L" | "-P"));
    let mut folders = words.take_while(move |word| !is_of_expression(word)).peekable();
    let here = folders.peek().is_none().then_some(".");
    here.into_iter().chain(folders)
}
