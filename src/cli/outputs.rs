//! Where reports go: standard output and files, several at once.

use std::fs::{self, File};
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::{Path, PathBuf};

use crate::report::termcolor::{Ansi, NoColor, WriteColor};
use crate::report::{FileReport, Format, Renderer, Run, Summary};

use super::color::ColorChoice;
use super::failure::Failure;
use super::write::Draft;

/// A report that the command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its format.
    pub format: Format,
    /// Its file; `None` for standard output.
    pub file: Option<PathBuf>,
}

impl Wanted {
    /// Reads `NAME` or `NAME=FILE`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(file)),
            None => (text, None),
        };
        let format = Format::named(name).ok_or_else(|| {
            let names = Format::ALL.map(Format::name).join(", ");
            format!("there is no format `{name}` [possible values: {names}]")
        })?;
        match file {
            Some("" | "-") => Err("the file has no name".to_owned()),
            file => Ok(Self { format, file: file.map(PathBuf::from) }),
        }
    }
}

/// The reports of a run.
pub struct Outputs<'r> {
    outputs: Vec<Output<'r>>,
    is_quiet: bool,
}

struct Output<'r> {
    format: Format,
    renderer: Box<dyn Renderer + 'r>,
    target: Target,
}

enum Target {
    Standard(Box<dyn WriteColor>),
    File(AtomicFile),
}

impl<'r> Outputs<'r> {
    /// Opens everything that is wanted. A quiet run ends its reports for people without the numbers.
    pub fn open(wanted: &[Wanted], run: Run<'r>, color: ColorChoice, is_quiet: bool) -> Result<Self, Failure> {
        let mut outputs = Vec::new();
        for Wanted { format, file } in wanted {
            let target = match file {
                Some(file) => {
                    Target::File(AtomicFile::create(file).map_err(|error| Failure::at("write", file, &error))?)
                }
                None => Target::Standard(standard_output(color)),
            };
            outputs.push(Output { format: *format, renderer: format.renderer(run), target });
        }
        let mut outputs = Self { outputs, is_quiet };
        outputs.each(|renderer, out| renderer.start(out))?;
        Ok(outputs)
    }

    /// Whether a person reads findings and errors on standard output.
    pub fn tells_errors(&self) -> bool {
        let is_told = |output: &Output<'_>| {
            let shows_errors = is_for_people(output.format) || output.format == Format::Gnu;
            shows_errors && matches!(output.target, Target::Standard(_))
        };
        self.outputs.iter().any(is_told)
    }

    /// Write what came of one file.
    pub fn file(&mut self, report: &FileReport<'_>) -> Result<(), Failure> {
        self.each(|renderer, out| renderer.file(report, out))
    }

    /// Write the ends, and give the files their names.
    pub fn finish(mut self, summary: &Summary) -> Result<(), Failure> {
        for output in &mut self.outputs {
            if !(self.is_quiet && is_for_people(output.format)) {
                output.write(|renderer, out| renderer.finish(summary, out))?;
            }
        }
        for Output { target, .. } in self.outputs {
            match target {
                Target::Standard(mut out) => out.flush().map_err(Failure::standard_output)?,
                Target::File(file) => file.finish()?,
            }
        }
        Ok(())
    }

    fn each(
        &mut self,
        mut write: impl FnMut(&mut dyn Renderer, &mut dyn WriteColor) -> io::Result<()>,
    ) -> Result<(), Failure> {
        self.outputs.iter_mut().try_for_each(|output| output.write(&mut write))
    }
}

impl Output<'_> {
    fn write(
        &mut self,
        write: impl FnOnce(&mut dyn Renderer, &mut dyn WriteColor) -> io::Result<()>,
    ) -> Result<(), Failure> {
        match &mut self.target {
            Target::Standard(out) => write(self.renderer.as_mut(), out.as_mut()).map_err(Failure::standard_output),
            Target::File(file) => write(self.renderer.as_mut(), &mut file.writer)
                .map_err(|error| Failure::at("write", &file.path, &error)),
        }
    }
}

fn is_for_people(format: Format) -> bool {
    matches!(format, Format::Full | Format::Concise)
}

/// Standard output, buffered, with colour where it is wanted.
pub fn standard_output(color: ColorChoice) -> Box<dyn WriteColor> {
    let out: BufWriter<StdoutLock<'static>> = BufWriter::new(io::stdout().lock());
    match color.is_on(&io::stdout()) {
        true => Box::new(Ansi::new(out)),
        false => Box::new(NoColor::new(out)),
    }
}

/// A file that nobody sees half written: it is renamed to its name when it is whole.
struct AtomicFile {
    path: PathBuf,
    /// `None` for what is no plain file, such as `/dev/stderr`: that is written directly.
    draft: Option<Draft>,
    writer: NoColor<BufWriter<File>>,
}

impl AtomicFile {
    fn create(path: &Path) -> io::Result<Self> {
        let is_special = fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
        let (file, draft) = if is_special {
            (File::options().write(true).open(path)?, None)
        } else {
            let (draft, file) = Draft::create(path)?;
            (file, Some(draft))
        };
        Ok(Self { path: path.to_owned(), draft, writer: NoColor::new(BufWriter::new(file)) })
    }

    fn finish(mut self) -> Result<(), Failure> {
        let renamed = self.writer.flush().and_then(|()| self.draft.map_or(Ok(()), Draft::finish));
        renamed.map_err(|error| Failure::at("write", &self.path, &error))
    }
}
