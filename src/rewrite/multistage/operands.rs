//! The words of the programs that make, move and mark files: which are options, with what values, and which are paths.

use crate::ir::{Command, CommandWord};
use crate::knowledge::options::{Flag, OptionSyntax, is_among, is_option, read_option};

use super::Refusal;

/// The command line of such a program.
pub struct Operands<'c> {
    /// Its options.
    pub flags: Vec<Flag<'c>>,
    /// The words that are neither options nor their values.
    pub words: Vec<&'c CommandWord<'c>>,
}

impl<'c> Operands<'c> {
    /// Tells the words apart.
    ///
    /// # Errors
    /// Where an option says that paths lie elsewhere than where they are written: `--reference`, `-t`.
    pub fn of(command: &'c Command<'_>) -> Result<Self, Refusal> {
        let program = command.name().unwrap_or_default();
        let takes_value = |option: &str| is_among(option, with_values(program));
        let values: Vec<Option<&str>> = command.words.iter().map(|word| word.value).collect();
        let (mut flags, mut words) = (Vec::new(), Vec::new());
        let mut at = 1;
        while let Some(word) = command.words.get(at) {
            match word.value {
                Some(value) if is_option(value) && !(program == "chmod" && is_mode(value)) => {
                    at = read_option(&values, at, OptionSyntax::Gnu, &takes_value, &mut flags);
                }
                value => {
                    words.extend((value != Some("--")).then_some(word));
                    at += 1;
                }
            }
        }
        match flags.iter().any(|flag| flag.is_one_of(misleading(program))) {
            true => Err(Refusal::UnknownCommand(program.to_owned())),
            false => Ok(Self { flags, words }),
        }
    }

    /// The words as the shell gets them, without quotes where their value is known.
    pub fn texts(&self) -> impl Iterator<Item = &'c str> {
        self.words.iter().map(|word| text(word))
    }

    /// Whether an option of these names is given.
    pub fn has(&self, names: &str) -> bool {
        self.flags.iter().any(|flag| flag.is_one_of(names))
    }
}

/// A word as the shell gets it, without quotes where its value is known.
pub fn text<'c>(word: &CommandWord<'c>) -> &'c str {
    word.value.unwrap_or(word.written)
}

/// The options that take a value, which may stand in a word of its own: those of GNU's coreutils and C library.
fn with_values(program: &str) -> &'static str {
    match program {
        "chmod" => "--reference",
        "chgrp" | "chown" => "--from --reference",
        "cp" | "ln" | "mv" => "-S --suffix -t --target-directory",
        "install" => "-S --suffix -g --group -m --mode -o --owner -t --strip-program --target-directory",
        "localedef" => "-A --alias-file -f --charmap -i --inputfile --prefix -u --repertoire-map",
        "mkdir" => "-m --mode",
        "touch" => "-d --date -r --reference -t",
        _ => "",
    }
}

/// The options with which the words mean something else.
fn misleading(program: &str) -> &'static str {
    match program {
        "chgrp" | "chmod" | "chown" => "--from --reference",
        "cp" | "install" | "ln" | "mv" => "-t --parents --target-directory",
        "dos2unix" => "-n --newfile",
        _ => "",
    }
}

/// `-x` is a mode, and no option.
fn is_mode(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|rest| rest.starts_with(['r', 'w', 'x', 'X', 's', 't']))
}
