//! A line for each finding.

use super::super::plain;
use super::{OfFile, all};

/// `file:line CODE level: message`; a file that cannot be read as a Dockerfile has `file:line:column message`.
pub(super) fn tty(files: &[OfFile], has_color: bool) -> String {
    let line = |(name, finding): (&str, &super::Reported)| {
        let (name, message) = (plain::line(name), plain::line(&finding.message));
        if finding.is_parse_error() {
            return format!("{name}:{}:{} {message}\n", finding.line, finding.column);
        }
        let level = if has_color { coloured(finding.level) } else { finding.level.to_owned() };
        format!("{name}:{} {} {level}: {message}\n", finding.line, finding.code)
    };
    all(files).map(line).collect()
}

fn coloured(level: &str) -> String {
    let start = match level {
        "error" => "\u{1b}[1m\u{1b}[91m",
        "warning" => "\u{1b}[1m\u{1b}[93m",
        "info" => "\u{1b}[92m",
        _ => "\u{1b}[95m",
    };
    format!("{start}{level}\u{1b}[0m")
}

/// `hadolint:file:line: CODE level: message`
pub(super) fn gnu(files: &[OfFile]) -> String {
    let line = |(name, finding): (&str, &super::Reported)| {
        let (name, message) = (plain::line(name), plain::line(&finding.message));
        if finding.is_parse_error() {
            return format!("hadolint:{name}:{}:{}: {message}\n", finding.line, finding.column);
        }
        format!("hadolint:{name}:{}: {} {}: {message}\n", finding.line, finding.code, finding.level)
    };
    all(files).map(line).collect()
}
