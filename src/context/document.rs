//! Files of settings as values, whatever their form.
//!
//! They come from strangers. The library refuses what is too deep, too large or repeats itself by anchors without end, before
//! it takes memory for it.

use serde_json::Value;

/// The documents of a file in YAML, JSON or TOML, told by its name. `None` where they cannot be read.
pub fn documents(name: &str, text: &str) -> Option<Vec<Value>> {
    match name.rsplit('.').next() {
        Some("json") => serde_json::from_str(text).ok().map(|value| vec![value]),
        Some("toml") => toml::from_str(text).ok().map(|value| vec![value]),
        _ => serde_saphyr::from_multiple_with_options(text, in_yaml()).ok(),
    }
}

/// Compose and Kubernetes take the last of keys that repeat. A picture of the lines at fault is nobody's.
fn in_yaml() -> serde_saphyr::Options {
    serde_saphyr::options! {
        duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::LastWins,
        with_snippet: false,
    }
}

/// What lies at a path such as `services.*.build`; `*` is every value of a map or a list.
pub fn at<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut found = vec![value];
    for part in path.split('.') {
        let of = |value: &'v Value| -> Vec<&'v Value> {
            match (part, value) {
                ("*", Value::Object(map)) => map.values().collect(),
                ("*", Value::Array(items)) => items.iter().collect(),
                _ => value.get(part).into_iter().collect(),
            }
        };
        found = found.into_iter().flat_map(of).collect();
    }
    found
}

/// The text at a path.
pub fn text_at(value: &Value, path: &str) -> Option<String> {
    at(value, path).first().and_then(|found| found.as_str()).map(str::to_owned)
}

/// A command: a list of words, or a line that is cut at its blanks.
pub fn command(value: &Value) -> Vec<String> {
    match value {
        Value::String(line) => words_of_line(line),
        Value::Array(items) => items.iter().map(plain).collect(),
        _ => Vec::new(),
    }
}

/// The words of a line, cut at its blanks.
pub fn words_of_line(line: &str) -> Vec<String> {
    line.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_told_by_the_name() {
        for (name, text) in
            [("a.json", "{\"a\": {\"b\": \"c\"}}"), ("a.toml", "[a]\nb = \"c\"\n"), ("a.yml", "a:\n  b: c\n")]
        {
            let documents = documents(name, text).unwrap();
            assert_eq!(text_at(&documents[0], "a.b").as_deref(), Some("c"), "{name}");
        }
        assert_eq!(documents("a.yaml", "a: 1\n---\nb: 2\n").unwrap().len(), 2);
        assert_eq!(documents("a.yaml", "{{- if .Values.a }}\na: b\n"), None);
    }

    #[test]
    fn hostile_documents_are_refused_before_they_cost_anything() {
        let bomb: String = (1..30).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}, *a{0}]\n", n - 1)).collect();
        let blocks: String = (0..5_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        for (name, text) in [
            ("a.yaml", "[".repeat(1_000_000)),
            ("a.yaml", "{a: ".repeat(1_000_000)),
            ("a.yaml", "- ".repeat(1_000_000)),
            ("a.yaml", blocks),
            ("a.yaml", format!("a0: &a0 [b]\n{bomb}")),
            ("a.yaml", "&a [*a]".repeat(1_000)),
            ("a.yaml", "- a\n".repeat(2_500_000)),
            ("a.json", "[".repeat(1_000_000)),
            ("a.toml", format!("a = {}", "[".repeat(1_000_000))),
        ] {
            assert_eq!(documents(name, &text), None, "{}", &text[..20]);
        }
    }
}
