//! `dfx explain`

use std::io::{self, Write};
use std::process::ExitCode;

use clap::ValueEnum;
use serde_json::json;

use crate::report::termcolor::{Color, ColorSpec, WriteColor};
use crate::rules::{self, Activation, Rule};

use super::color::ColorChoice;
use super::failure::Failure;
use super::{outputs, settings};

/// Say what a rule finds, why, and what its fix does
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The rule's name, or another tool's code for it: pin/untagged-base-image, DL3006
    rule: String,
    /// The format of the page
    #[arg(long, value_enum, value_name = "NAME", default_value_t)]
    format: PageFormat,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum PageFormat {
    #[default]
    Text,
    Json,
    Markdown,
}

pub fn run(arguments: &Arguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    let rule = find(&arguments.rule)?;
    let documentation = rule.documentation();
    match arguments.format {
        PageFormat::Markdown => super::print(&format!("# {}\n\n{}", rule.meta.name, documentation.markdown())),
        PageFormat::Json => {
            let mut page = super::rules::describe(rule);
            if let Some(page) = page.as_object_mut() {
                page.insert("documentation".to_owned(), json!(documentation.markdown()));
            }
            super::print(&format!("{page:#}\n"))
        }
        PageFormat::Text => {
            let mut out = outputs::standard_output(color);
            let written = write_page(rule, out.as_mut()).and_then(|()| out.flush());
            written.map(|()| ExitCode::SUCCESS).map_err(Failure::standard_output)
        }
    }
}

fn find(code: &str) -> Result<&'static Rule, Failure> {
    rules::all().find(|rule| rule.meta.answers_to(code)).ok_or_else(|| match settings::catalogue().resolve(code) {
        // A group, or the beginning of codes.
        Ok(_) => Failure::new(format!("`{code}` stands for several rules"), "`dfx rules` lists all rules"),
        Err(unknown) => Failure::new(&unknown, &unknown.help()),
    })
}

/// The page with headings set off, and examples indented in the place of fences.
fn write_page(rule: &Rule, out: &mut dyn WriteColor) -> io::Result<()> {
    let (bold, meta) = (ColorSpec::new().set_bold(true).clone(), rule.meta);
    styled(out, &bold, meta.name)?;
    let default = if meta.activation == Activation::Default { "on by default" } else { "off by default" };
    write!(out, "\n{}, {default}", meta.severity)?;
    match meta.effect {
        Some(effect) => writeln!(out, ", fixes with effect `{effect}` at most")?,
        None => writeln!(out, ", no fix")?,
    }
    if !meta.aliases.is_empty() {
        writeln!(out, "Elsewhere: {}", meta.aliases.join(", "))?;
    }
    writeln!(out)?;
    let documentation = rule.documentation();
    let mut is_example = false;
    for line in documentation.markdown().lines() {
        if let Some(heading) = line.strip_prefix("## ").filter(|_| !is_example) {
            styled(out, &bold, heading)?;
            writeln!(out)?;
        } else if let Some(fence) = line.trim().strip_prefix("```") {
            is_example = !is_example;
            let (title, color) = match fence {
                "dockerfile,bad" => ("Bad:", Color::Red),
                "dockerfile,good" => ("Good:", Color::Green),
                _ => continue,
            };
            styled(out, ColorSpec::new().set_fg(Some(color)), title)?;
            writeln!(out)?;
        } else if is_example && !line.is_empty() {
            writeln!(out, "    {line}")?;
        } else {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn styled(out: &mut dyn WriteColor, style: &ColorSpec, text: &str) -> io::Result<()> {
    out.set_color(style)?;
    write!(out, "{text}")?;
    out.reset()
}
