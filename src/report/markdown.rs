//! Markdown for a comment at a pull request, or for a job's summary.

use std::io;

use crate::finding::{Finding, Severity};

use super::place::{Places, Point};
use super::summary::count;
use super::termcolor::WriteColor;
use super::{FileReport, Renderer, Summary, bracketed_aliases, fixable_mark, path, plain, rule_url};

/// By which a bot finds its comment of the last run again.
const MARKER: &str = "<!-- dfx-report -->";

/// Bytes of tables. GitHub takes comments of up to 65,536 characters.
const LIMIT: usize = 60_000;

/// Writes the numbers, then a table for each file with findings. The tables wait in memory for the numbers, up to the
/// length that a comment may have.
#[derive(Default)]
pub(super) struct Markdown {
    tables: String,
    left_out: usize,
}

impl Renderer for Markdown {
    fn file(&mut self, file: &FileReport<'_>, _: &mut dyn WriteColor) -> io::Result<()> {
        let (source, findings) = match file {
            FileReport::Unreadable { path, error } => {
                let section = format!("\n### {}\n\nerror: {}\n", code(&path::with_slashes(path)), inline(error));
                self.push(section);
                return Ok(());
            }
            FileReport::Checked { source, findings, .. } => (source, findings),
        };
        let places = Places::of(source);
        let title = code(&path::with_slashes(source.name()));
        let mut head = format!("\n### {title}\n\n| Line | Severity | Problem | Rule |\n| ---: | --- | --- | --- |\n");
        for finding in *findings {
            self.push(std::mem::take(&mut head) + &row(finding, places.start(finding.span)));
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn WriteColor) -> io::Result<()> {
        writeln!(out, "{MARKER}\n## {} dfx\n\n{}", symbol(summary), summary.headline())?;
        out.write_all(self.tables.as_bytes())?;
        if self.left_out > 0 {
            writeln!(out, "\n{} not shown.", count(self.left_out, "more problem"))?;
        }
        match summary.remedy() {
            Some(remedy) => writeln!(out, "\n{}", inline(&remedy)),
            None => Ok(()),
        }
    }
}

impl Markdown {
    /// Keep `section`, or count it where there is no room left.
    fn push(&mut self, section: String) {
        if self.left_out > 0 || self.tables.len() + section.len() > LIMIT {
            self.left_out += 1;
        } else {
            self.tables += &section;
        }
    }
}

fn symbol(summary: &Summary) -> &'static str {
    if summary.unreadable > 0 || summary.findings(Severity::Error) > 0 {
        "❌"
    } else if summary.total() > 0 {
        "⚠️"
    } else {
        "✅"
    }
}

fn row(finding: &Finding, at: Point) -> String {
    let mut problem = inline(&finding.message);
    if let Some(help) = &finding.help {
        problem += &format!("<br>Help: {}", inline(help));
    }
    let (rule, url) = (finding.rule, rule_url(finding.rule));
    let (aliases, mark) = (bracketed_aliases(finding), inline(fixable_mark(finding)));
    format!("| {} | {} | {problem} | [{rule}]({url}){aliases}{mark} |\n", at.line, finding.severity)
}

/// `text` as code, in a table or elsewhere.
pub(super) fn code(text: &str) -> String {
    if text.contains('`') {
        return format!("<code>{}</code>", escaped(&plain::line(text)));
    }
    format!("`{}`", plain::line(text).replace('|', "\\|"))
}

/// `text` where Markdown would take marks for orders. What stands between backticks stays code; everywhere else marks,
/// HTML, references and mentions of people lose their meaning.
pub(super) fn inline(text: &str) -> String {
    let text = plain::line(text);
    if text.matches('`').count() % 2 == 1 || text.contains("``") {
        return escaped(&text);
    }
    let parts = text.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 1 { code(part) } else { escaped(part) }).collect()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            // A backslash does not keep GitHub from telling people that they were mentioned.
            '@' | '#' => escaped.extend([character, '\u{2060}']),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => escaped.extend(['\\', character]),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_dockerfile_stay_words() {
        assert_eq!(inline("`a|*b*` <img> @all"), "`a\\|*b*` &lt;img&gt; @\u{2060}all");
        assert_eq!(inline("odd ` _x_"), "odd \\` \\_x\\_");
        assert_eq!(code("a`b"), "<code>a\\`b</code>");
    }
}
