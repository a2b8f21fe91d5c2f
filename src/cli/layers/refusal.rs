//! Dockerfiles that BuildKit refuses: nothing is built of them, and so nothing of them is in a cache.

use std::io;

use crate::finding::{Finding, Severity};
use crate::ir::Build;
use crate::report::termcolor::NoColor;
use crate::report::{FileReport, Format, Run};
use crate::rules::{self, Options};
use crate::source::Span;
use crate::syntax::Dockerfile;

use super::super::failure::Failure;
use super::super::today::today;

/// Fails where BuildKit would, and shows each place as `dfx lint` does.
pub fn of_buildkit(file: &Dockerfile) -> Result<(), Failure> {
    let rules = rules::all().filter(|rule| rule.meta.is_refusal);
    let mut refusals = crate::lint(file, rules, &Options::new(today(None)?), None);
    let build = Build::new(file);
    let unseen: Vec<Span> =
        build.problems.iter().filter(|problem| !build.is_refused_for(problem)).map(|problem| problem.span).collect();
    refusals.retain(|finding| finding.severity == Severity::Error && !unseen.contains(&finding.span));
    if refusals.is_empty() {
        return Ok(());
    }
    let name = file.source.name();
    let places = places(file, &refusals).map_err(Failure::standard_output)?;
    Err(Failure::Told(format!("{places}\nerror: BuildKit refuses {name}, so that no step of it is built\n")))
}

fn places(file: &Dockerfile, refusals: &[Finding]) -> io::Result<String> {
    let mut text = NoColor::new(Vec::new());
    let mut renderer = Format::Full.renderer(Run { version: env!("CARGO_PKG_VERSION"), rules: &[] });
    let report = FileReport::Checked { source: &file.source, findings: refusals, suppressed: 0 };
    renderer.file(&report, &mut text)?;
    Ok(String::from_utf8_lossy(&text.into_inner()).into_owned())
}
