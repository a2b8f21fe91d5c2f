//! Code Climate's issues, and GitLab's.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{OfFile, Reported, all};

/// Objects, each followed by NUL.
pub(super) fn stream(files: &[OfFile]) -> String {
    all(files).map(|(file, finding)| format!("{}\0", issue(file, finding))).collect()
}

/// One array of issues with fingerprints.
pub(super) fn array(files: &[OfFile]) -> String {
    let issues = all(files).map(|(file, finding)| {
        let mut issue = issue(file, finding);
        let digest = Sha256::digest(issue.to_string());
        // As long as the SHA-1 that is there today.
        let fingerprint = const_hex::encode(&digest[..20]);
        if let Value::Object(fields) = &mut issue {
            fields.insert("fingerprint".to_owned(), fingerprint.into());
        }
        issue
    });
    Value::Array(issues.collect()).to_string()
}

fn issue(file: &str, finding: &Reported) -> Value {
    let severity = match finding.level {
        "error" => "blocker",
        "warning" => "major",
        "info" => "info",
        _ => "minor",
    };
    let location = if finding.is_parse_error() {
        let place = json!({ "column": finding.column, "line": finding.line });
        json!({ "path": file, "positions": { "begin": place, "end": place } })
    } else {
        json!({ "lines": { "begin": finding.line, "end": finding.line }, "path": file })
    };
    json!({
        "categories": ["Bug Risk"],
        "check_name": finding.code,
        "description": finding.message,
        "location": location,
        "severity": severity,
        "type": "issue",
    })
}
