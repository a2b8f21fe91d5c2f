//! An image whose release line has less than 90 days to live, or lives on in extended support only.
//!
//! ## Why
//! Moving to another major version takes time. After the end of life no hole is mended, so the move is best begun
//! before. Debian's LTS team, which takes over when the security team stops, mends less, and later.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:bookworm-slim
//! ```
//! ```dockerfile,good
//! FROM debian:trixie-slim
//! ```
//!
//! ## Fix
//! None: another release is for the authors to try.
//!
//! ## Sources
//! endoflife.date; wiki.debian.org/LTS.

use crate::finding::Severity;
use crate::knowledge::end_of_life::Support;
use crate::knowledge::images;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "pin/nearly-end-of-life", severity: Severity::Info, ..Meta::opt_in() };

/// How many days before its end a release line is reported.
const NOTICE_DAYS: i32 = 90;

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let today = cx.options.today;
    for found in cx.build.image_uses() {
        let Some(facts) = found.facts().filter(|_| found.stage.is_reachable && !found.is_repeat) else { continue };
        if facts.notice.is_some() || facts.ended(today).is_some() {
            continue;
        }
        let Some(ending) = facts.nearly_ended(today, NOTICE_DAYS) else { continue };
        let title = ending.cycle.title();
        let what = match ending.support {
            Support::Until(Some(end)) => format!("{title}, whose support ends on {end}"),
            Support::Extended { ended, until } => {
                format!("{title}, in extended support since {ended}, until {until}")
            }
            Support::Until(None) | Support::EndedOn(_) => continue,
        };
        let (name, tag) = (found.name(), found.image.tag.as_deref().unwrap_or("latest"));
        let rebased = (facts.product != Some(ending.cycle)).then(|| images::rebased_tag(&name, tag, today)).flatten();
        let help = match rebased.or_else(|| images::supported_tag(&name, tag, today)) {
            Some(tag) => format!("try `{name}:{tag}`"),
            None => "plan the move to a newer release".to_owned(),
        };
        sink.report(found.tag_span(), format!("`{}` ships {what}", found.name_and_tag()))
            .related_all(found.tag_defaults())
            .help(help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_last_weeks_of_support_are_reported() {
        fires!("FROM fedora:«43»\n");
    }

    #[test]
    fn what_lives_on_or_is_dead_already_is_not() {
        silent!("FROM fedora:44\n");
        silent!("FROM fedora:30\n");
    }
}
