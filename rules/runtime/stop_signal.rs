//! A STOPSIGNAL that stops nothing well.
//!
//! ## Why
//! `docker stop` sends this signal and kills the container ten seconds later. SIGKILL leaves the program no moment to
//! finish, SIGSTOP freezes it until it is killed, and a name that is no signal makes `docker stop` and Kubernetes fall
//! back or fail.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! STOPSIGNAL SIGKILL
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! STOPSIGNAL SIGTERM
//! ```
//!
//! ## Fix
//! None: which signal the program understands is for its author to say.
//!
//! ## Sources
//! Dockerfile reference, STOPSIGNAL; moby/sys/signal, `ParseSignal`; signal(7).

use crate::rules::{Context, Meta, Sink};
use crate::syntax::InstructionKind;

pub const META: Meta = Meta { name: "runtime/stop-signal", ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps().filter(|step| cx.shapes_final_image(step)) {
        let InstructionKind::Stopsignal(word) = &step.instruction.kind else { continue };
        let Some(value) = step.certain_value(word) else { continue };
        let upper = value.to_ascii_uppercase();
        let message = match upper.strip_prefix("SIG").unwrap_or(&upper) {
            "KILL" | "9" => "SIGKILL ends the program before it can finish anything".to_owned(),
            "STOP" | "19" | "TSTP" | "20" => format!("{value} freezes the program instead of ending it"),
            name if is_signal(name) => continue,
            _ => format!("`{value}` is no signal"),
        };
        sink.report(word.span(), message).help("name a signal that the program answers by ending, such as SIGTERM");
    }
}

/// Signals by name and number, as moby's `signal.ParseSignal` takes them on Linux.
fn is_signal(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "PIPE", "POLL", "PROF",
        "PWR", "QUIT", "SEGV", "STKFLT", "SYS", "TERM", "TRAP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM",
        "WINCH", "XCPU", "XFSZ",
    ];
    NAMES.contains(&name)
        || name.starts_with("RTMIN")
        || name.starts_with("RTMAX")
        || name.parse::<u8>().is_ok_and(|number| (1..=64).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn signals_that_kill_freeze_or_do_not_exist_are_reported() {
        fires!("STOPSIGNAL «9»\nSTOPSIGNAL «sigstop»\nSTOPSIGNAL «SIGTREM»\nSTOPSIGNAL «99»\n");
    }

    #[test]
    fn real_signals_are_no_finding() {
        silent!("STOPSIGNAL SIGQUIT\nSTOPSIGNAL 15\nSTOPSIGNAL sigrtmin+3\nSTOPSIGNAL WINCH\n");
    }

    #[test]
    fn a_signal_from_an_argument_is_not_known() {
        silent!("ARG S=SIGKILL\nSTOPSIGNAL $S\n");
    }
}
