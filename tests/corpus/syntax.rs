//! The parser against BuildKit's instruction list, and its own promise to lose nothing.

use dfx::source::SourceFile;
use dfx::syntax::{Dockerfile, Instruction, parse};
use serde_json::{Value, json};

use crate::corpus::Corpus;

fn parsed(name: &str, bytes: &[u8]) -> Dockerfile {
    parse(SourceFile::new(name, bytes))
}

/// BuildKit's record of an instruction: keyword, first line, last line, heredoc names where there are any.
fn record(instruction: &Instruction) -> Value {
    let mut record =
        vec![json!(instruction.keyword_word.text()), json!(instruction.first_line), json!(instruction.last_line)];
    if !instruction.heredocs.is_empty() {
        record.push(instruction.heredocs.iter().map(|heredoc| json!(heredoc.name)).collect());
    }
    Value::Array(record)
}

#[test]
fn instructions_are_those_that_buildkit_sees() {
    let Some(corpus) = Corpus::open() else { return };
    let mut different = Vec::new();
    for verdict in corpus.verdicts("buildkit-instructions.jsonl") {
        let name = verdict["file"].as_str().unwrap();
        let file = parsed(name, &corpus.files[name]);
        let ours: Vec<Value> = file.instructions().map(record).collect();
        if Some(&ours) != verdict["instructions"].as_array() {
            different.push(format!(
                "{name}\n  ours     {}\n  BuildKit {}",
                Value::Array(ours),
                verdict["instructions"]
            ));
        }
    }
    assert!(different.is_empty(), "{} files differ:\n{}", different.len(), different.join("\n"));
}

#[test]
fn joined_tokens_are_the_text() {
    let Some(corpus) = Corpus::open() else { return };
    for (name, bytes) in &corpus.files {
        let file = parsed(name, bytes);
        let mut at = 0;
        for token in file.tokens() {
            assert_eq!(token.span.start, at, "{name}: a gap or an overlap");
            at = token.span.end;
        }
        assert_eq!(at, bytes.len(), "{name}: the end is missing");
    }
}

#[test]
fn buildkit_loads_what_has_no_problems_and_refuses_what_has() {
    let Some(corpus) = Corpus::open() else { return };
    let refused: Vec<String> = corpus
        .verdicts("buildkit-checks.jsonl")
        .iter()
        .filter(|verdict| verdict["kind"] == "build_error")
        .map(|verdict| verdict["file"].as_str().unwrap().to_owned())
        .collect();
    let wrongly: Vec<String> = corpus
        .files
        .iter()
        .filter(|(name, _)| !refused.contains(name))
        .flat_map(|(name, bytes)| {
            let problems = parsed(name, bytes).problems;
            problems.into_iter().map(move |problem| format!("{name}: {}", problem.kind))
        })
        .collect();
    assert!(wrongly.is_empty(), "BuildKit accepts these:\n{}", wrongly.join("\n"));
}
