//! Values of single instructions that BuildKit refuses once it has expanded them.

use crate::source::Span;
use crate::syntax::{Instruction, InstructionKind, Keyword, Transfer, Word};

use super::stage::find_expanded;
use super::{BuildProblemKind, ExpandedWord, PortSpec, mount_faults};

/// What is wrong with the values of one instruction, each with the word at fault.
pub(super) fn of_instruction(
    instruction: &Instruction,
    expanded: &[ExpandedWord],
    lies_in_root: bool,
) -> Vec<(BuildProblemKind, Span)> {
    let mut refusals = Refusals { expanded, found: Vec::new() };
    match &instruction.kind {
        InstructionKind::Run(_) => refusals.run(instruction, lies_in_root),
        InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) => refusals.transfer(instruction, transfer),
        InstructionKind::Expose(ports) => ports.iter().for_each(|port| refusals.port(port)),
        InstructionKind::Stopsignal(signal) => {
            if let Some(value) = refusals.value(signal)
                && !is_signal(&value)
            {
                refusals.refuse(format!("`{value}` is no signal"), "name one such as `SIGTERM`", signal.span());
            }
        }
        InstructionKind::Volume(paths) => {
            for path in paths {
                if refusals.value(path).is_some_and(|value| value.trim().is_empty()) {
                    refusals.refuse("VOLUME has a path that is empty".to_owned(), "take it out", path.span());
                }
            }
        }
        _ => {}
    }
    refusals.found
}

struct Refusals<'e> {
    expanded: &'e [ExpandedWord],
    found: Vec<(BuildProblemKind, Span)>,
}

impl Refusals<'_> {
    /// The value of a word, where BuildKit computes one without help from outside: build arguments have their
    /// defaults. `None` where a variable is not set, because the base image may set it.
    fn value(&self, word: &Word) -> Option<String> {
        match find_expanded(self.expanded, word) {
            Some(each) => {
                let expansion = each.result.as_ref().ok()?;
                expansion.unmatched().next().is_none().then(|| expansion.value.clone())
            }
            None => Some(word.text().to_owned()),
        }
    }

    fn refuse(&mut self, reason: String, advice: &str, span: Span) {
        self.found.push((BuildProblemKind::InvalidValue { reason, advice: advice.to_owned() }, span));
    }

    fn run(&mut self, instruction: &Instruction, lies_in_root: bool) {
        for flag in &instruction.flags {
            let choices: &[&str] = match flag.name.text() {
                "network" => &["default", "none", "host"],
                "security" => &["sandbox", "insecure"],
                "mount" => {
                    if let Some(fault) = mount_faults::fault(flag, &|word| self.value(word), lies_in_root) {
                        let span = fault.span;
                        self.found.push((BuildProblemKind::InvalidMount(fault), span));
                    }
                    continue;
                }
                _ => continue,
            };
            if let Some(value) = &flag.value
                && !choices.contains(&value.text())
            {
                let name = flag.name.text();
                let advice = format!("choose `{}`", choices.join("` or `"));
                self.refuse(format!("`{}` is no value for `--{name}`", value.text()), &advice, value.span());
            }
        }
    }

    fn transfer(&mut self, instruction: &Instruction, transfer: &Transfer) {
        let chmod = instruction.flag("chmod").and_then(|flag| flag.value.as_ref());
        if let Some(word) = chmod
            && let Some(mode) = self.value(word)
            && !mode.is_empty()
            && !is_mode(&mode)
        {
            let advice = "write octal digits such as `0755`, or letters such as `u=rwX,go=rX`";
            self.refuse(format!("`{mode}` is no file mode"), advice, word.span());
        }
        if instruction.heredocs.iter().any(|heredoc| heredoc.operator == transfer.destination.span()) {
            let reason = "a heredoc cannot be the destination".to_owned();
            self.refuse(reason, "put the destination behind the heredoc", transfer.destination.span());
        }
        for source in &transfer.sources {
            let is_remote = |value: &String| value.starts_with("http://") || value.starts_with("https://");
            if instruction.keyword == Some(Keyword::Copy) && self.value(source).is_some_and(|value| is_remote(&value)) {
                self.refuse("COPY cannot download".to_owned(), "use ADD, which can", source.span());
            }
        }
        if let Some(flag) = instruction.flag("checksum")
            && transfer.sources.len() > 1
        {
            let reason = "`--checksum` is for one source, and here are several".to_owned();
            self.refuse(reason, "give each source an ADD of its own", flag.span);
        }
    }

    /// A word of EXPOSE, which may have become several ports or none.
    fn port(&mut self, word: &Word) {
        let Some(value) = self.value(word) else { return };
        for port in value.split(' ').filter(|port| !port.is_empty()) {
            if let Err(error) = PortSpec::parse(port) {
                self.found.push((BuildProblemKind::InvalidPort { port: port.to_owned(), error }, word.span()));
            }
        }
    }
}

/// Octal up to 07777, or what chmod(1) takes: `u+x,go-w`.
fn is_mode(mode: &str) -> bool {
    if mode.bytes().all(|byte| byte.is_ascii_digit()) {
        return u32::from_str_radix(mode, 8).is_ok_and(|mode| mode <= 0o7777);
    }
    mode.split(',').all(|clause| {
        let operations = clause.trim_start_matches(['u', 'g', 'o', 'a']);
        operations.starts_with(['+', '-', '=']) && operations.bytes().all(|byte| b"+-=rwxXstugo".contains(&byte))
    })
}

/// A signal as moby's `signal.ParseSignal` reads it: a number other than zero, or a name of Linux or Windows.
fn is_signal(signal: &str) -> bool {
    if let Ok(number) = signal.parse::<i64>() {
        return number != 0;
    }
    let upper = signal.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let real_time = name.strip_prefix("RTMIN").or(name.strip_prefix("RTMAX"));
    SIGNALS.contains(&name)
        || real_time.is_some_and(|offset| {
            offset.is_empty()
                || offset.strip_prefix(['+', '-']).is_some_and(|n| n.parse::<u8>().is_ok_and(|n| (1..=15).contains(&n)))
        })
}

const SIGNALS: [&str; 36] = [
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL",
    "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "UNUSED", "URG",
    "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "EMT",
];
