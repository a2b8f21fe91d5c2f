//! The flags of HEALTHCHECK: durations as Go writes them, and a number of retries.

use std::time::Duration;

use crate::source::Span;

use super::{Flag, ProblemKind};

/// A duration as Go's `time.ParseDuration` reads it, `1m30s`. `None` where it is none, or is negative.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    let mut seconds = 0.0;
    let mut any = false;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        seconds += number
            * match &rest[..unit] {
                "ns" => 1e-9,
                "us" | "µs" | "μs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return None,
            };
        rest = &rest[unit..];
        any = true;
    }
    if any { Duration::try_from_secs_f64(seconds).ok() } else { None }
}

/// What BuildKit refuses in the values of HEALTHCHECK's flags.
pub(super) fn check_flags(flags: &[Flag]) -> Vec<(ProblemKind, Span)> {
    let mut problems = Vec::new();
    for flag in flags {
        let Some(value) = &flag.value else { continue };
        let expected = match flag.name.text() {
            "interval" | "timeout" | "start-period" | "start-interval" => {
                match parse_duration(value.text()) {
                    // BuildKit: "cannot be less than 1ms"; zero stands for the default.
                    Some(duration) if duration.is_zero() || duration >= Duration::from_millis(1) => continue,
                    _ => "a duration of at least a millisecond, such as `30s` or `1m30s`",
                }
            }
            "retries" if value.text().parse::<u32>().is_err() => "a whole number, zero or more",
            _ => continue,
        };
        let name = flag.name.text().to_owned();
        problems.push((ProblemKind::InvalidFlagValue { name, expected: expected.to_owned() }, value.span()));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_go_durations() {
        assert_eq!(parse_duration("1m30s"), Some(Duration::from_secs(90)));
        assert_eq!(parse_duration("1.5h"), Some(Duration::from_secs(5400)));
        assert_eq!(parse_duration("0"), Some(Duration::ZERO));
        for text in ["", "30", "s", "-5s", "5 s", "1x", "."] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
