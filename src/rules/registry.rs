//! All rules, by name.

use super::{Context, Documentation, Meta, Sink};

/// A rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its identity card.
    pub meta: &'static Meta,
    /// Looks at a file and reports.
    pub check: fn(&Context<'_>, &mut Sink<'_>),
    /// The text of its file, with its documentation at the head.
    pub source: &'static str,
}

impl Rule {
    /// The rule's page.
    pub fn documentation(&self) -> Documentation {
        Documentation::of(self.source)
    }
}

/// Mounts the files of one group of rules, `rules/<group>/<name>.rs`, in the order of their names.
macro_rules! group {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*

        /// The rules of this group.
        pub(crate) static RULES: &[crate::rules::Rule] = &[
            $(crate::rules::Rule {
                meta: &$name::META,
                check: $name::check,
                source: include_str!(concat!(stringify!($name), ".rs")),
            }),*
        ];
    };
}
pub(crate) use group;

/// All rules, sorted by name.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().copied().flatten()
}

/// The rule with exactly this name.
pub fn find(name: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.meta.name == name)
}

static GROUPS: &[&[Rule]] = &[
    super::build::RULES,
    super::cache::RULES,
    super::pin::RULES,
    super::runtime::RULES,
    super::security::RULES,
    super::shell::RULES,
    super::size::RULES,
    super::style::RULES,
];
