//! Which shell runs a script, and with which options it starts.

/// The language of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// `/bin/sh`, whatever it is in the image.
    #[default]
    Sh,
    /// Debian's `dash`.
    Dash,
    /// BusyBox's `ash`, the `sh` of Alpine.
    Ash,
    /// GNU `bash`.
    Bash,
    /// KornShell and its kin.
    Ksh,
    /// `zsh`.
    Zsh,
    /// Not a POSIX shell (PowerShell, `cmd`, an interpreter): its text is never parsed.
    Opaque,
}

/// The `set` options that decide what a failure does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ShellOptions {
    /// `-e`: the first failing command ends the script.
    pub errexit: bool,
    /// `-o pipefail`: a pipe fails when any of its commands fails.
    pub pipefail: bool,
    /// `-u`: reading an unset variable is an error.
    pub nounset: bool,
    /// `-x`: commands are written to standard error.
    pub xtrace: bool,
}

impl ShellOptions {
    /// Applies the arguments of `set`, or those of a shell before its `-c`: `-e`, `-eux`, `+e`, `-o pipefail`,
    /// `-euxo pipefail`, `-o errexit`.
    pub fn apply<'a>(&mut self, arguments: impl IntoIterator<Item = &'a str>) {
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let on = match argument.as_bytes() {
                b"--" => return,
                [b'-', b'-', ..] => continue,
                [b'-', _, ..] => true,
                [b'+', _, ..] => false,
                _ => return,
            };
            for letter in argument.bytes().skip(1) {
                match letter {
                    b'e' => self.errexit = on,
                    b'u' => self.nounset = on,
                    b'x' => self.xtrace = on,
                    b'o' => self.apply_named(arguments.next().unwrap_or_default(), on),
                    _ => {}
                }
            }
        }
    }

    fn apply_named(&mut self, name: &str, on: bool) {
        match name {
            "errexit" => self.errexit = on,
            "pipefail" => self.pipefail = on,
            "nounset" => self.nounset = on,
            "xtrace" => self.xtrace = on,
            _ => {}
        }
    }
}

impl Dialect {
    /// The name, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Sh => "sh",
            Dialect::Dash => "dash",
            Dialect::Ash => "ash",
            Dialect::Bash => "bash",
            Dialect::Ksh => "ksh",
            Dialect::Zsh => "zsh",
            Dialect::Opaque => "other",
        }
    }

    /// The dialect and the starting options of `SHELL` words, such as `/bin/bash -o pipefail -c`.
    pub fn from_shell_words(words: &[&str]) -> (Dialect, ShellOptions) {
        let mut words = words.iter().copied();
        let mut program = words.next().unwrap_or_default();
        if base_name(program) == "env" {
            program = words.find(|word| !word.starts_with('-') && !word.contains('=')).unwrap_or_default();
        }
        let dialect = Self::from_program(program);
        let mut options = ShellOptions::default();
        if dialect != Dialect::Opaque {
            options.apply(words);
        }
        (dialect, options)
    }

    /// The dialect and the starting options of a heredoc body's first line, when that line starts with `#!`.
    pub fn from_shebang(line: &str) -> Option<(Dialect, ShellOptions)> {
        let words: Vec<&str> = line.strip_prefix("#!")?.split_whitespace().collect();
        Some(Self::from_shell_words(&words))
    }

    /// The dialect of a program by its name or path; anything that is not a known shell is opaque.
    pub fn from_program(program: &str) -> Dialect {
        match base_name(program) {
            "sh" | "sh.exe" => Dialect::Sh,
            "bash" | "bash.exe" => Dialect::Bash,
            "dash" => Dialect::Dash,
            "ash" | "busybox" => Dialect::Ash,
            "ksh" | "mksh" | "ksh93" | "oksh" => Dialect::Ksh,
            "zsh" => Dialect::Zsh,
            _ => Dialect::Opaque,
        }
    }

    /// Whether `set -o pipefail` can be relied on.
    pub fn has_pipefail(self) -> bool {
        matches!(self, Dialect::Bash | Dialect::Ash | Dialect::Ksh | Dialect::Zsh)
    }
}

fn base_name(program: &str) -> &str {
    program.rsplit(['/', '\\']).next().unwrap_or(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> (Dialect, bool, bool) {
        let (dialect, options) = Dialect::from_shell_words(words);
        (dialect, options.errexit, options.pipefail)
    }

    #[test]
    fn shell_words_give_dialect_and_options() {
        assert_eq!(of(&["/bin/bash", "-o", "pipefail", "-c"]), (Dialect::Bash, false, true));
        assert_eq!(of(&["/bin/ash", "-eo", "pipefail", "-c"]), (Dialect::Ash, true, true));
        assert_eq!(of(&["/bin/sh", "-exc"]), (Dialect::Sh, true, false));
        assert_eq!(of(&["/usr/bin/env", "bash", "-c"]), (Dialect::Bash, false, false));
        assert_eq!(of(&["bash", "--login", "-e", "-c"]), (Dialect::Bash, true, false));
    }

    #[test]
    fn windows_shells_are_opaque() {
        assert_eq!(of(&["powershell", "-Command"]), (Dialect::Opaque, false, false));
        assert_eq!(of(&["cmd", "/S", "/C"]), (Dialect::Opaque, false, false));
        assert_eq!(of(&["pwsh", "-e"]), (Dialect::Opaque, false, false));
    }

    #[test]
    fn a_shebang_names_the_interpreter() {
        let dialect = |line| Dialect::from_shebang(line).map(|(dialect, _)| dialect);
        assert_eq!(dialect("#!/usr/bin/env python3"), Some(Dialect::Opaque));
        assert_eq!(dialect("#!/usr/bin/env -S bash -e"), Some(Dialect::Bash));
        assert_eq!(dialect("#! /bin/sh"), Some(Dialect::Sh));
        assert_eq!(dialect("echo hello"), None);
        assert!(Dialect::from_shebang("#!/bin/bash -eu").is_some_and(|(_, options)| options.nounset));
    }

    #[test]
    fn options_can_be_taken_back() {
        let mut options = ShellOptions::default();
        options.apply(["-euxo", "pipefail"]);
        assert!(options.errexit && options.nounset && options.xtrace && options.pipefail);
        options.apply(["+e", "+o", "pipefail"]);
        assert!(!options.errexit && !options.pipefail && options.nounset);
    }
}
