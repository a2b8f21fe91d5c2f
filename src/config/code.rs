//! The codes by which users name rules.

use crate::rules::Meta;

/// The rules that there are.
#[derive(Debug, Clone)]
pub struct Catalogue {
    rules: Vec<&'static Meta>,
}

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// `ALL`
    All,
    /// All rules of a group: `build`.
    Group(&'static str),
    /// All findings with another tool's code that starts so: `DL30`.
    AliasPrefix(String),
    /// All findings with another tool's code: `DL3008`.
    Alias(&'static str),
    /// One rule by its name: `pin/untagged-base-image`.
    Rule(&'static str),
}

/// A code that names nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCode {
    /// The code.
    pub code: String,
    /// What was likely meant.
    pub suggestion: Option<&'static str>,
}

impl std::fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unknown rule `{}`", self.code)
    }
}

impl UnknownCode {
    /// What to do, as an order.
    pub fn help(&self) -> String {
        match self.suggestion {
            Some(suggestion) => format!("did you mean `{suggestion}`?"),
            None => "`dfx rules` lists all rules with their codes".to_owned(),
        }
    }
}

impl Catalogue {
    /// A catalogue of `rules`.
    pub fn new(rules: impl IntoIterator<Item = &'static Meta>) -> Self {
        Self { rules: rules.into_iter().collect() }
    }

    /// The rules.
    pub fn rules(&self) -> impl Iterator<Item = &'static Meta> {
        self.rules.iter().copied()
    }

    /// What `code` stands for, in any case.
    ///
    /// # Errors
    /// Where no rule answers to it.
    pub fn resolve(&self, code: &str) -> Result<Selector, UnknownCode> {
        self.exact(code)
            .or_else(|| self.prefix(code))
            .ok_or_else(|| UnknownCode { code: code.to_owned(), suggestion: self.suggest(code) })
    }

    /// The rule with the name `name`, in any case.
    ///
    /// # Errors
    /// Where there is none, also where `name` is another tool's code for a rule: then that rule is suggested.
    pub fn rule(&self, name: &str) -> Result<&'static Meta, UnknownCode> {
        self.rules().find(|rule| rule.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let by_alias = self.rules().find(|rule| rule.answers_to(name)).map(|rule| rule.name);
            UnknownCode { code: name.to_owned(), suggestion: by_alias.or_else(|| self.suggest(name)) }
        })
    }

    fn exact(&self, code: &str) -> Option<Selector> {
        if code.eq_ignore_ascii_case("ALL") {
            return Some(Selector::All);
        }
        self.rules().find_map(|rule| {
            if rule.name.eq_ignore_ascii_case(code) {
                Some(Selector::Rule(rule.name))
            } else if rule.group().eq_ignore_ascii_case(code) {
                Some(Selector::Group(rule.group()))
            } else {
                rule.aliases.iter().find(|alias| alias.eq_ignore_ascii_case(code)).map(|alias| Selector::Alias(alias))
            }
        })
    }

    /// `code` as the beginning of other tools' codes: cut where a number starts or within one, or at a separator.
    fn prefix(&self, code: &str) -> Option<Selector> {
        let cuts = |alias: &str| {
            starts_with_ignoring_case(alias, code)
                && alias[code.len()..].starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_'))
        };
        let exists = !code.is_empty() && self.rules().flat_map(|rule| rule.aliases).any(|alias| cuts(alias));
        exists.then(|| Selector::AliasPrefix(code.to_owned()))
    }

    /// The name, group or code that `code` was likely meant to be.
    fn suggest(&self, code: &str) -> Option<&'static str> {
        let lower = code.to_ascii_lowercase();
        let without_group = self.rules().find(|rule| rule.name.split_once('/').is_some_and(|(_, name)| name == lower));
        if let Some(rule) = without_group {
            return Some(rule.name);
        }
        let candidates =
            self.rules().flat_map(|rule| [rule.name, rule.group()].into_iter().chain(rule.aliases.iter().copied()));
        closest(&lower, candidates)
    }
}

/// The candidate nearest to `word`, a word in lower case, where at most two letters in five differ.
pub(super) fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    const LEAST: f64 = 0.6;
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        if word.len() > 3 * candidate.len() {
            continue;
        }
        let likeness = strsim::normalized_damerau_levenshtein(word, &candidate.to_ascii_lowercase());
        if likeness >= LEAST && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

impl Selector {
    /// Whether a finding of the rule `name` that answers to `aliases` is meant.
    pub fn matches(&self, name: &str, aliases: &[&str]) -> bool {
        match self {
            Selector::All => true,
            Selector::Group(group) => name.split_once('/').is_some_and(|(own, _)| own == *group),
            Selector::AliasPrefix(prefix) => aliases.iter().any(|alias| starts_with_ignoring_case(alias, prefix)),
            Selector::Alias(code) => aliases.contains(code),
            Selector::Rule(rule) => name == *rule,
        }
    }

    /// The greater, the more exactly it says what it means.
    pub(super) fn specificity(&self) -> (u8, usize) {
        match self {
            Selector::All => (0, 0),
            Selector::Group(_) => (1, 0),
            Selector::AliasPrefix(prefix) => (2, prefix.len()),
            Selector::Alias(_) => (3, 0),
            Selector::Rule(_) => (4, 0),
        }
    }
}

impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Selector::All => "ALL",
            Selector::AliasPrefix(prefix) => prefix,
            Selector::Group(code) | Selector::Alias(code) | Selector::Rule(code) => code,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::selection::examples::catalogue;
    use super::*;

    #[test]
    fn names_groups_codes_and_beginnings_of_codes_stand_for_rules() {
        let resolved = |code| catalogue().resolve(code).unwrap();
        assert_eq!(resolved("all"), Selector::All);
        assert_eq!(resolved("build"), Selector::Group("build"));
        assert_eq!(resolved("PIN/Unpinned-Package"), Selector::Rule("pin/unpinned-package"));
        assert_eq!(resolved("dl3008"), Selector::Alias("DL3008"));
        assert_eq!(resolved("workdirrelativepath"), Selector::Alias("WorkdirRelativePath"));
        assert_eq!(resolved("DL30"), Selector::AliasPrefix("DL30".into()));
        assert_eq!(resolved("CKV_DOCKER"), Selector::AliasPrefix("CKV_DOCKER".into()));
    }

    #[test]
    fn what_names_nothing_is_refused_with_a_suggestion() {
        let refused = |code: &str| catalogue().resolve(code).unwrap_err().suggestion;
        assert_eq!(refused("DL3080"), Some("DL3008"));
        assert_eq!(refused("unpinned-package"), Some("pin/unpinned-package"));
        assert_eq!(refused("pin/unpined-packages"), Some("pin/unpinned-package"));
        assert_eq!(refused("WorkdirRelative"), Some("WorkdirRelativePath"));
        assert_eq!(refused("entirely-else"), None);
        assert_eq!(refused("D"), None);
        assert_eq!(refused(""), None);
        assert_eq!(refused(&"ü".repeat(1_000_000)), None);
    }

    #[test]
    fn a_code_in_the_place_of_a_rules_name_suggests_the_rule() {
        assert_eq!(catalogue().rule("DL3008").unwrap_err().suggestion, Some("pin/unpinned-package"));
    }
}
