//! A CMD, ENTRYPOINT or HEALTHCHECK in shell form.
//!
//! ## Why
//! In shell form, `/bin/sh -c` is the first process of the container. The signal that `docker stop` sends reaches the
//! shell, which need not pass it on; the program is killed ten seconds later instead of ending in order. Besides, an
//! ENTRYPOINT in shell form ignores CMD and the arguments of `docker run`.
//!
//! A HEALTHCHECK in shell form starts a shell each time, and needs one in the image. That is told by `--profile strict`, where
//! its words would do without.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24
//! CMD node server.js
//! ```
//! ```dockerfile,good
//! FROM node:24
//! CMD ["node", "server.js"]
//! ```
//!
//! ## Fix
//! Writes the words as a JSON array, where they are plain words that no shell would change. What runs is another
//! process: *runtime*. Holds back at variables, quotes, wildcards, operators and commands of the shell itself, and where the
//! program is a script of the build context without `#!`, which only a shell can start.
//!
//! ## Sources
//! BuildKit, JSONArgsRecommended, which holds back behind a SHELL instruction; hadolint DL3025; KICS b86987e1; Semgrep
//! `prefer-json-notation`; SonarQube S7019.

use crate::edit::{Edit, Effect};
use crate::finding::{Severity, Weight};
use crate::ir::{Command, Step};
use crate::rules::{Context, Meta, Report, Sink};
use crate::syntax::{CommandForm, Healthcheck, InstructionKind, Word};

pub const META: Meta = Meta {
    name: "runtime/shell-form-command",
    severity: Severity::Info,
    effect: Some(Effect::Runtime),
    aliases: &["JSONArgsRecommended", "DL3025", "KICS-b86987e1", "prefer-json-notation", "S7019", "best-practices/CMD"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps().filter(|step| step.state.shell.is_none()) {
        if let InstructionKind::Healthcheck(Healthcheck::Cmd(CommandForm::Shell(text))) = &step.instruction.kind {
            check_healthcheck(cx, sink, step, text);
            continue;
        }
        let is_entrypoint = matches!(step.instruction.kind, InstructionKind::Entrypoint(_));
        let (InstructionKind::Cmd(CommandForm::Shell(text)) | InstructionKind::Entrypoint(CommandForm::Shell(text))) =
            &step.instruction.kind
        else {
            continue;
        };
        let passes_signals = text.is_empty() || (starts_with_exec(text) && !is_entrypoint);
        // `CMD ['a']`: shell/exec-form-not-json has the better words.
        let is_moot = passes_signals
            || text.text().starts_with('[')
            || (!is_entrypoint && needs_no_signal(cx, step))
            || cx.build.stage_of(step).is_windows
            || !cx.shapes_final_image(step);
        if is_moot && !cx.options.exactly_buildkit {
            continue;
        }
        let keyword = step.instruction.keyword_word.text();
        let message = format!("this {keyword} runs below a shell, which need not pass signals on");
        let span = if text.is_empty() { step.instruction.keyword_span() } else { text.span() };
        let hardly_matters = only_idles(cx, step) || ends_by_itself(cx, step);
        let weight = if hardly_matters { Weight::Minor } else { Weight::Ordinary };
        let report = sink.report(span, message).weight(weight);
        match plain_words(text) {
            Some(words) => with_array(cx, report, step, text, &words),
            None => drop(report.help(match last_of_several(cx, step) {
                Some(last) => format!("use the exec form, or put `exec` before `{last}`"),
                None => "use the exec form, or put `exec` before the command".to_owned(),
            })),
        }
    }
}

/// Adds the words as an array, or why they are none.
fn with_array(cx: &Context<'_>, report: Report<'_>, step: &Step<'_>, text: &Word, words: &[&str]) {
    let (keyword, array) = (step.instruction.keyword_word.text(), array(words));
    if let Some(script) = script_for_shell(cx, words) {
        report
            .help(format!("begin `{script}` with a line such as `#!/bin/sh`, and write `{keyword} {array}`"))
            .no_fix(format!("`{script}` has no `#!` line, so that only a shell can start it"));
        return;
    }
    let report = report.help(format!("write `{keyword} {array}`"));
    if text.is_contiguous() {
        report.fix("use the exec form", Effect::Runtime, vec![Edit::replace(text.span(), array)]);
    }
}

/// Only where the shell adds nothing: `|| exit 1` is worth one.
fn check_healthcheck(cx: &Context<'_>, sink: &mut Sink<'_>, step: &Step<'_>, text: &Word) {
    let is_moot = text.text().starts_with('[') || cx.build.stage_of(step).is_windows || !cx.shapes_final_image(step);
    let Some(words) = plain_words(text).filter(|_| !is_moot && text.is_contiguous()) else { return };
    if script_for_shell(cx, &words).is_some() {
        return;
    }
    let array = array(&words);
    sink.report(text.span(), "each check starts a shell that adds nothing to the command")
        .weight(Weight::Minor)
        .aliases(&[])
        .help(format!("write `CMD {array}`"))
        .fix("use the exec form", Effect::Runtime, vec![Edit::replace(text.span(), array)]);
}

/// The program, where a file of this name in the build context, or one that a heredoc writes, is a script without `#!`: the kernel does not start it
/// (execve(2), ENOEXEC), and a shell reads it itself (POSIX, "Command Search and Execution").
fn script_for_shell<'w>(cx: &Context<'_>, words: &[&'w str]) -> Option<&'w str> {
    let program = *words.first()?;
    let name = program.rsplit('/').next()?;
    let of_context = cx
        .build_context
        .into_iter()
        .flat_map(|context| context.texts(move |path| path.rsplit('/').next() == Some(name)).map(|(_, text)| text));
    let writes = |step: &&Step<'_>| step.instruction.text.text().contains(name);
    let heredocs = cx.build.steps().filter(writes).flat_map(|step| &step.instruction.heredocs);
    let mut texts = of_context.chain(heredocs.map(|heredoc| cx.text(heredoc.body)));
    texts.any(|text| !text.starts_with("#!")).then_some(program)
}

fn array(words: &[&str]) -> String {
    format!("[\"{}\"]", words.join("\", \""))
}

fn starts_with_exec(text: &Word) -> bool {
    text.text().split_ascii_whitespace().next() == Some("exec")
}

/// Whether each command is over at once, so that no signal finds it running.
fn needs_no_signal(cx: &Context<'_>, step: &Step<'_>) -> bool {
    let commands = cx.commands.of_step(step);
    let is_brief = |name| matches!(name, "echo" | "printf" | "true" | "false" | ":" | "exit");
    !commands.is_empty() && commands.iter().all(|command| command.name().is_some_and(is_brief))
}

/// Whether the last command is there to keep the container running, or for a person at a terminal: nothing is lost when
/// it is killed.
fn only_idles(cx: &Context<'_>, step: &Step<'_>) -> bool {
    let last = cx.commands.of_step(step).last();
    last.is_some_and(|last| matches!(last.name(), Some("sleep" | "tail")) || last.is_interactive_shell())
}

/// Whether the last command does its work on files and ends: the container is a job, which nobody asks to stop.
fn ends_by_itself(cx: &Context<'_>, step: &Step<'_>) -> bool {
    let last = cx.commands.of_step(step).last().and_then(Command::name);
    last.is_some_and(|name| matches!(name, "chmod" | "chown" | "cp" | "install" | "ln" | "ls" | "mkdir" | "mv" | "rm"))
}

/// The name of the last of several commands: the one that is left running.
fn last_of_several<'b>(cx: &Context<'b>, step: &'b Step<'b>) -> Option<&'b str> {
    match cx.commands.of_step(step) {
        [_, .., last] => last.name(),
        _ => None,
    }
}

/// The words of a command that a shell would hand on as they stand.
fn plain_words(text: &Word) -> Option<Vec<&str>> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./:=@,+%- \t".contains(&byte);
    let words: Vec<&str> = text.text().split_ascii_whitespace().collect();
    let program = words.first()?;
    let is_for_shell = program.contains('=') || BUILTINS.contains(program);
    (text.text().bytes().all(is_plain) && !is_for_shell).then_some(words)
}

/// Commands that only a shell has.
const BUILTINS: [&str; 18] = [
    ".", ":", "alias", "cd", "command", "eval", "exec", "exit", "export", "read", "set", "shift", "source", "trap",
    "ulimit", "umask", "unset", "wait",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_script_that_a_heredoc_writes_without_its_first_line_needs_a_shell() {
        let is_fixed = |head: &str| {
            let file = format!("FROM a\nCOPY --chmod=755 <<EOF /start.sh\n{head}exec a\nEOF\nCMD /start.sh\n");
            findings(&META, check, &file)[0].fix.is_some()
        };
        assert!(is_fixed("#!/bin/sh\n") && !is_fixed(""));
    }

    #[test]
    fn plain_words_become_an_array() {
        fixes!("ENTRYPOINT /bin/app  --port=80\n" => "ENTRYPOINT [\"/bin/app\", \"--port=80\"]\n");
    }

    #[test]
    fn a_healthcheck_that_needs_no_shell_gets_none() {
        fixes!(
            "HEALTHCHECK --interval=5m CMD curl -f http://localhost/\n" =>
            "HEALTHCHECK --interval=5m CMD [\"curl\", \"-f\", \"http://localhost/\"]\n"
        );
        let found = findings(&META, check, "FROM a\nHEALTHCHECK CMD curl -f http://localhost/\n");
        assert!(found[0].weight == Weight::Minor && found[0].aliases.is_empty(), "{found:?}");
        for command in
            ["curl -f http://localhost/ || exit 1", "curl http://localhost:$PORT/", "test \"$(x)\"", "exit 0"]
        {
            silent!(&format!("HEALTHCHECK CMD {command}\n"));
        }
        silent!("HEALTHCHECK CMD [\"a\"]\nHEALTHCHECK NONE\n");
        silent!("SHELL [\"/bin/bash\", \"-c\"]\nHEALTHCHECK CMD a\n");
    }

    #[test]
    fn what_a_shell_would_change_is_reported_without_a_fix() {
        for command in ["node $FILE", "cd /a && b", "X=1 b", "a 'b c'", "a > b", "source b"] {
            let found = findings(&META, check, &format!("FROM a\nCMD {command}\n"));
            assert!(found.len() == 1 && found[0].fix.is_none(), "{command}");
        }
    }

    #[test]
    fn a_script_without_an_interpreter_is_left_to_the_shell() {
        let file = |text: &str, command: &str| {
            format!("# context: bin/start.sh\n# text of bin/start.sh: {text}\nFROM a\nCOPY bin/start.sh .\n{command}\n")
        };
        for command in ["CMD ./start.sh", "ENTRYPOINT /app/start.sh --port=80"] {
            let found = findings(&META, check, &file("export A=1", command));
            assert!(found.len() == 1 && found[0].fix.is_none() && found[0].refusal.is_some(), "{found:?}");
            let found = findings(&META, check, &file("#!/bin/sh", command));
            assert!(found.len() == 1 && found[0].fix.is_some(), "{found:?}");
        }
        silent!(&file("export A=1", "HEALTHCHECK CMD ./start.sh"));
        fires!(&file("#!/bin/sh", "HEALTHCHECK CMD «./start.sh»"));
        let by_interpreter = findings(&META, check, &file("export A=1", "CMD sh ./start.sh"));
        assert!(by_interpreter[0].fix.is_some(), "{by_interpreter:?}");
    }

    #[test]
    fn commands_that_are_over_at_once_need_no_signal() {
        silent!("CMD echo 'nothing to run' && /bin/false\n");
        fires!("CMD «echo start && server»\n");
        fires!("ENTRYPOINT «echo»\n");
    }

    #[test]
    fn brackets_that_are_no_json_are_left_to_their_own_rule() {
        silent!("CMD ['a', 'b']\n");
    }

    #[test]
    fn exec_hands_the_process_over() {
        silent!("CMD exec node server.js\n");
    }

    #[test]
    fn a_chosen_shell_windows_and_stages_that_end_are_left_alone() {
        silent!("SHELL [\"/bin/bash\", \"-c\"]\nCMD a\n");
        silent!("FROM mcr.microsoft.com/windows/nanoserver:ltsc2025\nCMD a\n");
        silent!("FROM a AS b\nCMD c\nFROM d\nCOPY --from=b e f\n");
    }

    #[test]
    fn what_only_waits_hardly_matters() {
        let weight = |text: &str| findings(&META, check, text)[0].weight;
        assert_eq!(weight("FROM a\nCMD service tomcat start && tail -F /log\n"), Weight::Minor);
        assert_eq!(weight("FROM a\nCMD /bin/bash\n"), Weight::Minor);
        assert_eq!(weight("FROM a\nCMD bash run.sh\n"), Weight::Ordinary);
    }

    #[test]
    fn a_job_that_ends_by_itself_hardly_matters() {
        let weight = |text: &str| findings(&META, check, text)[0].weight;
        assert_eq!(weight("FROM a\nCMD make docs && cp -a docs/ /out\n"), Weight::Minor);
        assert_eq!(weight("FROM a\nCMD cp -a conf /etc/a && server\n"), Weight::Ordinary);
    }

    #[test]
    fn the_command_that_is_left_running_is_named() {
        let help = |text: &str| findings(&META, check, text).remove(0).help.unwrap_or_default();
        assert_eq!(
            help("FROM a\nCMD service b start && nginx -c c\n"),
            "use the exec form, or put `exec` before `nginx`"
        );
        assert_eq!(help("FROM a\nCMD node $FILE\n"), "use the exec form, or put `exec` before the command");
    }
}
