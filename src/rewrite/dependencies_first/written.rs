//! The COPY as it is written, and as it will be.

use crate::ir::{Build, ContextCopy};
use crate::source::Span;

use super::LateSources;
use super::project::{Project, join};

/// A COPY of one folder, taken apart.
pub(super) struct Written<'b> {
    /// From the keyword to the source: `COPY --chown=1 `.
    head: &'b str,
    /// The source, cleaned: empty for the whole context.
    pub(super) source: String,
    /// The destination as a folder: `./`.
    pub(super) destination: String,
    /// From the source to the end of the destination.
    pub(super) span: Span,
}

impl<'b> Written<'b> {
    pub(super) fn of(build: &'b Build<'_>, copy: &ContextCopy<'_>) -> Result<Self, LateSources> {
        let instruction = copy.step.instruction;
        let destination = &copy.transfer.destination;
        let is_plain = copy.transfer.sources.len() == 1
            && instruction.heredocs.is_empty()
            && instruction.flag("exclude").is_none()
            && instruction.flag("parents").is_none();
        let span = copy.source.span().cover(destination.span());
        let source_text = &build.file.source;
        let text = source_text.slice(span);
        if !is_plain || text.contains(['"', '\'', '$', '\\', '`', '*', '?', '[', '\n']) {
            return Err(LateSources::Form);
        }
        let source = copy.source.text().trim_start_matches("./").trim_matches('/');
        let destination = destination.text();
        let slash = if destination.ends_with('/') { "" } else { "/" };
        Ok(Self {
            head: source_text.slice(Span::new(instruction.span.start, span.start)),
            source: if source == "." { String::new() } else { source.to_owned() },
            destination: format!("{destination}{slash}"),
            span,
        })
    }
}

impl Written<'_> {
    /// What comes in the place of the source and the destination: the files together, then, each on a line of its own,
    /// folders and what lies in some. A COPY takes what is in a folder, and not the folder.
    pub(super) fn copies(&self, project: &Project<'_>, files: &[String]) -> Vec<String> {
        let source = |file: &str| join(&self.source, &join(&project.folder, file));
        let destination = |folder: &str| match join(&project.folder, folder).trim_end_matches('/') {
            "" => self.destination.clone(),
            folder => format!("{}{folder}/", self.destination),
        };
        let folder_of = |file: &str| match project.context.is_dir(&join(&project.root, file)) {
            true => Some(file.to_owned()),
            false => file.rsplit_once('/').map(|(folder, _)| folder.to_owned()),
        };
        let (alone, together): (Vec<&String>, Vec<&String>) = files.iter().partition(|file| folder_of(file).is_some());
        let mut lines = Vec::new();
        if !together.is_empty() {
            let sources: Vec<String> = together.iter().map(|file| source(file)).collect();
            lines.push(format!("{} {}", sources.join(" "), destination("")));
        }
        for file in alone {
            let head = if lines.is_empty() { "" } else { self.head };
            let folder = folder_of(file).unwrap_or_default();
            lines.push(format!("{head}{} {}", source(file), destination(&folder)));
        }
        lines
    }
}
