//! Whether a report is what its format says: JSON that can be read, XML whose tags match.

use dfx::report::Format;
use serde_json::Value;

/// Fail where `report` is not well-formed.
pub fn assert_well_formed(format: Format, report: &str) {
    match format {
        Format::Json | Format::Sarif | Format::Gitlab | Format::Rdjson => {
            serde_json::from_str::<Value>(report).unwrap();
        }
        Format::Jsonl | Format::Rdjsonl => {
            for line in report.split_terminator('\n') {
                serde_json::from_str::<Value>(line).unwrap();
            }
        }
        Format::Checkstyle | Format::Junit => assert_xml(report),
        Format::Full | Format::Concise | Format::Github | Format::Gnu | Format::Markdown => {
            assert!(report.ends_with('\n') || report.is_empty());
        }
    }
}

/// Tags match, attributes are quoted, no character is illegal. Enough for XML that a program wrote.
fn assert_xml(report: &str) {
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    assert!(report.chars().all(legal), "illegal character");
    let mut open = Vec::new();
    let body = report.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("XML declaration");
    for piece in body.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("a tag that ends");
        assert!(!text.contains('>'), "{text}");
        assert_entities(text);
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let (name, attributes) = tag.trim_end_matches('/').split_once(' ').unwrap_or((tag, ""));
        let parts: Vec<&str> = attributes.split('"').collect();
        assert!(parts.len() % 2 == 1, "{tag}");
        for pair in parts.chunks_exact(2) {
            let attribute = pair[0].trim().strip_suffix('=').expect("a name");
            assert!(attribute.chars().all(|c| c.is_ascii_alphabetic()), "{attribute}");
            assert_entities(pair[1]);
        }
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

fn assert_entities(text: &str) {
    for piece in text.split('&').skip(1) {
        let (entity, _) = piece.split_once(';').expect("an entity that ends");
        assert!(["amp", "lt", "gt", "quot", "apos", "#9", "#10", "#13"].contains(&entity), "{entity}");
    }
}
