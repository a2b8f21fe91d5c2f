//! The file that `dfx config init` writes.

use std::fmt::Write;

use super::{KEYS, Key, Kind};

/// A `dfx.toml` with every key, explained and commented out.
pub fn template() -> String {
    let mut text = String::from("# Settings of dfx for this folder and all below it.\n");
    let (tables, values): (Vec<&Key>, Vec<&Key>) = KEYS.iter().partition(|key| is_table(key.kind));
    for key in values.into_iter().chain(tables) {
        let _ = write!(text, "\n{}", comment(key.about));
        let _ = match key.kind {
            Kind::OneOf(words) => write!(text, "# One of: {}.\n# {} = {}\n", words.join(", "), key.name, key.example),
            kind if is_table(kind) => write!(text, "# [{}]\n# {}\n", key.name, key.example),
            _ => writeln!(text, "# {} = {}", key.name, key.example),
        };
    }
    text
}

fn is_table(kind: Kind) -> bool {
    matches!(kind, Kind::CodesByPattern | Kind::FormatByLabel | Kind::Rules)
}

/// The text as comment lines of at most 100 characters.
fn comment(text: &str) -> String {
    let mut lines = vec![String::from("#")];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < 100 => *line = format!("{line} {word}"),
            _ => lines.push(format!("# {word}")),
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::super::{Catalogue, Config};
    use super::*;
    use crate::source::SourceFile;

    fn catalogue() -> Catalogue {
        Catalogue::new(crate::rules::all().map(|rule| rule.meta))
    }

    #[test]
    fn the_template_is_a_configuration_that_sets_nothing_until_it_is_uncommented() {
        let config = Config::read(&SourceFile::new("dfx.toml", template()), &catalogue()).unwrap();
        assert!(config.places().is_empty());

        let lines = template().lines().map(uncomment).collect::<Vec<_>>().join("\n");
        let source = SourceFile::new("dfx.toml", lines);
        let config =
            Config::read(&source, &catalogue()).unwrap_or_else(|faults| panic!("{}", faults[0].render(&source)));
        assert_eq!(config.places().len(), KEYS.len());
    }

    fn uncomment(line: &str) -> String {
        let content = line.strip_prefix("# ").unwrap_or(line);
        let is_code =
            content.starts_with(['[', '"']) || KEYS.iter().any(|key| content.starts_with(&format!("{} = ", key.name)));
        if is_code { content.to_owned() } else { line.to_owned() }
    }
}
