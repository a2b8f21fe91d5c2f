//! What is wrong with a `dfx.toml`.

use codespan_reporting::diagnostic::{Diagnostic, Label};
use codespan_reporting::files::SimpleFile;
use codespan_reporting::term;

use crate::source::{SourceFile, Span};

/// Something in a configuration file that is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The part at fault.
    pub span: Span,
    /// What is wrong, in one sentence without a final full stop.
    pub message: String,
    /// What to do, as an order; empty where there is nothing to say.
    pub help: String,
}

impl Fault {
    pub(super) fn new(span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: help.into() }
    }

    /// The fault with its lines, for people. `source` is the file that it was found in.
    pub fn render(&self, source: &SourceFile) -> String {
        let file = SimpleFile::new(source.name(), source.text());
        let mut diagnostic =
            Diagnostic::error().with_message(self.message.as_str()).with_label(Label::primary((), self.span.range()));
        if !self.help.is_empty() {
            diagnostic = diagnostic.with_note(format!("help: {}", self.help));
        }
        let config = term::Config { tab_width: 4, ..term::Config::default() };
        term::emit_into_string(&config, &file, &diagnostic).unwrap_or_else(|_| {
            let at = source.position(self.span.start);
            format!("error: {}:{}:{}: {}\n", source.name(), at.line, at.column, self.message)
        })
    }
}
