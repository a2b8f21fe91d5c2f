//! Which rules are on, and how grave their findings are.

use crate::finding::{Severity, Weight};
use crate::rules::Meta;

use super::{Profile, Selector};

/// The rules that one place, the configuration or the command line, asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The rules to start from.
    pub profile: Option<Profile>,
    /// In the place of a profile: nothing but these.
    pub select: Option<Vec<Selector>>,
    /// These too.
    pub extend_select: Vec<Selector>,
    /// These not.
    pub ignore: Vec<Selector>,
}

/// What the configuration says of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The rule is off.
    Off,
    /// The rule is on, with this severity in the place of its own.
    Severity(Severity),
}

/// Which rules are on, and how grave their findings are.
///
/// The command line beats the configuration, and in each the most exact code wins: rule before code, code before the
/// beginning of a code, that before group, group before `ALL`; of equals `ignore` wins. The one exception: what the
/// configuration ignores stays ignored where the command line selects it with a less exact code only.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    configured: Choice,
    command_line: Choice,
    levels: Vec<(&'static str, Level)>,
    ignored_in_file: Vec<Selector>,
}

impl Selection {
    /// The selection by configuration and command line; `levels` are the configuration's settings for single rules.
    pub fn new(configured: Choice, command_line: Choice, levels: Vec<(&'static str, Level)>) -> Self {
        Self { configured, command_line, levels, ignored_in_file: Vec::new() }
    }

    /// The same selection for a file in which `ignored` is off, whatever else is said.
    pub fn with_ignored(&self, ignored: impl IntoIterator<Item = Selector>) -> Self {
        let mut selection = self.clone();
        selection.ignored_in_file.extend(ignored);
        selection
    }

    /// The profile that the rules are taken from; `None` where a list of rules is in its place.
    pub fn profile(&self) -> Option<Profile> {
        if self.command_line.select.is_some() {
            return None;
        }
        let configured = || self.configured.select.is_none().then(|| self.configured.profile.unwrap_or_default());
        self.command_line.profile.or_else(configured)
    }

    /// Whether the rule may have something to report.
    pub fn is_on(&self, rule: &Meta) -> bool {
        let reports = |aliases: &[&str]| self.reports(rule, aliases, Weight::Ordinary);
        reports(rule.aliases) || rule.aliases.iter().any(|&alias| reports(&[alias]))
    }

    /// Whether a finding of the rule that answers to `aliases`, some of the rule's, is reported.
    pub fn reports(&self, rule: &Meta, aliases: &[&str], weight: Weight) -> bool {
        let means = |selector: &&Selector| selector.matches(rule.name, aliases);
        let is_asked_for = weight != Weight::OnRequest || self.names(rule.name, aliases);
        if !is_asked_for || self.ignored_in_file.iter().any(|selector| means(&selector)) {
            return false;
        }
        let best = |selectors: &[Selector]| selectors.iter().filter(means).map(Selector::specificity).max();
        let level = self.level(rule.name);
        let at_level = |is_off: bool| {
            let is_meant = level.is_some_and(|level| (level == Level::Off) == is_off);
            is_meant.then(|| Selector::Rule(rule.name).specificity())
        };
        let configured_off = best(&self.configured.ignore).max(at_level(true));

        let [on, off] = [
            best(self.command_line.selected()).max(best(&self.command_line.extend_select)),
            best(&self.command_line.ignore),
        ];
        if on.is_some() || off.is_some() {
            return on > off && on >= configured_off;
        }
        if self.command_line.select.is_some() {
            return false;
        }
        let profile = self.command_line.profile;
        let selected = if profile.is_some() { &[] } else { self.configured.selected() };
        let on = best(selected).max(best(&self.configured.extend_select)).max(at_level(false));
        if on.is_some() || configured_off.is_some() {
            return on > configured_off;
        }
        if profile.is_none() && self.configured.select.is_some() {
            return false;
        }
        profile.or(self.configured.profile).unwrap_or_default().admits(rule, aliases, weight)
    }

    /// Whether a finding of the rule that answers to `aliases` is asked for by the rule's own name or by a code, not
    /// merely by a group or a profile.
    pub fn names(&self, rule: &str, aliases: &[&str]) -> bool {
        let choices = [&self.configured, &self.command_line];
        let mut selectors =
            choices.into_iter().flat_map(|choice| choice.selected().iter().chain(&choice.extend_select));
        selectors.any(|selector| {
            matches!(selector, Selector::Rule(_) | Selector::Alias(_)) && selector.matches(rule, aliases)
        })
    }

    /// How grave a finding of the rule is, which the rule itself calls `own`.
    pub fn severity(&self, rule: &Meta, own: Severity) -> Severity {
        match self.level(rule.name) {
            Some(Level::Severity(severity)) => severity,
            Some(Level::Off) | None => own,
        }
    }

    fn level(&self, name: &str) -> Option<Level> {
        self.levels.iter().find(|(rule, _)| *rule == name).map(|(_, level)| *level)
    }
}

impl Level {
    /// The level's name, as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Level::Off => "off",
            Level::Severity(severity) => severity.name(),
        }
    }
}

impl Choice {
    fn selected(&self) -> &[Selector] {
        self.select.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
pub(super) mod examples {
    use super::super::Catalogue;
    use crate::finding::Severity;
    use crate::rules::Meta;

    pub static APT: Meta =
        Meta { name: "pin/unpinned-package", aliases: &["DL3008", "DL3018", "CKV_DOCKER_12"], ..Meta::opt_in() };
    pub static WORKDIR: Meta =
        Meta { name: "build/relative-workdir", aliases: &["DL3000", "WorkdirRelativePath"], ..Meta::on_by_default() };
    pub static BROKEN: Meta = Meta {
        name: "build/unknown-instruction",
        severity: Severity::Error,
        is_refusal: true,
        ..Meta::on_by_default()
    };
    pub static CACHE: Meta = Meta { name: "cache/sources-first", ..Meta::on_by_default() };

    pub fn catalogue() -> Catalogue {
        Catalogue::new([&APT, &WORKDIR, &BROKEN, &CACHE])
    }
}

#[cfg(test)]
mod tests {
    use super::examples::{APT, BROKEN, CACHE, WORKDIR, catalogue};
    use super::*;

    /// `profile=strict select=a,b extend=c ignore=d`
    fn choice(text: &str) -> Choice {
        let mut choice = Choice::default();
        for (key, value) in text.split_whitespace().filter_map(|word| word.split_once('=')) {
            let selectors = || value.split(',').map(|code| catalogue().resolve(code).unwrap()).collect();
            match key {
                "profile" => choice.profile = Profile::from_name(value),
                "select" => choice.select = Some(selectors()),
                "extend" => choice.extend_select = selectors(),
                "ignore" => choice.ignore = selectors(),
                _ => panic!("{key}"),
            }
        }
        choice
    }

    fn names(selection: &Selection) -> String {
        let on = [&APT, &WORKDIR, &BROKEN, &CACHE].into_iter().filter(|rule| selection.is_on(rule));
        on.map(|rule| rule.name.split_once('/').unwrap().1).collect::<Vec<_>>().join(" ")
    }

    fn on(configured: &str, command_line: &str) -> String {
        names(&Selection::new(choice(configured), choice(command_line), vec![]))
    }

    #[test]
    fn each_profile_has_its_rules() {
        assert_eq!(on("", ""), "relative-workdir unknown-instruction sources-first");
        assert_eq!(on("profile=strict", ""), "unpinned-package relative-workdir unknown-instruction sources-first");
        assert_eq!(on("", "profile=hadolint"), "unpinned-package relative-workdir");
        assert_eq!(on("profile=hadolint", "profile=buildkit"), "relative-workdir unknown-instruction");
    }

    #[test]
    fn select_takes_the_place_of_the_profile_and_extend_select_adds_to_it() {
        assert_eq!(on("select=DL3008", ""), "unpinned-package");
        assert_eq!(on("profile=strict select=cache", ""), "sources-first");
        assert_eq!(on("profile=buildkit extend=DL30", ""), "unpinned-package relative-workdir unknown-instruction");
    }

    #[test]
    fn the_most_exact_code_wins_and_ignore_wins_among_equals() {
        assert_eq!(on("select=ALL ignore=build", ""), "unpinned-package sources-first");
        assert_eq!(on("select=build/relative-workdir ignore=build", ""), "relative-workdir");
        assert_eq!(on("select=DL300 ignore=DL30", ""), "unpinned-package relative-workdir");
        assert_eq!(on("select=build ignore=build", ""), "");
    }

    #[test]
    fn the_command_line_beats_the_configuration() {
        assert_eq!(on("select=build extend=DL3008", "select=cache"), "sources-first");
        assert_eq!(on("extend=DL3008", "ignore=DL,build"), "sources-first");
        assert_eq!(on("select=cache", "profile=buildkit"), "relative-workdir unknown-instruction");
        assert_eq!(on("ignore=build", "select=build"), "relative-workdir unknown-instruction");
    }

    #[test]
    fn what_the_configuration_ignores_more_exactly_than_the_command_line_selects_stays_off() {
        assert_eq!(on("ignore=build/relative-workdir", "select=build"), "unknown-instruction");
        assert_eq!(on("ignore=build", "select=ALL"), "unpinned-package sources-first");
        assert_eq!(on("ignore=DL3000", "select=DL3000"), "relative-workdir");
    }

    #[test]
    fn a_code_means_the_findings_that_carry_it() {
        let selection = Selection::new(choice("profile=strict ignore=DL3008"), Choice::default(), vec![]);
        assert!(!selection.reports(&APT, &["DL3008"], Weight::Ordinary));
        assert!(selection.reports(&APT, &["DL3018"], Weight::Ordinary));
        assert!(selection.is_on(&APT));
        let selection = Selection::new(choice("select=DL3018"), Choice::default(), vec![]);
        assert!(
            !selection.reports(&APT, &["DL3008"], Weight::Ordinary)
                && selection.reports(&APT, &["DL3018"], Weight::Ordinary)
        );
    }

    #[test]
    fn what_is_for_those_who_ask_is_reported_where_the_rule_is_named() {
        let reported = |command_line: &str| {
            let selection = Selection::new(Choice::default(), choice(command_line), vec![]);
            selection.reports(&APT, &["DL3008"], Weight::OnRequest)
        };
        assert!(reported("select=pin/unpinned-package") && reported("extend=DL3008"));
        assert!(!reported("profile=strict") && !reported("select=ALL") && !reported("select=pin"));
        assert!(!reported("select=DL3008 ignore=DL3008"));
    }

    #[test]
    fn a_level_switches_a_rule_on_or_off_and_sets_its_severity() {
        let levels = vec![(APT.name, Level::Severity(Severity::Error)), (CACHE.name, Level::Off)];
        let selection = Selection::new(choice(""), choice(""), levels);
        assert_eq!(names(&selection), "unpinned-package relative-workdir unknown-instruction");
        assert_eq!(selection.severity(&APT, Severity::Style), Severity::Error);
        assert_eq!(selection.severity(&WORKDIR, Severity::Info), Severity::Info);
    }

    #[test]
    fn what_a_file_ignores_is_off_whatever_is_selected() {
        let selection = Selection::new(choice(""), choice("select=build/relative-workdir"), vec![]);
        assert!(!selection.with_ignored([Selector::Group("build")]).is_on(&WORKDIR));
    }
}
