//! When to use colour.

use std::env;
use std::io::IsTerminal;

use clap::ValueEnum;

/// What `--color` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

impl ColorChoice {
    /// Whether to use colour on `stream`: `--color`, then NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE, then whether
    /// the stream is a terminal.
    pub fn is_on(self, stream: &impl IsTerminal) -> bool {
        match self {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => decide(|name| env::var(name).unwrap_or_default(), stream.is_terminal()),
        }
    }
}

fn decide(variable: impl Fn(&str) -> String, is_terminal: bool) -> bool {
    let forced = |name| !matches!(variable(name).as_str(), "" | "0");
    if !variable("NO_COLOR").is_empty() {
        return false;
    }
    forced("FORCE_COLOR") || forced("CLICOLOR_FORCE") || (is_terminal && variable("TERM") != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)], is_terminal: bool) -> bool {
        decide(
            |name| variables.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value).into(),
            is_terminal,
        )
    }

    #[test]
    fn a_terminal_gets_colour_and_a_pipe_does_not() {
        assert!(with(&[], true) && !with(&[], false));
        assert!(!with(&[("TERM", "dumb")], true));
    }

    #[test]
    fn the_environment_decides_before_the_terminal() {
        assert!(!with(&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], true));
        assert!(with(&[("NO_COLOR", "")], true));
        assert!(with(&[("FORCE_COLOR", "1")], false) && with(&[("CLICOLOR_FORCE", "1")], false));
        assert!(!with(&[("FORCE_COLOR", "0"), ("CLICOLOR_FORCE", "")], false));
    }
}
