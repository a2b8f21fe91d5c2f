//! What users can set for rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::knowledge::Date;
use crate::rewrite::multistage::BaseChoice;
use crate::shell::ScriptLinter;

/// Options of rules, from `dfx.toml` or the command line. The default is what a file without configuration gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The day for which ends of life are judged.
    pub today: Date,
    /// Registries from which base images may come; empty for all. Entries may hold `*`.
    pub allowed_registries: Vec<String>,
    /// Labels that the final image must have, each with the form of its value.
    pub required_labels: BTreeMap<String, LabelFormat>,
    /// Whether labels that are not required are reported.
    pub strict_labels: bool,
    /// Whether rules that are also checks of `docker build --check` report exactly what BuildKit does, even where dfx
    /// knows that nothing is wrong. True for `--profile buildkit`.
    pub exactly_buildkit: bool,
    /// What the last stage starts from where `size/build-tools-in-final-image` makes two stages of one.
    pub runtime_base: BaseChoice,
    /// Who looks at the shell scripts for `shell/shellcheck`.
    pub script_linter: Linter,
}

/// A linter of shell scripts.
#[derive(Debug, Clone, Default)]
pub enum Linter {
    /// The one that dfx holds.
    #[default]
    BuiltIn,
    /// None: scripts are not looked at.
    Off,
    /// Another.
    Other(Arc<dyn ScriptLinter>),
}

impl PartialEq for Linter {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Linter::Other(one), Linter::Other(other)) => Arc::ptr_eq(one, other),
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl Eq for Linter {}

/// The form that a label's value must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LabelFormat {
    /// Any text.
    Text,
    /// An absolute `http` or `https` URL.
    Url,
    /// A date and time of RFC 3339.
    Rfc3339,
    /// A version of Semantic Versioning 2.0.
    SemVer,
    /// An SPDX licence expression.
    Spdx,
    /// A git commit, short or long.
    GitHash,
    /// An email address.
    Email,
}

impl LabelFormat {
    /// Whether a value has the form.
    pub fn accepts(self, value: &str) -> bool {
        match self {
            LabelFormat::Text => true,
            LabelFormat::Url => is_url(value),
            LabelFormat::Rfc3339 => is_rfc3339(value),
            LabelFormat::SemVer => is_semver(value),
            LabelFormat::Spdx => is_spdx(value),
            LabelFormat::GitHash => {
                (7..=64).contains(&value.len()) && value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            }
            LabelFormat::Email => is_email(value),
        }
    }
}

fn is_url(value: &str) -> bool {
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.starts_with(['/', ':', '?', '#'])
            && !rest.is_empty()
            && !value.contains(|it: char| it.is_whitespace() || it.is_control())
    })
}

/// RFC 3339, section 5.6: `2026-11-23T12:00:00.5+01:00`.
fn is_rfc3339(value: &str) -> bool {
    let number = |text: Option<&str>, most: u32| {
        text.is_some_and(|text| {
            text.len() == 2
                && text.bytes().all(|byte| byte.is_ascii_digit())
                && text.parse().is_ok_and(|it: u32| it <= most)
        })
    };
    let is_time = |time: &str| {
        number(time.get(..2), 23) && time.get(2..3) == Some(":") && number(time.get(3..5), 59) && time.len() == 5
    };
    let (Some(date), Some(time)) = (value.get(..10), value.get(11..)) else { return false };
    let has_separator = matches!(value.get(10..11), Some("T" | "t" | " "));
    let zone = time.find(['Z', 'z', '+', '-']);
    let Some((clock, zone)) = zone.and_then(|at| time.split_at_checked(at)) else { return false };
    let is_zone = matches!(zone, "Z" | "z") || zone.get(1..).is_some_and(is_time);
    let (whole, fraction) = clock.split_once('.').map_or((clock, None), |(whole, fraction)| (whole, Some(fraction)));
    let is_fraction =
        fraction.is_none_or(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
    let is_clock = whole.get(..5).is_some_and(is_time) && whole.get(5..6) == Some(":") && number(whole.get(6..), 60);
    date.parse::<Date>().is_ok() && has_separator && is_zone && is_fraction && is_clock
}

/// Semantic Versioning 2.0, without a leading `v`.
fn is_semver(value: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_number = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) && (word == "0" || !word.starts_with('0'))
    };
    let is_identifier =
        |word: &str| is_word(word) && (is_number(word) || !word.bytes().all(|byte| byte.is_ascii_digit()));
    let (rest, build) = value.split_once('+').map_or((value, None), |(rest, build)| (rest, Some(build)));
    let (core, pre) = rest.split_once('-').map_or((rest, None), |(core, pre)| (core, Some(pre)));
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && pre.is_none_or(|pre| pre.split('.').all(is_identifier))
        && build.is_none_or(|build| build.split('.').all(is_word))
}

/// The grammar of SPDX License Expressions. Whether SPDX lists the licence is not asked: its list grows.
fn is_spdx(value: &str) -> bool {
    let spaced = value.replace('(', " ( ").replace(')', " ) ");
    let is_licence = |word: &str| {
        let word = word.strip_suffix('+').unwrap_or(word);
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':'))
    };
    let (mut depth, mut wants_licence) = (0usize, true);
    for word in spaced.split_whitespace() {
        match word {
            "(" if wants_licence => depth += 1,
            ")" if !wants_licence && depth > 0 => depth -= 1,
            "AND" | "OR" | "WITH" | "and" | "or" | "with" if !wants_licence => wants_licence = true,
            _ if wants_licence && is_licence(word) => wants_licence = false,
            _ => return false,
        }
    }
    depth == 0 && !wants_licence
}

fn is_email(value: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && !part.contains(|it: char| it.is_whitespace() || matches!(it, '@' | '<' | '>' | ','))
    };
    value.rsplit_once('@').is_some_and(|(name, domain)| is_part(name) && is_part(domain) && !domain.starts_with('.'))
}

impl Options {
    /// No restrictions, judged for the day `today`.
    pub fn new(today: Date) -> Self {
        Self {
            today,
            allowed_registries: Vec::new(),
            required_labels: BTreeMap::new(),
            strict_labels: false,
            exactly_buildkit: false,
            runtime_base: BaseChoice::default(),
            script_linter: Linter::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LabelFormat::{self, Email, GitHash, Rfc3339, SemVer, Spdx, Text, Url};

    #[test]
    fn each_format_has_its_grammar() {
        let accepted: [(LabelFormat, &[&str]); 7] = [
            (Text, &["", "anything"]),
            (Url, &["https://example.com", "http://example.com:80/a?b#c"]),
            (Rfc3339, &["2026-11-23T12:00:00Z", "2024-02-29t23:59:60.25+01:00"]),
            (SemVer, &["1.2.3", "0.0.0-rc.1+build.007"]),
            (Spdx, &["MIT", "MIT OR Apache-2.0", "(GPL-2.0+ WITH Classpath-exception-2.0) AND LicenseRef-own"]),
            (GitHash, &["1a2b3c4", "e83c5163316f89bfbde7d9ab23ca2e25604af290"]),
            (Email, &["me@example.com", "a.b+c@example.co.uk"]),
        ];
        for (format, value) in accepted.iter().flat_map(|(format, values)| values.iter().map(move |it| (format, it))) {
            assert!(format.accepts(value), "{format:?} {value}");
        }
    }

    #[test]
    fn what_breaks_the_grammar_is_refused() {
        let refused: [(LabelFormat, &[&str]); 6] = [
            (Url, &["example.com", "https://", "https:///a", "mailto:x", "https://a b"]),
            (
                Rfc3339,
                &[
                    "2026-11-23",
                    "2026-11-23T12:00:00",
                    "2023-02-29T12:00:00Z",
                    "2026-11-23T24:00:00Z",
                    "é",
                    "2026-11-2éT",
                ],
            ),
            (SemVer, &["v1.2.3", "1.2", "01.2.3", "1.2.3-", "1.2.3-01"]),
            (Spdx, &["", "MIT OR", "MIT Apache-2.0", "(MIT", "MIT)", "a/b"]),
            (GitHash, &["main", "1a2b3c", "1A2B3C4"]),
            (Email, &["me", "@example.com", "me@", "Me <me@example.com>"]),
        ];
        for (format, value) in refused.iter().flat_map(|(format, values)| values.iter().map(move |it| (format, it))) {
            assert!(!format.accepts(value), "{format:?} {value}");
        }
    }
}
