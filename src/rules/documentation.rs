//! A rule's page, read from the `//!` comment at the head of its file.

/// The text of a rule's documentation, in Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documentation {
    markdown: String,
}

/// An example of a rule's page: a Dockerfile, and whether the rule finds fault with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Whether the rule must report something.
    pub is_bad: bool,
    /// The Dockerfile.
    pub text: String,
}

/// The headings that every page has, in this order. `## Fix` is required of rules that fix.
pub const HEADINGS: [&str; 3] = ["Why", "Example", "Sources"];

impl Documentation {
    /// The documentation in the source text of a rule's file.
    pub fn of(source: &str) -> Self {
        let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
        let markdown: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        Self { markdown: markdown.join("\n").trim_end().to_owned() + "\n" }
    }

    /// All of it.
    pub fn markdown(&self) -> &str {
        &self.markdown
    }

    /// What the rule finds, in one sentence: the first paragraph.
    pub fn summary(&self) -> String {
        let paragraph: Vec<&str> = self.markdown.lines().take_while(|line| !line.trim().is_empty()).collect();
        paragraph.join(" ")
    }

    /// The text below `## heading`, without the examples' fences taken apart. `None` where there is no such heading.
    pub fn section(&self, heading: &str) -> Option<&str> {
        let title = format!("## {heading}\n");
        let start = if self.markdown.starts_with(&title) {
            title.len()
        } else {
            self.markdown.find(&format!("\n{title}"))? + 1 + title.len()
        };
        let body = &self.markdown[start..];
        Some(body[..body.find("\n## ").map_or(body.len(), |end| end + 1)].trim())
    }

    /// The examples, in order: fences marked `dockerfile,bad` and `dockerfile,good`.
    pub fn examples(&self) -> Vec<Example> {
        let mut examples = Vec::new();
        let mut lines = self.markdown.lines();
        while let Some(line) = lines.next() {
            let is_bad = match line.trim() {
                "```dockerfile,bad" => true,
                "```dockerfile,good" => false,
                _ => continue,
            };
            let text: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != "```").collect();
            examples.push(Example { is_bad, text: text.join("\n") + "\n" });
        }
        examples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_into_sections_and_examples() {
        let page = Documentation::of(
            "//! One thing\n//! is wrong.\n//!\n//! ## Why\n//! Because.\n//!\n//! ## Example\n//! ```dockerfile,bad\n//! FROM a\n//! ```\n//!\n//! ## Sources\n//! None.\n\nuse x;\n",
        );
        assert_eq!(page.summary(), "One thing is wrong.");
        assert_eq!(page.section("Why"), Some("Because."));
        assert_eq!(page.section("Sources"), Some("None."));
        assert_eq!(page.section("Fix"), None);
        assert_eq!(page.examples(), [Example { is_bad: true, text: "FROM a\n".into() }]);
    }
}
