//! JSON of several kinds, keys in the order of the alphabet.

use serde_json::{Value, json};

use super::{OfFile, Reported, all};

/// One array on one line, without a line end.
pub(super) fn json(files: &[OfFile]) -> String {
    let objects = all(files).map(|(file, finding)| {
        json!({
            "code": finding.code,
            "column": finding.column,
            "file": file,
            "level": finding.level,
            "line": finding.line,
            "message": finding.message,
        })
    });
    Value::Array(objects.collect()).to_string()
}

/// Objects one after another.
pub(super) fn codacy(files: &[OfFile]) -> String {
    let object = |(file, finding): (&str, &Reported)| {
        json!({ "filename": file, "line": finding.line, "message": finding.message, "patternId": finding.code })
            .to_string()
    };
    all(files).map(object).collect()
}

/// SonarQube's generic issues.
pub(super) fn sonarqube(files: &[OfFile]) -> String {
    let issues = all(files).map(|(file, finding)| {
        let (severity, kind) = match finding.level {
            _ if finding.is_parse_error() => ("BLOCKER", "BUG"),
            "error" => ("CRITICAL", "BUG"),
            "warning" => ("MAJOR", "CODE_SMELL"),
            "info" => ("MINOR", "CODE_SMELL"),
            _ => ("INFO", "CODE_SMELL"),
        };
        json!({
            "engineId": "Hadolint",
            "primaryLocation": {
                "filePath": file,
                "message": finding.message,
                "textRange": {
                    "endColumn": finding.column,
                    "endLine": finding.line,
                    "startColumn": finding.column - usize::from(!finding.is_parse_error()),
                    "startLine": finding.line,
                },
            },
            "ruleId": finding.code,
            "severity": severity,
            "type": kind,
        })
    });
    json!({ "issues": issues.collect::<Vec<_>>() }).to_string()
}

/// SARIF 2.1.0 with as little in it as hadolint gives.
pub(super) fn sarif(files: &[OfFile], version: &str) -> String {
    let results = all(files).map(|(file, finding)| {
        let level = if matches!(finding.level, "error" | "warning") { finding.level } else { "note" };
        let language = if finding.code.starts_with("SC") { "sh" } else { "dockerfile" };
        json!({
            "level": level,
            "locations": [{
                "physicalLocation": {
                    "artifactLocation": { "uri": file },
                    "region": {
                        "endColumn": finding.column,
                        "endLine": finding.line,
                        "sourceLanguage": language,
                        "startColumn": finding.column,
                        "startLine": finding.line,
                    },
                },
            }],
            "message": { "text": finding.message },
            "ruleId": finding.code,
        })
    });
    json!({
        "$schema": "http://json.schemastore.org/sarif-2.1.0",
        "runs": [{
            "defaultSourceLanguage": "dockerfile",
            "results": results.collect::<Vec<_>>(),
            "tool": {
                "driver": {
                    "downloadUri": "https://github.com/dfx-lint/dfx",
                    "fullName": "dfx as hadolint",
                    "name": "Hadolint",
                    "shortDescription": { "text": "Dockerfile linter" },
                    "version": version,
                },
            },
        }],
        "version": "2.1.0",
    })
    .to_string()
}
