//! Files that the build fetches from elsewhere: sources that only it reads, or parts of an interpreted program.

use crate::ir::Command;

use super::Refusal;
use super::single_stage::SingleStage;

/// Whether the command fetches or unpacks files, or looks at an archive on its way.
pub fn is_tool(command: &Command<'_>) -> bool {
    matches!(
        command.name(),
        Some("bunzip2" | "curl" | "git" | "gunzip" | "tar" | "unxz" | "unzip" | "wget" | "xz" | "zcat")
    )
}

/// The file or folder in which the command leaves what it fetches; none where it goes to a pipe.
///
/// # Errors
/// Where it packs instead, and where a path is only known when the build runs.
pub fn place(single: &SingleStage<'_>, command: &Command<'_>) -> Result<Option<String>, Refusal> {
    let words: Vec<&str> = command.arguments().iter().map(|word| word.value.unwrap_or(word.written)).collect();
    let below = |name: &str| single.path_of(command, name).map(Some);
    match command.name() {
        Some("git") if words.contains(&"clone") => {
            let operands: Vec<&str> = words.iter().copied().filter(|word| !word.starts_with('-')).collect();
            let address = operands.iter().rposition(|word| word.contains("://") || word.starts_with("git@"));
            let Some(address) = address else { return Err(Refusal::UnknownPath("git clone".to_owned())) };
            let name = operands[address].trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            below(operands.get(address + 1).copied().unwrap_or(name.trim_end_matches(".git")))
        }
        Some("git") if matches!(words.first(), Some(&"config" | &"--version" | &"lfs")) => Ok(None),
        Some("tar") if !unpacks(&words) => Err(Refusal::UnknownCommand("tar".to_owned())),
        Some("tar") => below(option(&words, &["-C", "--directory"]).unwrap_or(".")),
        Some("unzip") => below(option(&words, &["-d"]).unwrap_or(".")),
        Some("curl" | "wget") => downloaded(single, command, &words),
        _ => single.path_of(command, ".").map(Some),
    }
}

fn unpacks(words: &[&str]) -> bool {
    let is_short = |word: &str| !word.starts_with("--") && word.trim_start_matches('-').contains('x');
    words.first().is_some_and(|word| is_short(word)) || words.iter().any(|word| matches!(*word, "--extract" | "-x"))
}

/// The word behind one of these options.
fn option<'w>(words: &[&'w str], options: &[&str]) -> Option<&'w str> {
    let at = words.iter().position(|word| options.contains(word))?;
    words.get(at + 1).copied()
}

fn downloaded(single: &SingleStage<'_>, command: &Command<'_>, words: &[&str]) -> Result<Option<String>, Refusal> {
    let unknown = || Refusal::UnknownCommand(command.name().unwrap_or_default().to_owned());
    let download = command.download().ok_or_else(unknown)?;
    let is_shown = command.name() == Some("curl") && !words.iter().any(|word| is_remote_name(word));
    match download.output {
        Some(at) => {
            let file = command.words.get(at).and_then(|word| word.value).ok_or_else(unknown)?;
            if file == "-" { Ok(None) } else { single.path_of(command, file).map(Some) }
        }
        None if is_shown => Ok(None),
        None => {
            let address = download.addresses.first().and_then(|at| command.words.get(*at)).ok_or_else(unknown)?;
            let name = address.value.unwrap_or(address.written).rsplit('/').next().unwrap_or_default();
            single.path_of(command, name).map(Some)
        }
    }
}

/// Whether it tells curl to write a file that is called as on the server.
fn is_remote_name(word: &str) -> bool {
    word == "--remote-name" || (word.starts_with('-') && !word.starts_with("--") && word.contains('O'))
}
