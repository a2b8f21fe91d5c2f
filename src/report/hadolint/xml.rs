//! Checkstyle's and JUnit's XML.

use super::super::xml::escaped;
use super::OfFile;

/// Checkstyle: a `file` for each input, also for clean ones.
pub(super) fn checkstyle(files: &[OfFile]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?><checkstyle version=\"4.3\">");
    for file in files {
        let name = escaped(&file.name);
        if file.findings.is_empty() {
            xml.push_str(&format!("<file name=\"{name}\"/>"));
            continue;
        }
        xml.push_str(&format!("<file name=\"{name}\">"));
        for finding in &file.findings {
            let source = if finding.is_parse_error() { String::new() } else { format!(" source=\"{}\"", finding.code) };
            let severity = if finding.level == "style" { "info" } else { finding.level };
            xml.push_str(&format!(
                "<error column=\"{}\" line=\"{}\" message=\"{}\" severity=\"{severity}\"{source}/>",
                finding.column,
                finding.line,
                escaped(&finding.message)
            ));
        }
        xml.push_str("</file>");
    }
    xml.push_str("</checkstyle>");
    xml
}

/// JUnit: a suite for each input, a failure for each finding.
pub(super) fn junit(files: &[OfFile], version: &str) -> String {
    let mut xml =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?><testsuites id=\"hadolint\" name=\"Hadolint run\">");
    for file in files {
        let errors = file.findings.iter().filter(|finding| finding.is_parse_error()).count();
        xml.push_str(&format!(
            "<testsuite errors=\"{errors}\" failures=\"{}\" id=\"hadolint\" name=\"Hadolint {}\">",
            file.findings.len(),
            escaped(version)
        ));
        for finding in &file.findings {
            let message = escaped(&finding.message);
            xml.push_str(&format!(
                "<testcase id=\"hadolint.rule.{code}\"><failure id=\"{code}\" message=\"{message}\" type=\"{level}\">File: {name}\n\
                 Line: {line}\nCategory: Hadolint - Dockerfile Static Analysis\n{level}: {message}\n</failure></testcase>",
                code = finding.code,
                level = finding.level,
                line = finding.line,
                name = escaped(&file.name),
            ));
        }
        xml.push_str("</testsuite>");
    }
    xml.push_str("</testsuites>");
    xml
}
