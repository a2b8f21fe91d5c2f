//! For a person at a terminal: the source, what is wrong there, and what the fix would change.

use std::io::{self, Write};

use codespan_reporting::diagnostic::{self, Diagnostic, Label, LabelStyle};
use codespan_reporting::files::Error;
use codespan_reporting::term::{self, Config, Styles, WriteStyle};

use crate::edit::Fix;
use crate::finding::{Finding, Severity};
use crate::source::{SourceFile, Span};

use super::excerpt::Excerpt;
use super::patch::{PatchLine, patch};
use super::place::Places;
use super::summary::count;
use super::termcolor::{Color, ColorSpec, WriteColor};
use super::{FileReport, Renderer, Summary, familiar_codes, plain};

/// Columns of a note behind the gutter and its bullet.
const NOTE_WIDTH: usize = 84;

/// Related places that are shown; the others are counted.
const SHOWN_RELATED: usize = 8;

/// Writes each finding with its lines, then the numbers.
#[derive(Default)]
pub(super) struct Full {
    wrote_some: bool,
}

impl Renderer for Full {
    fn file(&mut self, file: &FileReport<'_>, out: &mut dyn WriteColor) -> io::Result<()> {
        let (source, findings) = match file {
            FileReport::Unreadable { path, error } => {
                self.separate(out)?;
                let message = format!("cannot read {}: {}", plain::path(path), plain::line(error));
                return Canvas::new(out).header(Severity::Error, "", &message);
            }
            FileReport::Checked { source, findings, .. } => (source, findings),
        };
        let places = Places::of(source);
        for finding in *findings {
            self.separate(out)?;
            write_finding(source, finding, &places, &mut Canvas::new(out))?;
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn WriteColor) -> io::Result<()> {
        self.separate(out)?;
        writeln!(out, "{}", summary.line())
    }
}

impl Full {
    fn separate(&mut self, out: &mut dyn WriteColor) -> io::Result<()> {
        if std::mem::replace(&mut self.wrote_some, true) { writeln!(out) } else { Ok(()) }
    }
}

fn write_finding(
    source: &SourceFile,
    finding: &Finding,
    places: &Places<'_>,
    canvas: &mut Canvas<'_>,
) -> io::Result<()> {
    let code: Vec<&str> = std::iter::once(finding.rule).chain(familiar_codes(&finding.aliases)).collect();
    canvas.header(finding.severity, &format!("[{}]", code.join(" ")), &plain::line(&finding.message))?;

    let related = &finding.related[..finding.related.len().min(SHOWN_RELATED)];
    let spans: Vec<Span> = std::iter::once(finding.span).chain(related.iter().map(|label| label.span)).collect();
    let excerpt = Excerpt::new(source, &spans, places.start(finding.span));
    let label = |style, span, text| Label::new(style, (), excerpt.locate(source, span)).with_message(plain::line(text));
    let mut labels = vec![label(LabelStyle::Primary, finding.span, &finding.label)];
    labels.extend(related.iter().map(|other| label(LabelStyle::Secondary, other.span, &other.text)));

    let diagnostic = Diagnostic::new(drawn_as(finding.severity)).with_labels(labels).with_notes(notes(finding));
    let drawn = term::emit_to_write_style(canvas, &Config::default(), &excerpt, &diagnostic);
    drawn.map_err(|error| match error {
        Error::Io(error) => error,
        other => io::Error::other(other),
    })?;
    canvas.drop_blank_lines();
    match &finding.fix {
        Some(fix) => write_patch(source, fix, excerpt.last_line(), canvas),
        None => Ok(()),
    }
}

/// Everything that is said below the lines: notes, help, and what the fix is.
fn notes(finding: &Finding) -> Vec<String> {
    let mut notes: Vec<String> = finding.notes.iter().map(|note| hanging("note: ", note)).collect();
    if let Some(hidden) = finding.related.len().checked_sub(SHOWN_RELATED).filter(|&hidden| hidden > 0) {
        notes.push(format!("note: {} not shown.", count(hidden, "more place")));
    }
    notes.extend(finding.help.iter().map(|help| hanging("help: ", help)));
    notes.extend(finding.fix.iter().map(|fix| hanging(&format!("fix ({}): ", fix.effect), &fix.title)));
    notes
}

/// `text` behind `head`, wrapped, its further lines below its first word.
fn hanging(head: &str, text: &str) -> String {
    let indent = format!("\n{}", " ".repeat(head.len()));
    format!("{head}{}", plain::wrapped(text, NOTE_WIDTH - head.len()).join(&indent))
}

fn write_patch(source: &SourceFile, fix: &Fix, last_line: usize, canvas: &mut Canvas<'_>) -> io::Result<()> {
    let width = last_line.to_string().len();
    let lines = patch(source, fix);
    if lines.is_empty() {
        return Ok(());
    }
    canvas.gutter("", width, "│")?;
    writeln!(canvas)?;
    for line in lines {
        match line {
            PatchLine::Removed(line, text) => {
                canvas.gutter(&line.to_string(), width, "│")?;
                canvas.painted(Color::Red, &format!(" - {text}"))?;
            }
            PatchLine::Added(text) => {
                canvas.gutter("", width, "│")?;
                canvas.painted(Color::Green, &format!(" + {text}"))?;
            }
            PatchLine::Gap => canvas.gutter("", width, "·")?,
            PatchLine::More => {
                canvas.gutter("", width, "·")?;
                write!(canvas, " (and more)")?;
            }
        }
        writeln!(canvas)?;
    }
    Ok(())
}

/// The severity whose colours codespan-reporting uses.
fn drawn_as(severity: Severity) -> diagnostic::Severity {
    match severity {
        Severity::Error => diagnostic::Severity::Error,
        Severity::Warning => diagnostic::Severity::Warning,
        Severity::Info => diagnostic::Severity::Note,
        Severity::Style => diagnostic::Severity::Help,
    }
}

/// Draws for codespan-reporting, but leaves out its header, which has no word for our severities, and never writes
/// white space at the end of a line.
struct Canvas<'w> {
    out: &'w mut dyn WriteColor,
    styles: Styles,
    inside_header: bool,
    at_line_start: bool,
    held_spaces: usize,
    held_blank_lines: usize,
}

impl<'w> Canvas<'w> {
    fn new(out: &'w mut dyn WriteColor) -> Self {
        Self {
            out,
            styles: Styles::default(),
            inside_header: false,
            at_line_start: true,
            held_spaces: 0,
            held_blank_lines: 0,
        }
    }

    fn header(&mut self, severity: Severity, code: &str, message: &str) -> io::Result<()> {
        self.out.set_color(self.styles.header(drawn_as(severity)))?;
        write!(self, "{severity}{code}")?;
        self.out.set_color(&self.styles.header_message)?;
        write!(self, ": {message}")?;
        self.out.reset()?;
        writeln!(self)
    }

    fn gutter(&mut self, number: &str, width: usize, border: &str) -> io::Result<()> {
        self.out.set_color(&self.styles.line_number)?;
        write!(self, "{number:>width$} {border}")?;
        self.out.reset()
    }

    fn painted(&mut self, color: Color, text: &str) -> io::Result<()> {
        self.out.set_color(ColorSpec::new().set_fg(Some(color)))?;
        self.write_all(text.as_bytes())?;
        self.out.reset()
    }

    fn drop_blank_lines(&mut self) {
        self.held_blank_lines = 0;
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.held_spaces = 0;
        if std::mem::replace(&mut self.at_line_start, true) {
            self.held_blank_lines += 1;
            Ok(())
        } else {
            self.out.write_all(b"\n")
        }
    }

    fn text(&mut self, bytes: &[u8]) -> io::Result<()> {
        for _ in 0..std::mem::take(&mut self.held_blank_lines) {
            self.out.write_all(b"\n")?;
        }
        let spaces = std::mem::take(&mut self.held_spaces);
        write!(self.out, "{:spaces$}", "")?;
        self.at_line_start = false;
        self.out.write_all(bytes)
    }
}

impl Write for Canvas<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            let ends_line = piece.ends_with(b"\n");
            if !self.inside_header {
                let text = piece.strip_suffix(b"\n").unwrap_or(piece);
                let kept = text.len() - text.iter().rev().take_while(|&&byte| byte == b' ').count();
                if kept > 0 {
                    self.text(&text[..kept])?;
                }
                self.held_spaces += text.len() - kept;
                if ends_line {
                    self.end_line()?;
                }
            } else if ends_line {
                self.inside_header = false;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl WriteStyle for Canvas<'_> {
    fn set_header(&mut self, _: diagnostic::Severity) -> io::Result<()> {
        self.inside_header = true;
        Ok(())
    }

    fn set_header_message(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn set_line_number(&mut self) -> io::Result<()> {
        self.out.set_color(&self.styles.line_number)
    }

    fn set_note_bullet(&mut self) -> io::Result<()> {
        self.out.set_color(&self.styles.note_bullet)
    }

    fn set_source_border(&mut self) -> io::Result<()> {
        self.out.set_color(&self.styles.source_border)
    }

    fn set_label(&mut self, severity: diagnostic::Severity, style: LabelStyle) -> io::Result<()> {
        self.out.set_color(self.styles.label(severity, style))
    }

    fn reset(&mut self) -> io::Result<()> {
        self.out.reset()
    }
}
