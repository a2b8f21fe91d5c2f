//! The keys that `dfx.toml` may hold: reader, schema, template and `dfx config show` all follow this table.

use crate::rules::LabelFormat;

/// A key of `dfx.toml`.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// What it does. Whole sentences.
    pub about: &'static str,
    /// A value to show, in TOML; for a table, lines of it.
    pub example: &'static str,
}

/// What a key's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One of some words.
    OneOf(&'static [&'static str]),
    /// Codes of rules.
    Codes,
    /// Strings.
    Strings,
    /// `true` or `false`
    Boolean,
    /// Paths' patterns, each with codes of rules.
    CodesByPattern,
    /// Names of labels, each with a format.
    FormatByLabel,
    /// Names of rules, each with its settings.
    Rules,
}

/// The formats that a required label may have, by name.
pub(super) const LABEL_FORMATS: [(&str, LabelFormat); 7] = [
    ("text", LabelFormat::Text),
    ("url", LabelFormat::Url),
    ("rfc3339", LabelFormat::Rfc3339),
    ("semver", LabelFormat::SemVer),
    ("spdx", LabelFormat::Spdx),
    ("hash", LabelFormat::GitHash),
    ("email", LabelFormat::Email),
];

/// The name of a label's format, as users write it.
pub fn label_format_name(format: LabelFormat) -> &'static str {
    LABEL_FORMATS.iter().find(|(_, known)| *known == format).map_or("text", |(name, _)| name)
}

/// The values of a rule's `severity`.
pub(super) const LEVELS: [&str; 5] = ["error", "warning", "info", "style", "off"];

/// The keys of a rule's own table.
pub const RULE_KEYS: [Key; 1] = [Key {
    name: "severity",
    kind: Kind::OneOf(&LEVELS),
    about: "How grave its findings are. Switches the rule on; `off` switches it off.",
    example: "\"error\"",
}];

/// The keys at the top of the file.
pub const KEYS: [Key; 11] = [
    Key {
        name: "profile",
        kind: Kind::OneOf(&["default", "strict", "hadolint", "buildkit"]),
        about: "The rules to start from.",
        example: "\"default\"",
    },
    Key {
        name: "select",
        kind: Kind::Codes,
        about: "In the place of a profile: nothing but these rules, by name, group, code of another tool, beginning of \
                such codes, or `ALL`.",
        example: "[\"build\", \"DL3008\"]",
    },
    Key {
        name: "extend-select",
        kind: Kind::Codes,
        about: "Rules in addition to the profile or to `select`.",
        example: "[\"pin\"]",
    },
    Key { name: "ignore", kind: Kind::Codes, about: "Rules that are off.", example: "[\"DL3008\"]" },
    Key {
        name: "fail-on",
        kind: Kind::OneOf(&super::FailOn::NAMES),
        about: "The mildest severity that makes `dfx lint` exit with 1.",
        example: "\"warning\"",
    },
    Key {
        name: "exclude",
        kind: Kind::Strings,
        about: "Files and folders to leave out, as patterns of a .gitignore in the folder of this file.",
        example: "[\"vendor/\"]",
    },
    Key {
        name: "allowed-registries",
        kind: Kind::Strings,
        about: "Registries from which base images may come. `*` stands for anything.",
        example: "[\"docker.io\", \"*.example.com\"]",
    },
    Key {
        name: "required-labels",
        kind: Kind::FormatByLabel,
        about: "Labels that the final image must have, each with the format of its value.",
        example: "\"org.opencontainers.image.source\" = \"url\"",
    },
    Key {
        name: "strict-labels",
        kind: Kind::Boolean,
        about: "Whether labels that are not required are reported.",
        example: "false",
    },
    Key {
        name: "per-file-ignores",
        kind: Kind::CodesByPattern,
        about: "Rules that are off in the files that match a pattern of a .gitignore.",
        example: "\"test/**\" = [\"pin\"]",
    },
    Key {
        name: "rules",
        kind: Kind::Rules,
        about: "Settings of single rules, by name.",
        example: "\"build/unknown-instruction\" = { severity = \"error\" }",
    },
];
