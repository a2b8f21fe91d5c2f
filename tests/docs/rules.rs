//! The pages under `docs/rules` are those of the rules.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use dfx::rules::{self, Activation, Rule};

use super::{OUT_OF_DATE, is_update, root};

/// Every page that the rules ask for, by path below the root.
fn pages() -> BTreeMap<PathBuf, String> {
    let mut pages: BTreeMap<PathBuf, String> =
        rules::all().map(|rule| (PathBuf::from(format!("docs/rules/{}.md", rule.meta.name)), page(rule))).collect();
    pages.insert("docs/rules/README.md".into(), table());
    pages
}

fn page(rule: &Rule) -> String {
    let meta = rule.meta;
    let when = match meta.activation {
        Activation::Default => "on by default",
        Activation::Strict => "opt-in: `--profile strict`, or select it by name",
    };
    let mut text = format!("# {}\n\n{}, {when}", meta.name, meta.severity);
    if let Some(effect) = meta.effect {
        write!(text, "; its fix is *{effect}*").unwrap();
    }
    text.push_str(".\n");
    if !meta.aliases.is_empty() {
        let aliases: Vec<String> = meta.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        write!(text, "\nAlso known as {}.\n", aliases.join(", ")).unwrap();
    }
    let markdown = rule
        .documentation()
        .markdown()
        .replace("```dockerfile,bad", "```dockerfile")
        .replace("```dockerfile,good", "```dockerfile");
    format!("{text}\n{markdown}")
}

fn table() -> String {
    let mut text = String::from(
        "# Rules\n\nWritten by `DFX_UPDATE_DOCS=1 cargo test --test docs`. ● is on by default, ○ is opt-in.\n\n\
         | rule | | severity | fix | what it finds |\n|---|---|---|---|---|\n",
    );
    for rule in rules::all() {
        let meta = rule.meta;
        let mark = if meta.activation == Activation::Default { "●" } else { "○" };
        let fix = meta.effect.map_or("", |effect| effect.name());
        let summary = rule.documentation().summary().replace('|', "\\|");
        writeln!(text, "| [{0}]({0}.md) | {mark} | {1} | {fix} | {summary} |", meta.name, meta.severity).unwrap();
    }
    text
}

#[test]
fn the_pages_are_those_of_the_rules() {
    let expected = pages();
    if is_update() {
        let _ = std::fs::remove_dir_all(root().join("docs/rules"));
        for (path, text) in &expected {
            let path = root().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }
    for (path, text) in &expected {
        let found = std::fs::read_to_string(root().join(path)).unwrap_or_default();
        assert_eq!(&found, text, "{} {OUT_OF_DATE}", path.display());
    }
    let known = expected.len();
    let found = count_files(&root().join("docs/rules"));
    assert_eq!(
        found, known,
        "docs/rules has pages of rules that are gone: run `DFX_UPDATE_DOCS=1 cargo test --test docs`"
    );
}

fn count_files(folder: &Path) -> usize {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { count_files(&path) } else { 1 })
        .sum()
}
