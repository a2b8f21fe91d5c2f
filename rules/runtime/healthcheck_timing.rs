//! A health check whose times do not fit together.
//!
//! ## Why
//! Docker waits `--interval` after each check and gives it `--timeout`. `--retries=0` means the default of three, a
//! timeout longer than the interval lets a hanging program pass for healthy far longer than its interval promises, and
//! `--start-interval` has no effect without `--start-period`.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM nginx:1.29
//! HEALTHCHECK --interval=5s --timeout=60s CMD curl -f http://localhost/
//! ```
//! ```dockerfile,good
//! FROM nginx:1.29
//! HEALTHCHECK --interval=30s --timeout=5s CMD curl -f http://localhost/
//! ```
//!
//! ## Fix
//! None: which time is the wrong one is not known.
//!
//! ## Sources
//! Dockerfile reference, HEALTHCHECK; moby, `daemon/health.go`, `monitor`.

use std::time::Duration;

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{Keyword, parse_duration};

pub const META: Meta = Meta { name: "runtime/healthcheck-timing", severity: Severity::Info, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps_of(Keyword::Healthcheck).filter(|step| cx.shapes_final_image(step)) {
        let value = |name: &str| step.instruction.flag(name).and_then(|flag| flag.value.as_ref());
        let duration = |name: &str| value(name).and_then(|word| parse_duration(word.text()));
        // Zero stands for the default of 30 seconds.
        let or_default = |name: &str| duration(name).filter(|it| !it.is_zero()).unwrap_or(Duration::from_secs(30));
        let (interval, timeout) = (or_default("interval"), or_default("timeout"));
        if let Some(word) = value("timeout").filter(|_| timeout > interval) {
            sink.report(
                word.span(),
                format!("a check may take {}, longer than the {} between checks", shown(timeout), shown(interval)),
            )
            .help("give the check less time than lies between two checks");
        }
        if let Some(word) = value("retries").filter(|word| word.text() == "0") {
            sink.report(word.span(), "zero retries mean the default, three").help("write `--retries=1` for none");
        }
        if let Some(word) = value("start-interval").filter(|_| duration("start-period").is_none_or(|it| it.is_zero())) {
            sink.report(word.span(), "`--start-interval` has no effect without `--start-period`")
                .help("write `--start-period` with the time that the program needs to start");
        }
    }
}

fn shown(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        seconds => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn times_are_compared_with_the_defaults() {
        fires!("HEALTHCHECK --timeout=«1m» CMD a\n");
        silent!("HEALTHCHECK --interval=10s CMD a\nHEALTHCHECK --timeout=0s CMD a\n");
    }

    #[test]
    fn options_without_effect_are_reported() {
        fires!("HEALTHCHECK --retries=«0» --start-interval=«1s» CMD a\n");
        silent!("HEALTHCHECK --start-period=10s --start-interval=1s CMD a\n");
    }
}
