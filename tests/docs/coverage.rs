//! What dfx has for each check of other tools: `docs/coverage.tsv`, and the page that is made of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use dfx::rules::{self, Activation, Rule};

use super::{OUT_OF_DATE, is_update, root};

/// One check of another tool.
struct Check<'t> {
    source: &'t str,
    id: &'t str,
    meaning: &'t str,
    /// The rule that answers to the id; empty where dfx leaves the check out.
    rule: &'t str,
    /// Why it is left out, or how far the rule goes.
    remark: &'t str,
}

impl Check<'_> {
    fn is_left_out(&self) -> bool {
        self.rule.is_empty()
    }

    /// The rule that answers to the id, as `dfx explain` finds it.
    fn found(&self) -> Option<&'static Rule> {
        rules::all().find(|rule| rule.meta.answers_to(self.id))
    }
}

fn table() -> String {
    std::fs::read_to_string(root().join("docs/coverage.tsv")).unwrap()
}

fn checks(table: &str) -> Vec<Check<'_>> {
    let rows = table.lines().skip(1);
    rows.map(|row| match row.split('\t').collect::<Vec<_>>()[..] {
        [source, id, meaning, rule, remark] => Check { source, id, meaning, rule, remark },
        _ => panic!("docs/coverage.tsv: not five fields: {row}"),
    })
    .collect()
}

#[test]
fn an_id_is_an_alias_of_its_rule_or_left_out_for_a_reason() {
    for check in checks(&table()) {
        let id = check.id;
        match check.found() {
            Some(rule) => assert_eq!(check.rule, rule.meta.name, "docs/coverage.tsv names another rule for {id}"),
            None => assert!(check.is_left_out(), "{id} is no alias of {}", check.rule),
        }
        assert!(
            !check.is_left_out() || !check.remark.is_empty(),
            "docs/coverage.tsv does not say why {id} is left out"
        );
    }
}

#[test]
fn an_id_stands_in_the_table_once() {
    let table = table();
    let mut ids = BTreeSet::new();
    let twice: Vec<&str> = checks(&table).iter().map(|check| check.id).filter(|id| !ids.insert(*id)).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn the_page_is_made_of_the_table() {
    let (path, table) = (root().join("docs/coverage.md"), table());
    let expected = page(&checks(&table));
    if is_update() {
        std::fs::write(&path, &expected).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), expected, "docs/coverage.md {OUT_OF_DATE}");
}

fn page(checks: &[Check<'_>]) -> String {
    let left_out = checks.iter().filter(|check| check.is_left_out()).count();
    let sources = sources(checks);
    let mut text = format!(
        "# What dfx has for the checks of other tools\n\n\
         {} checks of {} sources: dfx has a rule for {}, and leaves {left_out} out for the reasons below. A tool's id for\n\
         a check is another name of the rule: `dfx explain DS-0002`, `dfx lint --select CKV_DOCKER_3`,\n\
         `# dfx: ignore[S6471]`. ○ is opt-in: `--profile strict`, or by its name or id. For hadolint there is\n\
         [a page of its own](hadolint.md).\n\n\
         Made of [coverage.tsv](coverage.tsv) by `DFX_UPDATE_DOCS=1 cargo test --test docs`, which also holds that each id\n\
         is an alias of the rule beside it. Chapters of documents have ids of our own.\n",
        checks.len(),
        sources.len(),
        checks.len() - left_out,
    );
    for source in sources {
        let (left_out, with_rule): (Vec<_>, Vec<_>) =
            checks.iter().filter(|check| check.source == source).partition(|check| check.is_left_out());
        write!(text, "\n## {source}\n\n{} of {}.\n", with_rule.len(), with_rule.len() + left_out.len()).unwrap();
        if !with_rule.is_empty() {
            text.push_str("\n| id | check | rule |\n|---|---|---|\n");
        }
        for check in with_rule {
            let Check { id, meaning, rule, remark, .. } = check;
            let is_opt_in = check.found().is_some_and(|rule| rule.meta.activation == Activation::Strict);
            let mark = if is_opt_in { " ○" } else { "" };
            let remark = if remark.is_empty() { String::new() } else { format!(": {remark}") };
            writeln!(text, "| {id} | {} | [{rule}](rules/{rule}.md){mark}{remark} |", cell(meaning)).unwrap();
        }
        if !left_out.is_empty() {
            text.push_str("\n| left out | check | why |\n|---|---|---|\n");
        }
        for Check { id, meaning, remark, .. } in left_out {
            writeln!(text, "| {id} | {} | {remark} |", cell(meaning)).unwrap();
        }
    }
    text
}

/// The sources in the order of the table.
fn sources<'t>(checks: &[Check<'t>]) -> Vec<&'t str> {
    let mut sources: Vec<&str> = checks.iter().map(|check| check.source).collect();
    sources.dedup();
    sources
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
