//! Whether what an image ships is still maintained.

use super::super::date::Date;
use super::super::end_of_life::{self, Cycle, Support};
use super::super::tag::Tag;
use super::{ImageFacts, TAGS, TagState, exact, without_library};

/// A release line inside an image whose maintenance ends or has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// The release line.
    pub cycle: Cycle,
    /// How it stands.
    pub support: Support,
}

impl Ending {
    fn is_over(&self) -> bool {
        match self.support {
            Support::Until(_) => false,
            Support::Extended { .. } => !self.cycle.is_extended_for_all(),
            Support::EndedOn(_) => true,
        }
    }
}

/// The release of a distribution that nobody repairs any more on the day `today`, and that the tag names by its number, as
/// `8.0-devel-ubuntu16.04` does: all that can be said of an image of which nothing else is known.
pub fn ended_release(tag: &str, today: Date) -> Option<Ending> {
    let (family, release) = Tag::parse(tag).numbered_release()?;
    let cycle = end_of_life::of_distribution(family, release)?;
    Some(Ending { cycle, support: cycle.support(today) }).filter(Ending::is_over)
}

/// Release lines that live no longer than this, in days, are no matter of support: Rust's next one comes after six
/// weeks, and everybody is behind.
const SHORT_LIVED: i32 = 100;

impl ImageFacts {
    /// What the image ships that nobody repairs any more on the day `today`; the product before the distribution.
    /// Extended support that anyone may use (Debian LTS) counts as support.
    pub fn ended(&self, today: Date) -> Option<Ending> {
        self.endings(today).find(Ending::is_over)
    }

    /// What the image ships that is repaired still, but only in extended support, or for less than `days` days.
    pub fn nearly_ended(&self, today: Date, days: i32) -> Option<Ending> {
        self.endings(today).find(|ending| match ending.support {
            Support::Until(end) => end.is_some_and(|end| today.days_until(end) < days),
            Support::Extended { .. } => ending.cycle.is_extended_for_all(),
            Support::EndedOn(_) => false,
        })
    }

    fn endings(&self, today: Date) -> impl Iterator<Item = Ending> {
        let gone = matches!(self.tag, TagState::NoLongerTagged { .. });
        // A tag that does not name the release will be built on the next one.
        let distribution = self.distribution.filter(|distribution| distribution.named_in_tag || gone);
        let cycles = [self.product, distribution.and_then(super::Distribution::cycle)];
        cycles
            .into_iter()
            .flatten()
            .filter(|cycle| cycle.lifetime().is_none_or(|days| days > SHORT_LIVED))
            .map(move |cycle| Ending { cycle, support: cycle.support(today) })
    }
}

/// Whether the tag will name another release line one day: `python:3`, `node:lts`, `alpine:edge`. False for `latest`,
/// and for tags of which nothing is known.
pub fn is_floating(repository: &str, tag: &str) -> bool {
    let repository = without_library(repository);
    if tag == "latest" || TAGS.find([repository, tag]).is_none() || end_of_life::of_tag(repository, tag).is_some() {
        return false;
    }
    let is_built = exact(repository, tag).is_some_and(|build| build.state == TagState::Tagged);
    let has_cycles = end_of_life::product_of(repository).is_some();
    // Some distributions number their images by day: `archlinux:base-20260816.0.1`.
    let is_dated = tag.split(['-', '.']).any(|word| word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_digit()));
    let parsed = Tag::parse(tag);
    // A full version is bound whatever the table says of its cycle, and a distribution's name binds `buildpack-deps`.
    let is_bound = parsed.version.split('.').count() > 2 || (!has_cycles && parsed.release().is_some());
    is_built && !is_dated && !is_bound && (has_cycles || parsed.version.is_empty())
}
