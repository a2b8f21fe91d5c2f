//! A file or folder is made writable for every user, or a program takes on its owner's rights.
//!
//! ## Why
//! The user that a service runs as is meant to keep an intruder from changing the program. `chmod 777` gives that away:
//! whoever runs code in the container, as whatever user, may replace what is there. A setuid program (`chmod u+s`) makes
//! its caller its owner, mostly root.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! COPY app /opt/app
//! RUN chmod -R 777 /opt/app
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! COPY --chown=root:root --chmod=755 app /opt/app
//! RUN install -d -o www-data /var/lib/app
//! ```
//!
//! Reported is what ends in the final image. Folders with the sticky bit (`1777`), as `/tmp` has it, and folders for
//! temporary files are meant to be writable.
//!
//! ## Fix
//! None: which user has to write where, the file does not say.
//!
//! ## Sources
//! CWE-732; SonarQube S2612; CIS Docker Benchmark 4.8 (setuid); chmod(1).

use crate::finding::Severity;
use crate::ir::Command;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;

pub const META: Meta = Meta {
    name: "security/world-writable",
    severity: Severity::Info,
    aliases: &["S2612", "CIS-DI-0008"],
    cwe: Some(732),
    security_severity: Some(45),
    ..Meta::on_by_default()
};

/// What a mode gives away.
enum Mode {
    WorldWritable,
    Setuid,
}

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for command in cx.commands.of_build().filter(|command| cx.shapes_final_image(command.step)) {
        let Some(change) = change(command) else { continue };
        let (mode, made_by) = (change.mode, change.made_by);
        let all_temporary = change.paths.iter().all(|path| is_temporary(path));
        match what(mode) {
            Some(Mode::WorldWritable) if is_taken_back(cx, command, &change) => {}
            Some(Mode::Setuid) => setuid(sink, change.span, &format!("{made_by} {mode}")),
            Some(Mode::WorldWritable) if !all_temporary => {
                let shown = shown(command, &change.paths);
                let report = sink
                    .report(change.span, format!("`{made_by} {mode}` lets every user change {shown}"))
                    .alias("S2612")
                    .help("use 755 or 775, and give it to the user that writes there (`chown`, `COPY --chown`)");
                if change.paths.iter().any(|path| is_of_system(path)) {
                    report.severity(Severity::Warning);
                }
            }
            _ => {}
        }
    }
    for (step, _) in cx.transfers().filter(|(step, _)| cx.shapes_final_image(step)) {
        let Some(value) = step.instruction.flag("chmod").and_then(|flag| flag.value.as_ref()) else { continue };
        let flag = format!("--chmod={}", value.text());
        match what(value.text()) {
            Some(Mode::Setuid) => setuid(sink, value.span(), &flag),
            Some(Mode::WorldWritable) => {
                sink.report(value.span(), format!("`{flag}` lets every user change what is copied"))
                    .alias("S2612")
                    .help("give it to the user that writes there with `--chown`, and use 755 or 644");
            }
            None => {}
        }
    }
}

fn setuid(sink: &mut Sink<'_>, span: Span, made_by: &str) {
    sink.report(span, format!("`{made_by}` gives whoever runs the program its owner's rights"))
        .alias("CIS-DI-0008")
        .help("leave the bit out, and start the container as the user that the program needs");
}

/// Whether a later `chmod -R` of the same place, or of a folder above it, sets a mode that is fine.
fn is_taken_back(cx: &Context<'_>, command: &Command<'_>, given: &Change<'_>) -> bool {
    let place = |of: &Command<'_>| (of.step.stage, of.step.index, of.name_span().start);
    let holds = |folder: &str, path: &str| {
        let rest = path.strip_prefix(folder.trim_end_matches('/'));
        folder.starts_with('/') && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let later = cx.commands.of_build().filter(|other| place(other) > place(command) && other.has_argument("-R"));
    let fine: Vec<Change<'_>> = later
        .filter_map(change)
        .filter(|it| it.mode.bytes().all(|byte| byte.is_ascii_digit()) && what(it.mode).is_none())
        .collect();
    given.paths.iter().all(|path| fine.iter().any(|it| it.paths.iter().any(|folder| holds(folder, path))))
}

/// A command that gives files their mode.
struct Change<'c> {
    /// The command without the mode: `chmod`, `install -m`.
    made_by: &'static str,
    mode: &'c str,
    span: Span,
    paths: Vec<&'c str>,
}

fn change<'c>(command: &'c Command<'_>) -> Option<Change<'c>> {
    let words = || command.words.iter().enumerate().skip(1);
    let written = |at: usize| command.written(at);
    let behind = |from: usize| (from..command.words.len()).map(written).filter(|path| !path.starts_with('-'));
    if command.name() == Some("chmod") {
        let is_mode = |value: &str| !value.starts_with("--") && !is_option(value);
        let (at, word) = words().find(|(_, word)| word.value.is_some_and(is_mode))?;
        return Some(Change { made_by: "chmod", mode: word.value?, span: word.span, paths: behind(at + 1).collect() });
    }
    let made_by = match command.name()? {
        "mkdir" => "mkdir -m",
        "install" => "install -m",
        _ => return None,
    };
    let (at, option) = words()
        .find(|(_, word)| word.value.is_some_and(|value| value.starts_with("-m") || value.starts_with("--mode")))?;
    let attached = option.value?.trim_start_matches("--mode=").trim_start_matches("-m");
    let word = if matches!(option.value?, "-m" | "--mode") { command.words.get(at + 1)? } else { option };
    let mode = if std::ptr::eq(word, option) { attached } else { word.value? };
    // Of `install` only the last word is what comes to be.
    let paths = if made_by == "install -m" {
        behind(1).last().into_iter().collect()
    } else {
        behind(at + 1).filter(|path| *path != mode).collect()
    };
    Some(Change { made_by, mode, span: word.span, paths })
}

fn shown(command: &Command<'_>, paths: &[&str]) -> String {
    match paths {
        [path] => format!("`{path}`"),
        _ if command.has_argument("-R") => "everything below these folders".to_owned(),
        _ => "these files".to_owned(),
    }
}

/// `-R`, `-Rv`; but `-x` and `-w` are modes.
fn is_option(value: &str) -> bool {
    value.strip_prefix('-').is_some_and(|letters| letters.chars().all(|letter| "Rvcf".contains(letter)))
}

fn what(mode: &str) -> Option<Mode> {
    if mode.bytes().all(|byte| (b'0'..=b'7').contains(&byte)) {
        let bits = u32::from_str_radix(mode, 8).ok()?;
        let is_sticky = bits & 0o1000 != 0;
        return match () {
            () if bits & 0o4000 != 0 => Some(Mode::Setuid),
            () if bits & 0o002 != 0 && !is_sticky => Some(Mode::WorldWritable),
            () => None,
        };
    }
    let gives = |clause: &str, who: &[char], right: char| {
        let operator = clause.find(['+', '=']);
        operator.is_some_and(|at| clause[..at].contains(who) && clause[at..].contains(right))
    };
    let clauses = || mode.split(',');
    if clauses().any(|clause| gives(clause, &['u', 'a'], 's')) {
        return Some(Mode::Setuid);
    }
    let is_sticky = clauses().any(|clause| clause.contains('t'));
    (!is_sticky && clauses().any(|clause| gives(clause, &['o', 'a'], 'w'))).then_some(Mode::WorldWritable)
}

/// Whether a place is meant to be written by all, or is not known.
fn is_temporary(path: &str) -> bool {
    ["/tmp", "/var/tmp", "/dev/", "/run", "/var/run", "/var/lock", "$", "`"]
        .iter()
        .any(|folder| path.starts_with(folder))
        || path.split('/').any(|part| matches!(part, "tmp" | "temp" | "cache"))
}

/// Whether a place holds what the system trusts.
fn is_of_system(path: &str) -> bool {
    ["/etc/", "/usr/", "/bin/", "/sbin/", "/lib/"].iter().any(|folder| path.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn modes_that_let_everybody_write_are_reported() {
        fires!("RUN chmod -R «777» /app\n");
        fires!("RUN chmod «a+rwx» /app/run.sh && chmod «o=rw» /etc/passwd\n");
        fires!("COPY --chmod=«777» app /app\n");
        fires!("RUN mkdir -p -m «0777» /app && install -d «--mode=a+rwx» /data\n");
    }

    #[test]
    fn what_a_later_chmod_takes_back_is_given_to_nobody() {
        silent!("RUN mkdir -p /a/b && chmod -R 777 /a/b\nRUN fill /a/b\nRUN chown -R app /a && chmod -R 775 /a\n");
        fires!("RUN chmod -R 775 /a\nRUN chmod -R «777» /a/b\nRUN chmod -R 755 /ab /c\n");
    }

    #[test]
    fn setuid_is_reported() {
        fires!("RUN chmod «u+s» /bin/a && chmod «4755» /bin/b && install -m «4755» c /bin/c\n");
        fires!("COPY --chmod=«4755» a /bin/a\n");
    }

    #[test]
    fn usual_modes_are_fine() {
        silent!(
            "RUN chmod 755 /a && chmod +x /b && chmod g+w /c && chmod u+rw,a-w /d && chmod a+rx /e && chmod -x /f\n"
        );
        silent!("RUN chmod 1777 /tmp /data && chmod 777 /tmp/x && chmod 2775 /srv && chmod g=u /etc/passwd\n");
        silent!("RUN chmod a+rwxt /data && chmod $MODE /x && chmod 777 \"$dir\" /run/a\n");
        silent!(
            "RUN mkdir -m 1777 /data && mkdir -m 0777 /tmp/a && install -m 755 a /bin/a && install -m 777 a /tmp/a\n"
        );
    }

    #[test]
    fn build_stages_are_free() {
        silent!("FROM debian AS build\nRUN chmod 777 /a\nFROM debian\nCOPY --from=build /b /b\n");
    }
}
