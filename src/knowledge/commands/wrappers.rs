//! Commands that run the command in their operands: `sudo`, `env`, `sh -c`.

use crate::knowledge::file_name;
use crate::knowledge::options::{OptionSyntax, is_option, read_option};

/// A command that runs another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrapper {
    /// What it changes for the other.
    pub kind: WrapperKind,
    /// The other command.
    pub command: Wrapped,
}

/// What a wrapper changes for the command that it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WrapperKind {
    /// `sudo`.
    Sudo,
    /// The user: `gosu`, `su`.
    User,
    /// The root directory: `chroot`.
    Root,
    /// Variables: `env`.
    Environment,
    /// More operands come from standard input: `xargs`.
    Arguments,
    /// It is a shell.
    Shell,
    /// Nothing that files or names depend on: `time`, `nice`, `exec`, `tini`.
    Transparent,
}

/// Where the command that a wrapper runs is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapped {
    /// In the words from this index on.
    Words(usize),
    /// As a shell script in the word with this index.
    Script(usize),
}

/// Takes one wrapper off. `None` when the command is no wrapper, runs nothing, or hides what it runs in words that
/// are not known before the build runs.
pub fn strip_wrapper(words: &[Option<&str>]) -> Option<Wrapper> {
    let program = file_name((*words.first()?)?);
    if SHELLS.contains(&program) {
        return shell_script(words).map(|at| Wrapper { kind: WrapperKind::Shell, command: Wrapped::Script(at) });
    }
    let row = ROWS.iter().find(|row| row.names.contains(&program))?;
    let command = wrapped(words, row)?;
    Some(Wrapper { kind: row.kind, command })
}

const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "ksh", "mksh", "zsh"];

struct Row {
    names: &'static [&'static str],
    kind: WrapperKind,
    /// The options that take a value.
    values: &'static [&'static str],
    /// The options with which nothing is run, or not as a command in the operands.
    runs_nothing: &'static [&'static str],
    /// The option whose value is a script.
    script: &'static [&'static str],
    /// The number of operands before the command.
    operands: usize,
    /// Whether `NAME=value` may stand before the command.
    assignments: bool,
}

const PLAIN: Row = Row {
    names: &[],
    kind: WrapperKind::Transparent,
    values: &[],
    runs_nothing: &[],
    script: &[],
    operands: 0,
    assignments: false,
};

const ROWS: &[Row] = &[
    Row {
        names: &["sudo", "doas"],
        kind: WrapperKind::Sudo,
        values: &[
            "-u",
            "--user",
            "-g",
            "--group",
            "-h",
            "--host",
            "-p",
            "--prompt",
            "-C",
            "--close-from",
            "-r",
            "--role",
            "-t",
            "--type",
            "-U",
            "--other-user",
            "-D",
            "--chdir",
            "-R",
            "--chroot",
            "-T",
            "--command-timeout",
        ],
        runs_nothing: &["-l", "--list", "-v", "--validate", "-V", "--version", "-e", "--edit", "-K"],
        assignments: true,
        ..PLAIN
    },
    Row {
        names: &["env"],
        kind: WrapperKind::Environment,
        values: &["-u", "--unset", "-C", "--chdir", "-a", "--argv0"],
        runs_nothing: &["-S", "--split-string"],
        assignments: true,
        ..PLAIN
    },
    Row { names: &["nice"], values: &["-n", "--adjustment"], ..PLAIN },
    Row {
        names: &["ionice"],
        values: &["-c", "--class", "-n", "--classdata"],
        runs_nothing: &["-p", "--pid", "-P", "-u"],
        ..PLAIN
    },
    Row { names: &["time"], values: &["-f", "--format", "-o", "--output"], ..PLAIN },
    Row { names: &["timeout"], values: &["-k", "--kill-after", "-s", "--signal"], operands: 1, ..PLAIN },
    Row { names: &["nohup", "eatmydata", "builtin", "setsid", "fakeroot", "catchsegv"], ..PLAIN },
    Row { names: &["command"], runs_nothing: &["-v", "-V"], ..PLAIN },
    Row { names: &["exec"], values: &["-a"], ..PLAIN },
    Row { names: &["stdbuf"], values: &["-i", "--input", "-o", "--output", "-e", "--error"], ..PLAIN },
    Row { names: &["linux32", "linux64", "i386", "x86_64"], ..PLAIN },
    Row { names: &["setarch", "arch", "faketime"], values: &["-f"], operands: 1, ..PLAIN },
    Row {
        names: &["xargs"],
        kind: WrapperKind::Arguments,
        values: &[
            "-a",
            "--arg-file",
            "-d",
            "--delimiter",
            "-E",
            "-I",
            "--replace",
            "-L",
            "--max-lines",
            "-n",
            "--max-args",
            "-P",
            "--max-procs",
            "-s",
            "--max-chars",
        ],
        ..PLAIN
    },
    Row {
        names: &["gosu", "su-exec", "s6-setuidgid", "setuidgid", "chpst"],
        kind: WrapperKind::User,
        operands: 1,
        ..PLAIN
    },
    Row {
        names: &["su"],
        kind: WrapperKind::User,
        values: &["-g", "--group", "-G", "--supp-group", "-s", "--shell", "-w", "--whitelist-environment"],
        script: &["-c", "--command", "--session-command"],
        // What follows the user are arguments of the user's shell.
        operands: usize::MAX,
        ..PLAIN
    },
    Row {
        names: &["runuser"],
        kind: WrapperKind::User,
        values: &["-u", "--user", "-g", "--group", "-G", "--supp-group", "-s", "--shell", "-w"],
        script: &["-c", "--command", "--session-command"],
        ..PLAIN
    },
    Row { names: &["chroot"], kind: WrapperKind::Root, values: &["--userspec", "--groups"], operands: 1, ..PLAIN },
    Row { names: &["dumb-init"], values: &["-r", "--rewrite"], ..PLAIN },
    Row { names: &["tini", "catatonit"], values: &["-p", "-e"], ..PLAIN },
    Row { names: &["busybox", "toybox"], runs_nothing: &["--install", "--list", "--help"], ..PLAIN },
];

fn wrapped(words: &[Option<&str>], row: &Row) -> Option<Wrapped> {
    let mut at = 1;
    let mut operands = 0;
    let mut flags = Vec::new();
    let mut only_operands = false;
    let takes_value = |name: &str| row.values.contains(&name) || row.script.contains(&name);
    while at < words.len() {
        match words.get(at).copied().flatten() {
            Some("--") if !only_operands => {
                only_operands = true;
                at += 1;
            }
            Some(word) if is_option(word) && !only_operands => {
                at = read_option(words, at, OptionSyntax::Gnu, &takes_value, &mut flags);
                if flags.iter().any(|flag| row.runs_nothing.contains(&flag.name.as_str())) {
                    return None;
                }
                if let Some(script) = flags.iter().find(|flag| row.script.contains(&flag.name.as_str())) {
                    let value = script.value?;
                    // A script that is part of a word (`--command=x`) has no word of its own.
                    return (value.word > script.word).then_some(Wrapped::Script(value.word));
                }
                flags.clear();
            }
            // `env -` and `su -`.
            Some("-") => at += 1,
            Some(word) if row.assignments && is_assignment(word) => at += 1,
            // A word that is not known may be an option with a value.
            None if operands >= row.operands => return None,
            _ if operands < row.operands => {
                operands += 1;
                at += 1;
            }
            _ => return Some(Wrapped::Words(at)),
        }
    }
    None
}

fn is_assignment(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or_default();
    name.len() < word.len()
        && !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The word with the script of `sh -c`. As the shells do it: options come first, an `o` or `O` takes one further
/// word, and the script is the first word after the options.
fn shell_script(words: &[Option<&str>]) -> Option<usize> {
    let mut at = 1;
    let mut runs_script = false;
    while let Some(Some(word)) = words.get(at).copied() {
        if word == "--" {
            at += 1;
            break;
        } else if matches!(word, "--rcfile" | "--init-file") {
            at += 2;
        } else if word.starts_with("--") {
            at += 1;
        } else if word.len() > 1 && word.starts_with(['-', '+']) {
            runs_script |= word.starts_with('-') && word.contains('c');
            at += 1 + word.matches(['o', 'O']).count();
        } else {
            break;
        }
    }
    (runs_script && at < words.len()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip(command: &'static str) -> Option<Wrapper> {
        let words: Vec<_> = command.split_whitespace().map(|word| (word != "?").then_some(word)).collect();
        strip_wrapper(&words)
    }

    #[test]
    fn the_wrapped_command_is_found_behind_options_and_operands() {
        use WrapperKind::{Arguments, Environment, Root, Shell, Sudo, Transparent, User};
        for (command, kind, at) in [
            ("sudo apt-get update", Sudo, Wrapped::Words(1)),
            ("/usr/bin/sudo -EHu root A=b -- apt-get update", Sudo, Wrapped::Words(5)),
            ("env -i -u X A=b C=d make -k", Environment, Wrapped::Words(6)),
            ("env - make", Environment, Wrapped::Words(2)),
            ("nice -n 5 make", Transparent, Wrapped::Words(3)),
            ("ionice -c2 make", Transparent, Wrapped::Words(2)),
            ("time -p make", Transparent, Wrapped::Words(2)),
            ("timeout -s KILL 5m make -j4", Transparent, Wrapped::Words(4)),
            ("timeout ? make", Transparent, Wrapped::Words(2)),
            ("xargs -r -n 1 -I{} apt-get install", Arguments, Wrapped::Words(5)),
            ("exec -a x make", Transparent, Wrapped::Words(3)),
            ("stdbuf -oL make", Transparent, Wrapped::Words(2)),
            ("gosu www-data npm ci", User, Wrapped::Words(2)),
            ("su-exec ? npm ci", User, Wrapped::Words(2)),
            ("su - app -c script", User, Wrapped::Script(4)),
            ("su -s /bin/sh -c script app", User, Wrapped::Script(4)),
            ("runuser -u app -- npm ci", User, Wrapped::Words(4)),
            ("runuser app -c script", User, Wrapped::Words(1)),
            ("chroot /mnt apt-get update", Root, Wrapped::Words(2)),
            ("tini -g -- npm start", Transparent, Wrapped::Words(3)),
            ("sh -c script", Shell, Wrapped::Script(2)),
            ("/bin/bash -lc script", Shell, Wrapped::Script(2)),
            ("bash -exc script arg", Shell, Wrapped::Script(2)),
            ("bash -o pipefail -c script", Shell, Wrapped::Script(4)),
            ("bash -euxo pipefail -c ?", Shell, Wrapped::Script(4)),
            ("bash --login -c -e script", Shell, Wrapped::Script(4)),
            ("bash -ceo pipefail script", Shell, Wrapped::Script(3)),
        ] {
            assert_eq!(strip(command), Some(Wrapper { kind, command: at }), "{command}");
        }
    }

    #[test]
    fn what_runs_nothing_known_is_no_wrapper() {
        for command in [
            "",
            "?",
            "sudo",
            "sudo -l",
            "sudo ? x",
            "command -v apt-get",
            "env",
            "bash script.sh",
            "sh",
            "sh -c",
            "bash -o",
            "su app",
            "make x",
            "timeout 5",
            "env -S x",
            "/",
            "su --command=x",
        ] {
            assert_eq!(strip(command), None, "{command}");
        }
    }
}
